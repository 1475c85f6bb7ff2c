#pragma once

#include <initializer_list>
#include <span>

#include "engram/core/var.hpp"

namespace engram {

/// How many entries to put before an axis and after it.
struct Padding {
  Index before = 0, after = 0;
};

/// Where the entries around an axis come from.
enum class PadMode {
  constant,   ///< one value
  reflect,    ///< mirrored at the first and the last entry, which are not repeated
  replicate,  ///< the first and the last entry
  circular,   ///< the other end
};

struct PadOptions {
  PadMode mode = PadMode::constant;
  double value = 0;  ///< for `PadMode::constant`
};

/// x with more entries before and after an axis. (`pad_to` says where x lies instead.)
///
/// Shapes:     y has before + n + after entries there, for n of x
/// Forward:    y[..., before:before+n, ...] = x, and around it what the mode says
/// Derivative: dx = dy[..., before:before+n, ...] and what was copied from there
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an axis that is not there, a negative padding, one of n or more in the
///             mode reflect, and for no entries to copy
/// Source:     NumPy, "numpy.pad"; PyTorch, "torch.nn.functional.pad"
template <class T>
Var<T> pad(const Var<T>& x, int axis, const Padding& padding, const PadOptions& options = {},
           Site site = Site::current());

/// The same along all axes, one after another. Throws `Error` unless each axis has a padding.
template <class T>
Var<T> pad(const Var<T>& x, std::span<const Padding> paddings, const PadOptions& options = {},
           Site site = Site::current());
template <class T>
Var<T> pad(const Var<T>& x, std::initializer_list<Padding> paddings, const PadOptions& options = {},
           Site site = Site::current()) {
  return pad(x, std::span(paddings.begin(), paddings.size()), options, site);
}

}  // namespace engram
