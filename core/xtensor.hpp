// Arrays as xtensor expressions, and back. Include it where you use xtensor; nothing else does.
#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include "engram/core/array.hpp"
#include "engram/core/loops/simd.hpp"

#pragma push_macro("I")  // as in core/loops/simd.hpp
#undef I
#include <xtensor/xadapt.hpp>
#include <xtensor/xnoalias.hpp>
#pragma pop_macro("I")

namespace engram {

/// The array for reading as an xtensor expression, without a copy of the numbers. It keeps them
/// alive, so it may be made of a temporary: `xt::mean(as_xtensor(y.value()))`.
template <class T>
auto as_xtensor(const Array<T>& array) {
  xt::dynamic_shape<std::size_t> shape;
  for (int k = 0; k < array.rank(); ++k) shape.push_back(static_cast<std::size_t>(array.extent(k)));
  return xt::adapt_smart_ptr(array.data(), shape, std::make_shared<const Array<T>>(array));
}

/// The values of any xtensor expression as an array. Throws `Error` for more than `kMaxRank` axes.
template <class Expression>
auto from_xtensor(const xt::xexpression<Expression>& expression) {
  using T = std::remove_cv_t<typename Expression::value_type>;
  static_assert(
      std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t>,
      "an Array holds float, double or int32: xt::cast the expression first");
  const Expression& values = expression.derived_cast();
  std::vector<Index> extents;
  for (const auto extent : values.shape()) extents.push_back(static_cast<Index>(extent));
  Array<T> out = Array<T>::uninitialized(Shape(extents));
  const xt::dynamic_shape<std::size_t> shape(values.shape().begin(), values.shape().end());
  auto target =
      xt::adapt(out.edit(), static_cast<std::size_t>(out.size()), xt::no_ownership(), shape);
  xt::noalias(target) = values;
  return out;
}

}  // namespace engram
