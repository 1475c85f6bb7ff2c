// Rows of the losses for large vocabularies, and of the options of cross_entropy.
#include <algorithm>
#include <array>
#include <limits>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Labels 1, 3, 0, ... below `classes`.
Indices labels(const Shape& shape, Index classes) {
  Indices out(shape);
  for (Index i = 0; i < out.size(); ++i)
    out.edit()[i] = static_cast<std::int32_t>((1 + 2 * i) % std::max<Index>(classes, 1));
  return out;
}

// Weights 0.5, 1.25, 2, 0.5, ...
Array<double> weights(Index classes) {
  Array<double> out({classes});
  for (Index v = 0; v < classes; ++v) out.edit()[v] = 0.5 + 0.75 * static_cast<double>(v % 3);
  return out;
}

void cross_entropy_rows(std::vector<OpCase>& rows) {
  const Shapes logits = {{{4, 5}}, {{1, 2}}, {{2, 3, 4}}, {{3, 41}}, {{6}}};
  const auto loss = [](CrossEntropyOptions options, bool weighted) {
    return [=](auto x) {
      const Shape shape = x[0].shape();
      CrossEntropyOptions all = options;
      if (weighted) all.class_weights = weights(shape.extent(-1));
      return cross_entropy(x[0], labels(shape.without(shape.rank() - 1), shape.extent(-1)), all);
    };
  };
  const auto add = [&](const char* name, const CrossEntropyOptions& options, bool weighted) {
    rows.push_back(row(name, "cross_entropy", loss(options, weighted), logits));
  };
  add("cross_entropy, smoothing", {.label_smoothing = 0.1}, false);
  add("cross_entropy, weights", {}, true);
  add("cross_entropy, smoothing and weights, ignoring",
      {.reduction = Reduction::sum, .ignore_index = 3, .label_smoothing = 1}, true);
  add("cross_entropy, each", {.reduction = Reduction::none}, false);
  add("cross_entropy, each, smoothing and weights, ignoring",
      {.reduction = Reduction::none, .ignore_index = 3, .label_smoothing = 0.3}, true);
  rows.push_back(row("cross_entropy, classes on axis 0", "cross_entropy",
                     [](auto x) {
                       const Indices targets({3, 2}, {1, 0, 1, 1, 0, 0});
                       const auto mean = cross_entropy(x[0], targets, {.axis = 0});
                       return mean * cross_entropy(x[0], targets,
                                                   {.reduction = Reduction::none, .axis = -3});
                     },
                     {{{2, 3, 2}}, {{5, 3, 2}}},
                     {{{{3, 2, 2}}, "cross_entropy: logits [3,2,2] with the classes on axis 0"},
                      {{{3}}, "targets [3,2]; need the other axes"}}));
  rows.push_back(row("cross_entropy, no such axis", "cross_entropy",
                     [](auto x) { return cross_entropy(x[0], Indices({1}, {0}), {.axis = 2}); }, {},
                     {{{{1, 4}}, "cross_entropy: axis 2 of [1,4] does not exist"}}));
  rows.push_back(row("affine_cross_entropy, each", "affine_cross_entropy",
                     [](auto x) {
                       const Index classes = x[2].size();
                       return affine_cross_entropy(
                           x[0], x[1], x[2], labels({x[0].extent(0)}, classes),
                           {.reduction = Reduction::none, .ignore_index = 3}, true);
                     },
                     {{{4, 3}, {5, 3}, {5}}}, {{{{2, 3}, {5, 4}, {5}}, "affine_cross_entropy: "}}));
  rows.push_back(
      row("affine_cross_entropy, another axis", "affine_cross_entropy",
          [](auto x) {
            return affine_cross_entropy(x[0], x[1], x[2], Indices({2}, {0, 1}), {.axis = 0});
          },
          {}, {{{{2, 3}, {3, 4}, {4}}, "affine_cross_entropy: axis 0"}}));
  const auto bad = [&](const char* name, double smoothing, const Array<double>& w,
                       const char* text) {
    rows.push_back(row(name, "cross_entropy",
                       [=](auto x) {
                         return cross_entropy(x[0], Indices({1}, {2}),
                                              {.label_smoothing = smoothing, .class_weights = w});
                       },
                       {}, {{{{1, 4}}, text}}));
  };
  bad("cross_entropy, bad smoothing", 1.5, {},
      "label_smoothing 1.5; need 0 <= label_smoothing <= 1");
  bad("cross_entropy, NaN smoothing", kNaN, {}, "label_smoothing nan");
  bad("cross_entropy, weights of another size", 0, weights(3), "class_weights [3] for 4 classes");
  bad("cross_entropy, bad weights", 0, Array<double>({4}, {1, 1, -2, 1}),
      "class_weights has -2 for class 2");
  bad("cross_entropy, no weight", 0, Array<double>({4}, {1, 1, 0, 1}),
      "the class weights of all targets are 0");
  rows.push_back(row("affine_cross_entropy, smoothing and weights", "affine_cross_entropy",
                     [](auto x) {
                       const Index classes = x[2].size();
                       return affine_cross_entropy(
                           x[0], x[1], x[2], labels({x[0].extent(0)}, classes),
                           {.label_smoothing = 0.2, .class_weights = weights(classes)});
                     },
                     {{{4, 3}, {3, 5}, {5}}, {{2, 2}, {2, 600}, {600}}},
                     {{{{2, 3}, {4, 5}, {5}}, "need x [..., k], w "}}));
}

