#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// The product over some axes. Its derivatives divide by nothing.
///
/// Shapes:     as `sum`
/// Forward:    y = Π x over the axes; an empty product is 1
/// Derivative: dx_i = dy Π_{j < i} x_j Π_{j > i} x_j, right where factors are 0 too
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp of x; derivatives 4 ulp of x
/// Throws:     as `sum`
/// Source:     A. Griewank and A. Walther (2008), "Evaluating derivatives", section 3.3
///             (Speelpenning's product)
template <class T>
Var<T> prod(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

}  // namespace engram
