#include <cmath>

#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void more_reduction_goldens(std::vector<Golden>& rows) {
  const auto reduction = [&](const std::string& name, auto f) {
    rows.push_back(unary(name, [f](V x) { return f(x, Axes{1}); }));
    rows.push_back(unary(name + "_axes02", [f](V x) { return f(x, Axes{0, 2}); }));
    rows.push_back(unary(name + "_all", [f](V x) { return f(x, Axes{}); }));
  };
  reduction("min", [](V x, const Axes& axes) { return min(x, axes); });
  reduction("variance", [](V x, const Axes& axes) { return variance(x, axes); });
  reduction("variance_population",
            [](V x, const Axes& axes) { return variance(x, axes, false, 0); });
  reduction("standard_deviation",
            [](V x, const Axes& axes) { return standard_deviation(x, axes); });
  reduction("norm1", [](V x, const Axes& axes) { return norm(x, axes, false, 1); });
  reduction("norm2", [](V x, const Axes& axes) { return norm(x, axes, false, 2); });
  reduction("norm_inf", [](V x, const Axes& axes) { return norm(x, axes, false, INFINITY); });

  rows.push_back(unary("prod", [](V x) { return prod(x, {1}); }));
  rows.push_back(unary("prod_all", [](V x) { return prod(x); }));
  rows.push_back(unary("prod_odd", [](V x) { return prod(x, {-1}); }));
  for (const int k : {0, 1, 2}) {
    rows.push_back(unary(text("prod_zeros", k), [k](V x) { return prod(x, {k}); }));
    rows.push_back(unary(text("cumsum", k), [k](V x) { return cumsum(x, k); }));
    rows.push_back(unary(text("cumprod", k), [k](V x) { return cumprod(x, k); }));
    rows.push_back(unary(text("logcumsumexp", k), [k](V x) { return logcumsumexp(x, k); }));
  }
  rows.push_back(unary("cumprod_zeros", [](V x) { return cumprod(x, 1); }));
  rows.push_back(unary("cumsum_reverse", [](V x) { return cumsum(x, 1, {.reverse = true}); }));
  rows.push_back(unary("cumsum_exclusive", [](V x) { return cumsum(x, 1, {.exclusive = true}); }));
  rows.push_back(unary("cumprod_reverse", [](V x) { return cumprod(x, 1, {.reverse = true}); }));
  rows.push_back(
      unary("cumprod_exclusive", [](V x) { return cumprod(x, 1, {.exclusive = true}); }));
  rows.push_back(
      unary("logcumsumexp_reverse", [](V x) { return logcumsumexp(x, 1, {.reverse = true}); }));
  for (const double p : {1.0, 2.0, double{INFINITY}}) {
    rows.push_back(unary(text("normalize_", p), [p](V x) { return normalize(x, {1}, 1e-12, p); }));
  }
  rows.push_back({"maximum_three", [](const Vars& x, const Indices&) { return maximum(x); }});
  rows.push_back({"minimum_three", [](const Vars& x, const Indices&) { return minimum(x); }});
  rows.push_back({"mean_three", [](const Vars& x, const Indices&) { return mean(x); }});
  for (const char* name : {"linear_recurrence", "linear_recurrence_broadcast"}) {
    rows.push_back(binary(name, [](V a, V b) { return linear_recurrence(a, b, 0); }));
  }

  rows.push_back(unary("sort", [](V x) { return sort(x).values; }));
  rows.push_back(unary("sort_axis0", [](V x) { return sort(x, 0, true).values; }));
  rows.push_back(unary("topk", [](V x) { return topk(x, 3).values; }));
  rows.push_back(unary("topk_smallest", [](V x) { return topk(x, 2, 1, false).values; }));
  rows.push_back(unary("argmax", [](V x) { return gather(x, 1, argmax(x, 1, true)); }));
  rows.push_back(unary("argmin", [](V x) { return gather(x, 2, argmin(x, 2, true)); }));
}

}  // namespace engram::testing
