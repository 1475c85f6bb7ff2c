// How far results are from the right ones, in units of what their precision can do.
#pragma once

#include <string>

#include "engram/core/array.hpp"

namespace engram::testing {

/// What the unit is that an error is measured in: see docs/ops.md, which says what the words in the
/// doc blocks mean.
enum class Of {
  nothing,              ///< exact
  result,               ///< "ulp"
  inputs,               ///< "ulp of x"
  inputs_and_one,       ///< "ulp of x and 1"
  differences,          ///< "ulp of x - max x"
  differences_and_one,  ///< "ulp of x - max x and 1"
  upstream,             ///< "ulp of dy", of derivatives
};
/// Whether such a unit depends on what moving the inputs does.
inline bool is_conditioned(Of unit) { return unit >= Of::inputs; }

/// The worst of a comparison.
struct Worst {
  double units = 0;
  std::string where;  ///< which result, which element, what was got and wanted
};

inline const Worst& worse(const Worst& a, const Worst& b) { return b.units > a.units ? b : a; }

/// What a result is to be.
struct Reference {
  Array<double> values;
  /// What each changes by, root mean square, when the inputs move by their last place; infinite or
  /// NaN where nothing can be promised. Read for a conditioned unit only.
  Array<double> spread;
  /// Of derivatives: the largest of their kind, one number or one for each; empty for values.
  Array<double> size;
};

/// The worst of a result in float or double beside the right one, of the same shape.
/// `finite_inputs`: what is beyond the range of T may be any infinity or NaN.
template <class T>
Worst compare(const std::string& name, const Array<T>& got, const Reference& right, Of unit,
              bool finite_inputs);

}  // namespace engram::testing
