// Rows of the losses for sequences.
#include <algorithm>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

// Labels 1, 3, 0, ... below `classes`.
Indices labels(const Shape& shape, Index classes) {
  Indices out(shape);
  for (Index i = 0; i < out.size(); ++i)
    out.edit()[i] = static_cast<std::int32_t>((1 + 2 * i) % std::max<Index>(classes, 1));
  return out;
}

// The repeated label that is not the blank, in every sequence another number of times.
template <class V>
V repeated(const V& x, CtcOptions options) {
  const Index steps = x.extent(0), batch = x.extent(1);
  const auto label = static_cast<std::int32_t>(options.blank == 0 ? 1 : 0);
  Indices inputs({batch}), targets({batch});
  for (Index b = 0; b < batch; ++b) {
    inputs.edit()[b] = static_cast<std::int32_t>(std::max<Index>(steps - b, 0));
    targets.edit()[b] = static_cast<std::int32_t>((inputs[b] + 1) / 2 - b % 2);
  }
  return ctc_loss(x, Array<std::int32_t>::full({batch, (steps + 1) / 2}, label), inputs, targets,
                  options);
}

void ctc_rows(std::vector<OpCase>& rows) {
  const Shapes shapes = {{{5, 2, 3}},  {{1, 1, 2}}, {{6, 3, 4}},
                         {{3, 2, 37}}, {{0, 1, 2}}, {{3, 0, 2}}};
  rows.push_back(row(
      "ctc_loss", "ctc", [](auto x) { return repeated(x[0], {}); }, shapes));
  rows.push_back(row("ctc_loss, blank elsewhere", "ctc",
                     [](auto x) {
                       // Lengths 3, 1 and 0; the last two labels of the first are the same.
                       const Indices targets({3, 3}, {0, 3, 3, 1, 9, 9, 9, 9, 9});
                       return ctc_loss(log_softmax(x[0]), targets, Indices({3}, {6, 3, 2}),
                                       Indices({3}, {3, 1, 0}), {.blank = 2});
                     },
                     {{{6, 3, 4}}, {{7, 3, 17}}}));
  // 11 and 19 states: more than the lanes of a batch, and than two.
  rows.push_back(row("ctc_loss, long labels", "ctc",
                     [](auto x) {
                       return ctc_loss(log_softmax(x[0]), labels({2, 9}, 6), Indices({2}, {12, 9}),
                                       Indices({2}, {9, 5}), {.blank = 6});
                     },
                     {{{12, 2, 7}}}));
  rows.push_back(row("ctc_loss, impossible alignments", "ctc",
                     [](auto x) {
                       return ctc_loss(x[0], Indices({3, 2}, {1, 1, 1, 2, 2, 2}),
                                       Indices({3}, {2, 2, 0}), Indices({3}, {2, 2, 1}),
                                       {.zero_infinity = true});
                     },
                     {{{2, 3, 3}}, {{4, 3, 3}}}));
  const auto bad = [&](const char* name, Indices targets, Indices inputs, Indices lengths,
                       std::int32_t blank, std::vector<BadShapes> texts) {
    rows.push_back(row(
        name, "ctc", [=](auto x) { return ctc_loss(x[0], targets, inputs, lengths, {blank}); }, {},
        std::move(texts)));
  };
  const Indices two({2}, {1, 1}), labels_of_two({2, 1}, {1, 2});
  bad("ctc_loss, bad x", labels_of_two, two, two, 0,
      {{{{3, 4}}, "x [3,4]; need log-probabilities [T, B, V]"},
       {{{3, 1, 4}}, "input_lengths [2] for x [3,1,4]; need [1]"}});
  bad("ctc_loss, bad blank", labels_of_two, two, two, 3,
      {{{{3, 2, 3}}, "blank 3; need 0 <= blank < 3"}});
  bad("ctc_loss, bad targets", Indices({2}, {1, 1}), two, two, 0,
      {{{{3, 2, 3}}, "targets [2] for x [3,2,3]; need [2, S]"}});
  bad("ctc_loss, bad label", labels_of_two, two, two, 0,
      {{{{3, 2, 2}}, "targets[1, 0] is 2; need 0 <= label < 2 that is not the blank 0"}});
  bad("ctc_loss, bad input length", labels_of_two, Indices({2}, {1, 4}), two, 0,
      {{{{3, 2, 3}}, "input_lengths[1] is 4; need 0 <= length <= 3"}});
  bad("ctc_loss, bad target length", labels_of_two, two, Indices({2}, {-1, 1}), 0,
      {{{{3, 2, 3}}, "target_lengths[0] is -1; need 0 <= length <= 1"}});
  bad("ctc_loss, bad target lengths", labels_of_two, two, Indices({1}, {1}), 0,
      {{{{3, 2, 3}}, "target_lengths [1] for x [3,2,3]; need [2]"}});
}

