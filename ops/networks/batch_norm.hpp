#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The mean and the variance of each channel: of a batch, or running over many.
template <class T>
struct BatchStatistics {
  Array<T> mean, variance;  ///< [C]

  /// What a network has before its first batch: mean 0, variance 1.
  static BatchStatistics start(Index channels) {
    return {Array<T>(Shape{channels}), Array<T>::full({channels}, T{1})};
  }
  /// Moves these by `momentum` towards those of a batch: s = (1 - momentum) s + momentum batch.
  /// Throws `Error` for other shapes, and unless 0 <= momentum <= 1.
  void update(const BatchStatistics& batch, double momentum = 0.1);
};

/// Standardises each channel over the batch and all positions, then scales and shifts: training.
///
///   y = batch_norm(x, gain, bias);
///   running.update(batch_statistics(x));              // for evaluation
///
/// Shapes:     x [B, C, ...], gain [C], bias [C]
/// Forward:    y = gain (x - μ) / √(σ² + ε) + bias, with μ and σ² of the batch
/// Derivative: dx as `standardize` of dy gain, dgain = Σ dy (x - μ) / √(σ² + ε), dbias = Σ dy
/// Saves:      the standardised x
/// Order:      any
/// Accuracy:   6 ulp of x - max x; derivatives 8 ulp of dy
/// Throws:     `Error` for other shapes, for channels of fewer than two values, and unless ε > 0
/// Source:     S. Ioffe and C. Szegedy (2015), "Batch normalization"
template <class T>
Var<T> batch_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon = 1e-5,
                  Site site = Site::current());

/// The same with given statistics, which are constants: evaluation.
///
/// Shapes:     as `batch_norm`, statistics [C]
/// Forward:    y = (x - mean) gain / √(variance + ε) + bias
/// Derivative: dx = dy gain / √(variance + ε), dgain = Σ dy (x - mean) / √(variance + ε),
///             dbias = Σ dy
/// Saves:      (x - mean) / √(variance + ε)
/// Order:      any
/// Accuracy:   6 ulp of x - max x; derivatives 8 ulp of dy
/// Throws:     `Error` for other shapes, for a variance below 0, and unless ε > 0
/// Source:     as `batch_norm`
template <class T>
Var<T> batch_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias,
                  const BatchStatistics<T>& statistics, double epsilon = 1e-5,
                  Site site = Site::current());

/// The mean of each channel of x [B, C, ...], and its variance as an estimate from n values:
/// Σ (x - μ)² / (n - 1). Throws `Error` as `batch_norm`.
template <class T>
BatchStatistics<T> batch_statistics(const Var<T>& x, Site site = Site::current());

}  // namespace engram
