// Rows of the losses.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

namespace {

// Labels 1, 3, 0, ... for logits of `classes` classes.
Indices labels(const Shape& shape, Index classes) {
  Indices out(shape);
  for (Index i = 0; i < out.size(); ++i)
    out.edit()[i] = static_cast<std::int32_t>((1 + 2 * i) % classes);
  return out;
}

}  // namespace

void loss_rows(std::vector<OpCase>& rows) {
  const Shapes logits = {{{4, 5}}, {{1, 2}}, {{2, 3, 4}}, {{3, 41}}, {{6}}};
  const auto loss = [](CrossEntropyOptions options) {
    return [options](auto x) {
      const Shape shape = x[0].shape();
      return cross_entropy(x[0], labels(shape.without(shape.rank() - 1), shape.extent(-1)),
                           options);
    };
  };
  rows.push_back(row("cross_entropy", "cross_entropy", loss({}), logits));
  rows.push_back(
      row("cross_entropy, sum", "cross_entropy", loss({.reduction = Reduction::sum}), logits));
  rows.push_back(row("cross_entropy, ignoring", "cross_entropy", loss({.ignore_index = 3}),
                     {{{4, 5}}, {{2, 3, 4}}, {{3, 41}}}));
  rows.push_back(row("cross_entropy of two", "cross_entropy",
                     [](auto x) {
                       return cross_entropy(x[0], Indices({2}, {1, 0}));
                     },
                     {{{2, 4}}}, {{{{3, 4}}, "logits [3,4] and targets [2]"}}));
  rows.push_back(row("cross_entropy, bad targets", "cross_entropy",
                     [](auto x) {
                       return cross_entropy(x[0], Indices({2}, {1, 7}));
                     },
                     {},
                     {{{{2, 4}}, "target 7 at position 1 is no class; need 0 <= target < 4"},
                      {{{3, 4}}, "logits [3,4] and targets [2]"}}));
  rows.push_back(
      row("cross_entropy, all ignored", "cross_entropy",
          [](auto x) { return cross_entropy(x[0], Indices({1}, {2}), {.ignore_index = 2}); }, {},
          {{{{1, 4}}, "a mean over no targets"}}));
  const auto affine_loss = [](bool transposed, CrossEntropyOptions options) {
    return [=](auto x) {
      const Shape shape = x[0].shape();
      const Index classes = x[2].size();
      return affine_cross_entropy(
          x[0], x[1], x[2], labels(shape.without(shape.rank() - 1), classes), options, transposed);
    };
  };
  const std::vector<BadShapes> bad_readouts = {{{{2, 3}, {4, 5}, {5}}, "need x [..., k], w "},
                                               {{{4, 2}, {3, 5}, {5}}, "x [4,2] . w [3,5]"},
                                               {{{2, 3}, {3, 3}, {5}}, "] and b [V]"}};
  rows.push_back(row("affine_cross_entropy", "affine_cross_entropy", affine_loss(false, {}),
                     {{{4, 3}, {3, 5}, {5}},
                      {{1, 2}, {2, 2}, {2}},
                      {{2, 3, 2}, {2, 41}, {41}},
                      {{3}, {3, 6}, {6}},
                      {{2, 2}, {2, 600}, {600}}},
                     bad_readouts));
  rows.push_back(row("affine_cross_entropy, transposed", "affine_cross_entropy",
                     affine_loss(true, {.reduction = Reduction::sum, .ignore_index = 3}),
                     {{{4, 3}, {5, 3}, {5}}, {{1, 1}, {2, 1}, {2}}, {{2, 3, 2}, {41, 2}, {41}}},
                     bad_readouts));
  rows.push_back(row("affine_cross_entropy of one value", "affine_cross_entropy",
                     [](auto x) {
                       return affine_cross_entropy(x[0], x[0], x[1], Indices({3}, {2, 0, 1}));
                     },
                     {{{3, 3}, {3}}}, {{{{3, 2}, {2}}, "x [3,2] . w [3,2]"}}));
  const Shapes pairs = {{{3, 5}, {3, 5}}, {{3, 5}, {}}, {{}, {2, 3}},
                        {{}, {}},         {{1}, {1}},   {{2, 3, 17}, {2, 3, 17}}};
  const std::vector<BadShapes> bad = bad_pairs();
  rows.push_back(row(
      "mse", "mse", [](auto x) { return mse(x[0], x[1]); }, pairs, bad));
  rows.push_back(row(
      "binary_cross_entropy_with_logits", "binary_cross_entropy",
      [](auto x) { return binary_cross_entropy_with_logits(x[0], x[1]); }, pairs, bad));
}

}  // namespace engram::testing