void crf_rows(std::vector<OpCase>& rows) {
  const auto likelihood = [](auto x) {
    const Shape shape = x[0].shape();
    Indices lengths({shape[1]});
    for (Index b = 0; b < shape[1]; ++b) {
      lengths.edit()[b] = static_cast<std::int32_t>(std::max<Index>(shape[0] - b, 1));
    }
    return crf_log_likelihood(x[0], x[1], x[2], x[3], labels(shape.axes(0, 2), shape[2]), lengths);
  };
  rows.push_back(row("crf_log_likelihood", "crf", likelihood,
                     {{{4, 2, 3}, {3, 3}, {3}, {3}},
                      {{1, 1, 2}, {2, 2}, {2}, {2}},
                      {{2, 1, 17}, {17, 17}, {17}, {17}},
                      {{3, 0, 2}, {2, 2}, {2}, {2}},
                      {{5, 3, 2}, {2, 2}, {2}, {2}}},
                     {{{{4, 3}, {3, 3}, {3}, {3}}, "x [4,3]; need scores [T, B, K]"},
                      {{{4, 2, 0}, {0, 0}, {0}, {0}}, "need scores [T, B, K] of K > 0 tags"},
                      {{{4, 2, 3}, {3, 2}, {3}, {3}}, "transitions [3,2] for x [4,2,3]"},
                      {{{4, 2, 3}, {3, 3}, {2}, {3}}, "start [2] for x [4,2,3]; need [3]"},
                      {{{4, 2, 3}, {3, 3}, {3}, {1}}, "end [1] for x [4,2,3]; need [3]"}}));
  const auto bad = [&](const char* name, Indices tags, Indices lengths, const char* text) {
    rows.push_back(
        row(name, "crf",
            [=](auto x) { return crf_log_likelihood(x[0], x[1], x[2], x[3], tags, lengths); }, {},
            {{{{2, 1, 3}, {3, 3}, {3}, {3}}, text}}));
  };
  bad("crf, bad tag", Indices({2, 1}, {0, 3}), Indices({1}, {2}), "tags[1, 0] is 3; need 0 <= tag");
  bad("crf, bad tags", Indices({2}, {0, 1}), Indices({1}, {2}),
      "tags [2] for x [2,1,3]; need [2,1]");
  bad("crf, bad length", Indices({2, 1}, {0, 1}), Indices({1}, {0}),
      "lengths[0] is 0; need 1 <= length <= 2");
  bad("crf, bad lengths", Indices({2, 1}, {0, 1}), Indices({2}, {1, 1}),
      "lengths [2] for x [2,1,3]");
}

}  // namespace

void sequence_loss_rows(std::vector<OpCase>& rows) {
  ctc_rows(rows);
  crf_rows(rows);
  const auto apart = [](int axis) {
    return [axis](auto x) {
      auto parts = unstack(x[0], axis);
      parts[0] = parts[0] * parts.back();  // another use, and another part
      return stack(std::span(std::as_const(parts)), 0);
    };
  };
  rows.push_back(row("unstack", "unstack", apart(0), {{{4}}, {{1, 3}}, {{7, 2}}, {{3, 0}}, {{17}}},
                     {{std::vector<Shape>{Shape{}}, "unstack: "}}));
  rows.push_back(row("unstack, last axis", "unstack", apart(-1), {{{2, 5}}, {{2, 3, 4}}}));
  rows.push_back(
      row("unstack, no such axis", "unstack", apart(2), {}, {{{{2, 3}}, "unstack: axis 2"}}));
}

}  // namespace engram::testing
