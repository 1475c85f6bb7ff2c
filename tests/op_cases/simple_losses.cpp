// Rows of the simple losses.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

void simple_loss_rows(std::vector<OpCase>& rows) {
  const std::vector<BadShapes> bad = bad_pairs();
  const Shapes pairs = {{{3, 5}, {3, 5}}, {{3, 5}, {}}, {{}, {2, 3}},
                        {{}, {}},         {{1}, {1}},   {{2, 3, 17}, {2, 3, 17}}};
  const auto loss = [&](const std::string& name, const std::string& file, auto f, double low = -2,
                        double high = 2) {
    rows.push_back(row(
        name, file, [f](auto x) { return f(x[0], x[1]); }, pairs, bad, low, high));
  };
  loss("l1", "l1", [](auto a, auto b) { return l1(a, b); });
  loss("huber", "huber", [](auto a, auto b) { return huber(a, b) + huber(a, b, 0.3); });
  const std::vector<BadShapes> bad_each = {{{{3, 4}, {3, 5}}, "differ"}};
  const auto each = [&](const std::string& name, const std::string& file, auto f, double low = -2) {
    auto with_none = pairs;
    with_none.push_back({{0, 3}, {0, 3}});
    rows.push_back(row(
        name + ", each and the sum", file,
        [f](auto x) { return f(x[0], x[1], Reduction::none) + f(x[0], x[1], Reduction::sum); },
        with_none, bad_each, low, 2));
  };
  each("mse", "mse", [](auto a, auto b, Reduction r) { return mse(a, b, r); });
  each("l1", "l1", [](auto a, auto b, Reduction r) { return l1(a, b, r); });
  each("huber", "huber", [](auto a, auto b, Reduction r) { return huber(a, b, 0.5, r); });
  each("hinge", "hinge", [](auto a, auto b, Reduction r) { return hinge(a, b, 1, r); });
  each("binary_cross_entropy_with_logits", "binary_cross_entropy",
       [](auto a, auto b, Reduction r) { return binary_cross_entropy_with_logits(a, b, r); });
  each(
      "kl_div", "kl_div",
      [](auto x, auto t, Reduction r) { return kl_div(x, t, {.reduction = r}); }, 0.2);
  rows.push_back(refused("huber, bad delta", "huber", [](auto x) { return huber(x[0], x[1], 0); },
                         {{{{3}, {3}}, "huber: delta 0; need delta > 0"}}));
  loss("hinge", "hinge", [](auto a, auto b) { return hinge(a, b) + hinge(a, b, 0.2); });
  loss(
      "kl_div", "kl_div", [](auto x, auto t) { return kl_div(x, t); }, 0.2, 2);
  loss("kl_div, log target", "kl_div",
       [](auto x, auto t) { return kl_div(x, t, {.log_target = true}); });
  rows.push_back(row(
      "kl_div, sum", "kl_div",
      [](auto x) { return kl_div(x[0], x[1], {.reduction = Reduction::sum}); },
      {{{3, 5}, {3, 5}}, {{0, 3}, {0, 3}}, {{}, {0, 3}}}, {bad[0], bad[1]}, 0.2, 2));
  const std::vector<BadShapes> bad_vectors = {{{{3, 4}, {3, 5}}, "do not broadcast"},
                                              {{{}, {}}, "axis -1"}};
  rows.push_back(row(
      "cosine_similarity", "cosine_similarity",
      [](auto x) {
        // Of a vector of one element the cosine does not depend on it; this does.
        return cosine_similarity(x[0], x[1]) + sum(x[0] + x[1]);
      },
      {{{3, 5}, {3, 5}}, {{2, 17}, {17}}, {{2, 1}, {2, 3}}, {{1}, {1}}, {{0, 3}, {3}}},
      bad_vectors));
  rows.push_back(row("cosine_similarity along axis 0", "cosine_similarity",
                     [](auto x) { return cosine_similarity(x[0], x[1], 0) + sum(x[0] + x[1]); },
                     {{{3, 5}, {3, 5}}, {{4, 5}, {5}}, {{2, 3, 4}, {3, 1}}},
                     {{{{}, {}}, "axis 0 of [] does not exist"}}));
  rows.push_back(
      row("cosine_loss", "cosine_similarity",
          [](auto x) { return cosine_loss(x[0], x[1], x[2], -0.5); },
          {{{3, 5}, {3, 5}, {3}}, {{4, 17}, {4, 17}, {}}, {{2, 3, 4}, {2, 3, 4}, {2, 3}}},
          {{{{3, 4}, {3, 5}, {3}}, "cosine_loss: shapes [3,4] and [3,5] differ"},
           {{{3, 4}, {3, 4}, {3, 1}}, "cosine_loss: shapes [3] and [3,1] differ"},
           {{{0, 4}, {0, 4}, {0}}, "no values in [0]"}}));
  rows.push_back(row("cosine_loss, each", "cosine_similarity",
                     [](auto x) { return cosine_loss(x[0], x[1], x[2], -0.5, Reduction::none); },
                     {{{3, 5}, {3, 5}, {3}}, {{2, 3, 4}, {2, 3, 4}, {2, 3}}},
                     {{{{3, 4}, {3, 5}, {3}}, "cosine_loss: shapes [3,4] and [3,5] differ"}}));
  const auto labelled = [](CrossEntropyOptions options) {
    return [options](auto x) {
      const Shape shape = x[0].shape();
      Indices targets(shape.without(shape.rank() - 1));
      for (Index i = 0; i < targets.size(); ++i) {
        targets.edit()[i] = static_cast<std::int32_t>((1 + 2 * i) % shape.extent(-1));
      }
      return nll(x[0], targets, options);
    };
  };
  rows.push_back(row("nll", "nll", labelled({}),
                     {{{4, 5}}, {{1, 2}}, {{2, 3, 4}}, {{3, 41}}, {{6}}},
                     {{{{0, 3}}, "a mean over no targets"}}));
  rows.push_back(row("nll, sum", "nll", labelled({.reduction = Reduction::sum}),
                     {{{4, 5}}, {{0, 3}}, {{37, 2}}}));
  rows.push_back(row("nll, ignoring", "nll", labelled({.ignore_index = 3}),
                     {{{4, 5}}, {{2, 3, 4}}, {{3, 41}}}));
  rows.push_back(
      row("nll, weighted", "nll",
          labelled({.ignore_index = 3, .class_weights = Array<double>({4}, {2, 0.5, 0, 3})}),
          {{{5, 4}}, {{2, 3, 4}}}, {{{{3, 5}}, "class_weights [4] for 5 classes"}}));
  rows.push_back(row("nll, each", "nll",
                     labelled({.reduction = Reduction::none,
                               .ignore_index = 3,
                               .class_weights = Array<double>({4}, {2, 0.5, 0, 3})}),
                     {{{5, 4}}, {{2, 3, 4}}, {{4}}, {{0, 4}}},
                     {{{{3, 5}}, "class_weights [4] for 5 classes"}}));
  rows.push_back(
      row("nll, classes on axis 1", "nll",
          [](auto x) {
            return nll(x[0], Indices({2, 3}, {1, 0, 1, 1, 0, 0}), {.axis = 1});
          },
          {{{2, 2, 3}}, {{2, 5, 3}}},
          {{{{2, 3, 4}}, "nll: logits [2,3,4] with the classes on axis 1 and targets [2,3]"},
           {{{2, 1, 3}}, "nll: target 1 at position 0 is no class"}}));
  rows.push_back(refused("nll, smoothed", "nll", labelled({.label_smoothing = 0.1}),
                         {{{{3, 4}}, "nll: label_smoothing 0.1; only cross_entropy smooths"}}));
  rows.push_back(refused("nll, bad targets", "nll",
                         [](auto x) {
                           return nll(x[0], Indices({2}, {1, 7}));
                         },
                         {{{{2, 4}}, "nll: target 7 at position 1 is no class"},
                          {{{3, 4}}, "nll: logits [3,4] and targets [2]"},
                          {{{}}, "nll: logits [] and targets [2]"}}));
}

}  // namespace engram::testing
