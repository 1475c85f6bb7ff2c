#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/exp.hpp"
#include "engram/ops/elementwise/log.hpp"
#include "engram/ops/elementwise/where.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"

namespace engram {
namespace ops {

// t (ln t - x), and 0 at t = 0 whatever x.
struct KlDiv {
  static constexpr auto name = "kl_div";
  static auto f(auto x, auto t) { return where(t, t * (log(t) - x), 0); }
  static auto da(auto, auto t, auto) { return -t; }
  static auto db(auto x, auto t, auto) { return log(t) + 1 - x; }
};

// eᵗ (t - x), and 0 at t = -∞ whatever x.
struct KlDivOfLogs {
  static constexpr auto name = "kl_div_of_logs";
  static auto f(auto x, auto t) { return where(exp(t), exp(t) * (t - x), 0); }
  static auto da(auto, auto t, auto) { return -exp(t); }
  static auto db(auto x, auto t, auto) { return exp(t) * (finite(t) - x + 1); }
};

}  // namespace ops

struct KlDivOptions {
  Reduction reduction = Reduction::mean;  ///< for the divergence itself: the sum, over the rows
  bool log_target = false;                ///< the targets are logarithms of probabilities too
};

/// The Kullback-Leibler divergence of distributions given by their logarithms from targets.
///
/// Shapes:     log-probabilities x and targets t, as `mse`
/// Forward:    y = Σ t (ln t - x), 0 at t = 0, or with `log_target` Σ eᵗ (t - x); divided by the
///             number of elements for the mean
/// Derivative: dx = -dy t, dt = dy (ln t + 1 - x), which is -∞ at t = 0; divided likewise. With
///             `log_target` dx = -dy eᵗ, dt = dy eᵗ (t - x + 1)
/// Saves:      nothing beyond x and t
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values to take the mean of
/// Source:     S. Kullback and R. Leibler (1951), "On information and sufficiency"
template <class T>
Var<T> kl_div(const Var<T>& x, const Var<T>& targets, const KlDivOptions& options = {},
              Site site = Site::current()) {
  return within("kl_div", x, site, [&] {
    check_pairs(x, targets);
    return reduced(options.log_target ? elementwise(ops::KlDivOfLogs{}, site, x, targets)
                                      : elementwise(ops::KlDiv{}, site, x, targets),
                   options.reduction);
  });
}

}  // namespace engram
