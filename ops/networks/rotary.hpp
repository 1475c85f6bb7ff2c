#pragma once

#include "engram/core/var.hpp"

namespace engram {

struct RotaryOptions {
  double base = 10000;       ///< of the angles: pair i of position t turns by t base^(-2 i / d)
  Index offset = 0;          ///< the position of the first entry: how many keys are in a cache
  bool interleaved = false;  ///< pairs are neighbours, not one of each half
};

/// Rotary positions for the queries and keys of attention: pairs of numbers turned by angles that
/// grow with the position, so that products of two depend on how far they are apart.
///
/// Shapes:     x [..., T, d] with d even, and y likewise
/// Forward:    y_i = x_i cos θ - x_j sin θ, y_j = x_i sin θ + x_j cos θ for the pair i < d/2 and
///             j = i + d/2, or 2 i and 2 i + 1; θ = (t + offset) base^(-2 i / d), in double
/// Derivative: dx = dy turned back
/// Saves:      the cosines and sines
/// Order:      any
/// Accuracy:   3 ulp of x
/// Throws:     `Error` for other shapes, and unless base > 0
/// Source:     J. Su et al. (2021), "RoFormer: Enhanced transformer with rotary position embedding"
template <class T>
Var<T> rotary_embedding(const Var<T>& x, const RotaryOptions& options = {},
                        Site site = Site::current());

}  // namespace engram
