// Rows of sums and other reductions.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void reduction_rows(std::vector<OpCase>& rows) {
  const std::vector<BadShapes> bad = {{{{3}}, "axis 1 of [3] does not exist"}};
  const auto reduction = [&](const std::string& name, const auto& f, bool empty) {
    Shapes shapes = {{{3, 4}}, {{2, 3, 5}}, {{1, 1}}, {{2, 37}}, {{4, 1, 3}}};
    if (empty) shapes.push_back({{3, 0}});
    rows.push_back(row(
        name, "reduce", [f](auto x) { return f(x[0], Axes{}, false); }, shapes));
    rows.push_back(row(
        name + " over axis 1", "reduce", [f](auto x) { return f(x[0], Axes{1}, false); }, shapes,
        bad));
    rows.push_back(row(
        name + " over axes 0 and -1, kept", "reduce",
        [f](auto x) {
          return f(x[0], Axes{0, -1}, true);
        },
        shapes));
  };
  reduction(
      "sum", [](auto x, const Axes& a, bool k) { return sum(x, a, k); }, true);
  reduction(
      "mean", [](auto x, const Axes& a, bool k) { return mean(x, a, k); }, false);
  reduction(
      "max", [](auto x, const Axes& a, bool k) { return max(x, a, k); }, false);
  reduction(
      "logsumexp", [](auto x, const Axes& a, bool k) { return logsumexp(x, a, k); }, false);
  rows.push_back(row("sum, an axis twice", "reduce",
                     [](auto x) {
                       return sum(x[0], {0, 0});
                     },
                     {}, {{{{3, 4}}, "named twice"}}));
  rows.push_back(row("mean of nothing", "reduce", [](auto x) { return mean(x[0]); }, {},
                     {{{{0, 3}}, "no values in [0,3]"}}));

  const Shapes rows_of = {{{3, 5}}, {{4}}, {{1, 1}}, {{2, 3, 37}}, {{0, 3}}};
  rows.push_back(row(
      "softmax", "softmax", [](auto x) { return softmax(x[0]); }, rows_of));
  rows.push_back(row("softmax over axis 0", "softmax", [](auto x) { return softmax(x[0], 0); },
                     {{{3, 5}}, {{4}}, {{5, 1, 3}}}, {{{{}}, "axis 0 of [] does not exist"}}));
  rows.push_back(row(
      "log_softmax", "softmax", [](auto x) { return log_softmax(x[0]); }, rows_of));
  rows.push_back(row("log_softmax over axis 0", "softmax",
                     [](auto x) { return log_softmax(x[0], 0); }, {{{3, 5}}, {{4}}, {{5, 1, 3}}},
                     {{{{}}, "axis 0 of [] does not exist"}}));
}

}  // namespace engram::testing
