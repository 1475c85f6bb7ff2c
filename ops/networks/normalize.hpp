#pragma once

#include "engram/core/var.hpp"
#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// Values of mean 0 and variance 1 over some axes: what the normalisations are made of.
///
/// Shapes:     any
/// Forward:    y = (x - μ) / √(σ² + ε), μ and σ² the mean and the variance over the axes
/// Derivative: dx = (dy - mean(dy) - y mean(dy y)) / √(σ² + ε)
/// Saves:      √(σ² + ε)
/// Order:      any
/// Accuracy:   4 ulp of x - max x; derivatives 8 ulp of dy
/// Throws:     `Error` for an axis that does not exist or is named twice, and unless ε > 0
/// Source:     S. Ioffe and C. Szegedy (2015), "Batch normalization"
template <class T>
Var<T> standardize(const Var<T>& x, const Axes& axes = {}, double epsilon = 1e-5,
                   Site site = Site::current());

/// Standardises the last axes of each entry, as many as `gain` has, then scales and shifts.
///
/// Shapes:     x [..., n], gain [n], bias [n]; n may be several axes
/// Forward:    y = gain (x - μ) / √(σ² + ε) + bias
/// Derivative: dx as `standardize` of dy gain, dgain = Σ dy (x - μ) / √(σ² + ε), dbias = Σ dy
/// Saves:      the standardised x
/// Order:      any
/// Accuracy:   6 ulp of x - max x; derivatives 8 ulp of dy
/// Throws:     `Error` unless gain and bias have the shape of the last axes of x, and ε > 0
/// Source:     J. Ba, J. Kiros and G. Hinton (2016), "Layer normalization"
template <class T>
Var<T> layer_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon = 1e-5,
                  Site site = Site::current());

/// Divides the last axes of each entry, as many as `gain` has, by their root mean square.
///
/// Shapes:     x [..., n], gain [n]; n may be several axes
/// Forward:    y = gain x / √(mean(x²) + ε)
/// Derivative: dx = (dx̂ - x̂ mean(dx̂ x̂)) / √(mean(x²) + ε), with x̂ = x / √(...), dx̂ = dy gain;
///             dgain = Σ dy x̂
/// Saves:      x̂
/// Order:      any
/// Accuracy:   4 ulp of x; derivatives 8 ulp of dy
/// Throws:     `Error` unless gain has the shape of the last axes of x, and ε > 0
/// Source:     B. Zhang and R. Sennrich (2019), "Root mean square layer normalization"
template <class T>
Var<T> rms_norm(const Var<T>& x, const Var<T>& gain, double epsilon = 1e-5,
                Site site = Site::current());

}  // namespace engram
