// checkpoint: memory for time. Of a function only the result is kept.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"

namespace engram {

/// f(xs), of which only the result stays on the tape: what f computes on the way is forgotten, and
/// computed again when the gradient is needed. Parameters that f reads and values that it captured
/// get their gradients like `xs`. f is called once for the value and once for each backward pass,
/// and must do the same each time: its values are compared, to half of their digits.
///
/// Shapes:     any
/// Forward:    y = f(xs)
/// Derivative: that of f
/// Saves:      xs and what else f takes
/// Order:      any
/// Accuracy:   that of what it calls
/// Throws:     `Error` for no inputs, what f throws, and, in backward, for an f that computes
///             something else when it runs again
/// Source:     A. Griewank and A. Walther (2000), "Algorithm 799: revolve"; T. Chen et al. (2016),
///             "Training deep nets with sublinear memory cost"
template <class T>
Var<T> checkpoint(const std::function<Var<T>(std::span<const Var<T>>)>& f,
                  const std::vector<Var<T>>& xs, Site site = Site::current());
/// The same for an f that draws random numbers, f(xs, random): each time from the same position.
/// Afterwards `random` stands where f left it.
template <class T>
Var<T> checkpoint(const std::function<Var<T>(std::span<const Var<T>>, Random&)>& f,
                  const std::vector<Var<T>>& xs, Random& random, Site site = Site::current());

}  // namespace engram
