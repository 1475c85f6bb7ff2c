// beyond: gradients with which an optimiser cannot go on.
#pragma once

#include <string>

#include "engram/core/gradients.hpp"

namespace engram::optim {

/// Whether a stored element is greater than `limit` in magnitude, or NaN.
template <class T>
bool any_beyond(const Gradient<T>& gradient, T limit, const Workers* workers);

/// Throws an `Error` about the first such element: "`of_what` is nan at [2,17]; ...".
template <class T>
[[noreturn]] void refuse_beyond(const std::string& of_what, const Gradient<T>& gradient, T limit);

}  // namespace engram::optim