// Calls f with a readout of the inputs x, w, b and three for each tail.
template <class X, class F>
auto with_readout(const X& x, std::span<const Index> cutoffs, const F& f) {
  using T = typename std::remove_cvref_t<decltype(x[0])>::value_type;
  std::array<AdaptiveTail<T>, 2> tails;
  const std::size_t count = (x.size() - 3) / 3;
  for (std::size_t k = 0; k < count; ++k) {
    tails[k] = {x[3 + 3 * k], x[4 + 3 * k], x[5 + 3 * k]};
  }
  return f(AdaptiveReadout<T>{cutoffs, x[1], x[2], std::span(tails).first(count)});
}

void adaptive_rows(std::vector<OpCase>& rows) {
  const auto loss = [](std::vector<Index> cutoffs, Index classes, CrossEntropyOptions options) {
    return [=](auto x) {
      const Shape shape = x[0].shape();
      const Shape batch = shape.rank() > 0 ? shape.without(shape.rank() - 1) : shape;
      return with_readout(x, cutoffs, [&](const auto& readout) {
        return adaptive_cross_entropy(x[0], readout, labels(batch, classes), options);
      });
    };
  };
  const auto all = [](std::vector<Index> cutoffs) {
    return [=](auto x) {
      return with_readout(x, cutoffs,
                          [&](const auto& readout) { return adaptive_log_softmax(x[0], readout); });
    };
  };
  const std::string file = "adaptive_cross_entropy";
  const Shapes two_tails = {{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 3}, {3}, {3, 1}, {1, 4}, {4}}};
  const Shapes one_tail = {{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 17}, {17}},
                           {{1, 1}, {1, 4}, {4}, {1, 1}, {1, 1}, {1}},
                           {{2, 3, 2}, {2, 4}, {4}, {2, 1}, {1, 37}, {37}},
                           {{2}, {2, 4}, {4}, {2, 2}, {2, 3}, {3}}};
  rows.push_back(row(file, file, loss({2, 5}, 9, {}), two_tails,
                     {{{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 3}, {3}, {2, 1}, {1, 4}, {4}},
                       "tail 1: projection [2,1]"},
                      {{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 3}, {3}, {3, 1}, {2, 4}, {4}}, "w [2,4]"},
                      {{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 3}, {3}, {3, 1}, {1, 4}, {3}},
                       "and b [3] for x [5,3]"}}));
  rows.push_back(row("adaptive_cross_entropy, one tail", file,
                     loss({3}, 4, {.reduction = Reduction::sum, .ignore_index = 1}), one_tail,
                     {{{{5, 3}, {2, 4}, {4}, {3, 2}, {2, 3}, {3}}, "head w [2,4] and b [4] for x"},
                      {{{5, 3}, {3, 4}, {3}, {3, 2}, {2, 3}, {3}}, "need [3, 4] and [4]"},
                      {{{5, 3}, {3, 4}, {4}, {2, 2}, {2, 3}, {3}}, "tail 0: projection [2,2]"},
                      {{{5, 3}, {3, 4}, {4}, {3, 2}, {1, 3}, {3}}, "need [k, d], [d, n] and [n]"},
                      {{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 3}, {2}}, "and b [2] for x [5,3]"},
                      {{{}, {3, 4}, {4}, {3, 2}, {2, 3}, {3}}, "x is a scalar"},
                      {{{5, 3}, {3, 4}, {4}}, "1 cutoffs and 0 tails"}}));
  rows.push_back(row("adaptive_cross_entropy, each", file,
                     loss({2, 5}, 9, {.reduction = Reduction::none, .ignore_index = 1}), two_tails,
                     {{{{5, 3}, {3, 4}, {4}}, "2 cutoffs and 0 tails"}}));
  rows.push_back(row("adaptive_log_softmax", file, all({2, 5}), two_tails,
                     {{{{5, 3}, {3, 4}, {4}, {3, 2}, {2, 2}, {2}, {3, 1}, {1, 4}, {4}},
                       "tail 0 has 2 classes, from cutoff 2 to 5"}}));
  rows.push_back(row("adaptive_log_softmax, one tail", file, all({3}), one_tail));
  const auto bad = [&](const char* name, Indices targets, CrossEntropyOptions options,
                       const char* text) {
    rows.push_back(row(name, file,
                       [=](auto x) {
                         const Index cutoff = 3;
                         return with_readout(x, {&cutoff, 1}, [&](const auto& readout) {
                           return adaptive_cross_entropy(x[0], readout, targets, options);
                         });
                       },
                       {}, {{{{2, 3}, {3, 4}, {4}, {3, 2}, {2, 3}, {3}}, text}}));
  };
  bad("adaptive_cross_entropy, bad target", Indices({2}, {5, 6}), {},
      "target 6 at position 1 is no class; need 0 <= target < 6");
  bad("adaptive_cross_entropy, bad targets", Indices({3}, {0, 0, 0}), {}, "targets [3]");
  bad("adaptive_cross_entropy, all ignored", Indices({2}, {7, 7}), {.ignore_index = 7},
      "a mean over no targets");
  bad("adaptive_cross_entropy, another axis", Indices({2}, {0, 1}), {.axis = 0},
      "adaptive_cross_entropy: axis 0; the classes are in the readout");
  bad("adaptive_cross_entropy, smoothing", Indices({2}, {0, 1}), {.label_smoothing = 0.1},
      "label smoothing and class weights need all classes");
}

