// Rows of products, norms, variances, cumulative sums, and of what sorts.
#include <cmath>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

constexpr double kInfinity = INFINITY;

void over_axes(std::vector<OpCase>& rows) {
  const auto reduction = [&](const std::string& name, const std::string& file, const auto& f,
                             bool empty, double low = -2, double high = 2) {
    Shapes shapes = {{{3, 4}}, {{2, 3, 5}}, {{2, 37}}, {{4, 1, 3}}};
    if (empty) shapes.push_back({{3, 0}});
    const auto over = [&](const std::string& which, const Axes& axes, bool keep,
                          std::vector<BadShapes> bad) {
      rows.push_back(row(
          name + which, file, [=](auto x) { return f(x[0], axes, keep); }, shapes, std::move(bad),
          low, high));
    };
    over("", {}, false, {});
    over(" over axis 1", {1}, false, {{{{3}}, "axis 1 of [3] does not exist"}});
    over(" over axes 0 and -1, kept", {0, -1}, true, {{{{3}}, "axis -1 of [3] is named twice"}});
  };
  const auto min_of = [](auto x, const Axes& a, bool k) { return min(x, a, k); };
  reduction("min", "reduce", min_of, false);
  const auto prod_of = [](auto x, const Axes& a, bool k) { return prod(x, a, k); };
  reduction("prod", "prod", prod_of, true, 0.5, 1.5);
  const auto variance_of = [](auto x, const Axes& a, bool k) { return variance(x, a, k, 0.5); };
  reduction("variance", "variance", variance_of, false);
  const auto deviation_of = [](auto x, const Axes& a, bool k) {
    return standard_deviation(x + 0.1 * x * x, a, k, 0.5);
  };
  reduction("standard_deviation", "variance", deviation_of, false);
  for (const double p : {1.0, 2.0, kInfinity}) {
    const auto norm_of = [p](auto x, const Axes& a, bool k) { return norm(x, a, k, p); };
    reduction(text("norm ", p), "norm", norm_of, !std::isinf(p));
  }
  const auto rms_of = [](auto x, const Axes& a, bool k) { return root_mean_square(x, a, k, 0.1); };
  reduction("root_mean_square", "norm", rms_of, false);
  const auto any_of = [](auto x, const Axes& a, bool k) {
    return any(greater(x, 1), a, k) + sum(x);
  };
  reduction("any", "any", any_of, true);
  const auto all_of = [](auto x, const Axes& a, bool k) {
    return all(greater(x, -1), a, k) + sum(x);
  };
  reduction("all", "any", all_of, true);

  for (const double p : {1.0, 2.0, kInfinity}) {
    rows.push_back(row(
        text("normalize ", p), "norm", [p](auto x) { return normalize(x[0], {1}, 1e-3, p) + x[0]; },
        {{{3, 4}}, {{2, 5, 2}}, {{2, 17}}}, {{{{3}}, "normalize: axis 1 of [3] does not exist"}}));
  }
  rows.push_back(row("normalize, no epsilon", "norm",
                     [](auto x) { return normalize(x[0], {-1}, 0); }, {},
                     {{{{3}}, "normalize: epsilon = 0; need a number above 0"}}));
  const auto several = [&](const std::string& name, const auto& f) {
    rows.push_back(
        row(name, "n_ary", f,
            {{{3, 5}, {3, 5}, {3, 5}}, {{3, 1}, {5}, {2, 1, 1}}, {{2}, {2}}, {{}}, {{0}, {1}}},
            {{{{3, 4}, {3, 5}, {3, 5}}, name + ": shapes do not broadcast: [3,4] and [3,5]"},
             {{{3, 5}, {3, 4}, {3, 5}}, "[3,5] and [3,4]"},
             {{{3, 5}, {3, 5}, {3, 4}}, "[3,5] and [3,4]"}}));
  };
  several("maximum", [](auto x) { return maximum(x); });
  several("minimum", [](auto x) { return minimum(x); });
  several("mean", [](auto x) { return mean(x); });
  rows.push_back(row("min of nothing", "reduce", [](auto x) { return min(x[0]); }, {},
                     {{{{0, 3}}, "min: no values to reduce in [0,3]"}}));
  rows.push_back(row("prod of negative numbers", "prod", [](auto x) { return prod(x[0], {0}); },
                     {{{5, 3}}, {{7}}, {{1, 2}}, {{3, 2, 2}}}));
  rows.push_back(row("variance of one", "variance", [](auto x) { return variance(x[0], {0}); }, {},
                     {{{{1, 3}}, "variance: 1 values and a correction of 1; need more values"},
                      {{{0, 3}}, "variance: no values in [0,3]"}}));
  rows.push_back(row("standard_deviation of one", "variance",
                     [](auto x) { return standard_deviation(x[0]); }, {},
                     {{{{}}, "standard_deviation: 1 values and a correction of 1"}}));
  rows.push_back(row("norm 3", "norm", [](auto x) { return norm(x[0], {}, false, 3); }, {},
                     {{{{3}}, "norm: p is 3; need 1, 2 or infinity"}}));
  rows.push_back(row("root_mean_square of nothing", "norm",
                     [](auto x) { return root_mean_square(x[0]); }, {},
                     {{{{0}}, "root_mean_square: no values in [0]"}}));
  rows.push_back(row("root_mean_square, epsilon below 0", "norm",
                     [](auto x) { return root_mean_square(x[0], {}, false, -1); }, {},
                     {{{{3}}, "epsilon = -1; need 0 or more"}}));
  rows.push_back(row("norm infinity of nothing", "norm",
                     [](auto x) { return norm(x[0], {}, false, kInfinity); }, {},
                     {{{{0}}, "norm: no values to reduce in [0]"}}));
}

