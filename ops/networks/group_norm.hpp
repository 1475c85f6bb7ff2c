#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Standardises the channels of each entry of a batch in groups, over all their positions, then
/// scales and shifts each channel: like `batch_norm`, but no entry depends on another.
///
/// Shapes:     x [B, C, ...] with C a multiple of the groups, gain [C], bias [C]
/// Forward:    y = gain (x - μ) / √(σ² + ε) + bias, with μ and σ² of an entry's group
/// Derivative: dx as `standardize` of dy gain, dgain = Σ dy (x - μ) / √(σ² + ε), dbias = Σ dy
/// Saves:      the standardised x
/// Order:      any
/// Accuracy:   8 ulp of x; derivatives 16 ulp of x
/// Throws:     `Error` for other shapes, groups that do not divide the channels, groups of fewer
///             than two values, and unless ε > 0
/// Source:     Y. Wu and K. He (2018), "Group normalization"
template <class T>
Var<T> group_norm(const Var<T>& x, Index groups, const Var<T>& gain, const Var<T>& bias,
                  double epsilon = 1e-5, Site site = Site::current());

/// The same with each channel a group of its own (D. Ulyanov, A. Vedaldi and V. Lempitsky, 2016,
/// "Instance normalization").
template <class T>
Var<T> instance_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon = 1e-5,
                     Site site = Site::current());

}  // namespace engram