void sampled_rows(std::vector<OpCase>& rows) {
  const std::string file = "sampled_cross_entropy";
  // The first target is a candidate twice, and another candidate comes twice.
  const Candidates some{Indices({5}, {1, 0, 1, 4, 4}), Array<double>({5}, {1, 2, 1, 0.25, 0.25})};
  const auto loss = [=](CrossEntropyOptions options) {
    return [=](auto x) {
      const Shape shape = x[0].shape();
      return sampled_cross_entropy(x[0], x[1], x[2], labels(shape.without(shape.rank() - 1), 5),
                                   some, options);
    };
  };
  rows.push_back(row(file, file, loss({}),
                     {{{4, 3}, {5, 3}, {5}}, {{1, 1}, {17, 1}, {17}}, {{2, 2, 2}, {37, 2}, {37}}},
                     {{{{2, 3}, {5, 4}, {5}}, "need x [..., k], w [V, k] and b [V]"},
                      {{{4, 2}, {5, 3}, {5}}, "need x [..., k], w [V, k] and b [V]"},
                      {{{2, 3}, {5, 3}, {4}}, "ᵀ + b [4]"},
                      {{{2, 3}, {4, 3}, {4}}, "candidate 4 at position 3 is no class"}}));
  rows.push_back(row("sampled_cross_entropy, sum, ignoring", file,
                     loss({.reduction = Reduction::sum, .ignore_index = 3}),
                     {{{4, 3}, {5, 3}, {5}}, {{2}, {5, 2}, {5}}}));
  rows.push_back(row("sampled_cross_entropy, each", file,
                     loss({.reduction = Reduction::none, .ignore_index = 3}),
                     {{{4, 3}, {5, 3}, {5}}, {{2, 2, 2}, {37, 2}, {37}}},
                     {{{{2, 3}, {5, 4}, {5}}, "need x [..., k], w [V, k] and b [V]"}}));
  const auto bad = [&](const char* name, Indices targets, Candidates candidates,
                       CrossEntropyOptions options, const char* text) {
    rows.push_back(row(name, file,
                       [=](auto x) {
                         return sampled_cross_entropy(x[0], x[1], x[2], targets, candidates,
                                                      options);
                       },
                       {}, {{{{2, 3}, {5, 3}, {5}}, text}}));
  };
  const Indices good({2}, {0, 1});
  bad("sampled_cross_entropy, bad target", Indices({2}, {0, 5}), some, {},
      "target 5 at position 1 is no class");
  bad("sampled_cross_entropy, bad targets", Indices({1}, {0}), some, {}, "targets [1]");
  bad("sampled_cross_entropy, no candidates", good, {}, {}, "need [S] twice, S > 0");
  bad("sampled_cross_entropy, bad counts", good, {Indices({1}, {0}), Array<double>({1}, {0.0})}, {},
      "expected_counts[0] is 0");
  bad("sampled_cross_entropy, another axis", good, some, {.axis = 0},
      "sampled_cross_entropy: axis 0; the classes are in w");
  bad("sampled_cross_entropy, smoothing", good, some, {.label_smoothing = 0.1},
      "label smoothing and class weights need all classes");
}

}  // namespace

void vocabulary_loss_rows(std::vector<OpCase>& rows) {
  cross_entropy_rows(rows);
  adaptive_rows(rows);
  sampled_rows(rows);
}

}  // namespace engram::testing