void along_an_axis(std::vector<OpCase>& rows) {
  const Shapes shapes = {{{3, 4}}, {{2, 17}}, {{5, 1}}, {{2, 3, 5}}, {{2, 0}}, {{0, 3}}};
  const std::vector<BadShapes> bad = {{{{3}}, "axis 1 of [3] does not exist"}};
  rows.push_back(row(
      "cumsum", "cumulative", [](auto x) { return cumsum(x[0], 1); }, shapes, bad));
  rows.push_back(row(
      "cumsum in reverse", "cumulative", [](auto x) { return cumsum(x[0], 1, {.reverse = true}); },
      shapes, bad));
  rows.push_back(row(
      "cumprod", "cumulative", [](auto x) { return cumprod(x[0], 1); }, shapes, bad));
  rows.push_back(row("cumprod over axis -2", "cumulative", [](auto x) { return cumprod(x[0], -2); },
                     {{{4, 3}}, {{1, 3}}, {{2, 5, 3}}},
                     {{{{3}}, "cumprod: axis -2 of [3] does not exist"}}));
  for (const bool reverse : {false, true}) {
    const ScanOptions options{.reverse = reverse, .exclusive = true};
    const std::string which = reverse ? ", exclusive, in reverse" : ", exclusive";
    rows.push_back(row(
        "cumsum" + which, "cumulative", [options](auto x) { return cumsum(x[0], 1, options); },
        shapes, bad));
    rows.push_back(row("cumprod" + which, "cumulative",
                       [options](auto x) { return cumprod(x[0], -1, options); }, shapes,
                       {{{{}}, "cumprod: axis -1 of [] does not exist"}}));
    // Of no terms it is -inf, of which differences know nothing.
    rows.push_back(row(
        "logcumsumexp" + which, "cumulative",
        [options](auto x) {
          return exp(logcumsumexp(x[0], 1, options)) +
                 logcumsumexp(x[0], 1, {.reverse = options.reverse});
        },
        shapes, bad));
  }
  rows.push_back(row(
      "logcumsumexp", "cumulative", [](auto x) { return logcumsumexp(x[0], 1); }, shapes, bad));
  rows.push_back(row("logcumsumexp over axis 0", "cumulative",
                     [](auto x) { return logcumsumexp(x[0], 0); },
                     {{{4, 3}}, {{17}}, {{3, 1, 2}}, {{0, 3}}}));
  for (const bool reverse : {false, true}) {
    const std::string which = reverse ? " in reverse" : "";
    rows.push_back(row("linear_recurrence" + which, "linear_recurrence",
                       [reverse](auto x) { return linear_recurrence(x[0], x[1], -2, reverse); },
                       {{{4, 3}, {4, 3}},
                        {{1}, {5, 2}},
                        {{3}, {17, 3}},
                        {{2, 4, 1}, {4, 3}},
                        {{3, 1}, {1, 2}},
                        {{0, 3}, {0, 3}},
                        {{1, 3}, {1, 3}}},
                       {{{{3, 4}, {3, 5}}, "do not broadcast: [3,4] and [3,5]"},
                        {{{3}, {3}}, "linear_recurrence: axis -2 of [3] does not exist"}}));
  }

  rows.push_back(row("sort", "sort", [](auto x) { return sort(x[0]).values * x[0]; },
                     {{{3, 5}}, {{37}}, {{2, 3, 17}}, {{1, 1}}, {{0, 3}}, {{3, 0}}},
                     {{{{}}, "sort: axis -1 of [] does not exist"}}));
  rows.push_back(row("sort over axis 0, descending", "sort",
                     [](auto x) { return sort(x[0], 0, true).values; },
                     {{{5, 3}}, {{17, 2}}, {{3, 2, 2}}}));
  rows.push_back(row("topk", "sort", [](auto x) { return topk(x[0], 2).values; },
                     {{{3, 5}}, {{37}}, {{2, 3, 2}}, {{0, 2}}},
                     {{{{3, 1}}, "topk: the first 2 of axis -1 of x [3,1]; need 0 <= count <= 1"},
                      {{{}}, "topk: axis -1 of [] does not exist"}}));
  rows.push_back(row("topk, the smallest of axis 0", "sort",
                     [](auto x) { return topk(x[0], 3, 0, false).values; },
                     {{{5, 3}}, {{3}}, {{17, 2, 2}}}));
  rows.push_back(row("topk, fewer than none", "sort", [](auto x) { return topk(x[0], -1).values; },
                     {},
                     {{{{3}}, "topk: the first -1 of axis -1 of x [3]; need 0 <= count <= 3"}}));
  rows.push_back(row("argmax", "argmax",
                     [](auto x) {
                       const auto most = gather(x[0], 1, argmax(x[0], 1, true));
                       return most * gather(x[0], 1, argmin(x[0], 1, true));
                     },
                     {{{3, 5}}, {{2, 37}}, {{4, 1}}, {{2, 3, 4}}, {{0, 2}}},
                     {{{{3, 0}}, "argmax: axis 1 of x [3,0] has no entries"},
                      {{{3}}, "argmax: axis 1 of [3] does not exist"}}));
  rows.push_back(row("argmin", "argmax",
                     [](auto x) {
                       static_cast<void>(argmin(x[0], -2));
                       return x[0];
                     },
                     {},
                     {{{{0, 3}}, "argmin: axis 0 of x [0,3] has no entries"},
                      {{{3}}, "argmin: axis -2 of [3] does not exist"}}));
}

}  // namespace

void more_reduction_rows(std::vector<OpCase>& rows) {
  over_axes(rows);
  along_an_axis(rows);
}

}  // namespace engram::testing
