#include "engram/ops/shapes/reshape.hpp"

#include <algorithm>
#include <array>

#include "engram/core/record.hpp"

namespace engram {
namespace {

struct Reshape {
  static constexpr auto name = "reshape";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Shape to;

  Shape shape(const Shape& x) const {
    if (x.size() != to.size()) {
      fail("x ", x, " has ", x.size(), " elements and ", to, " has ", to.size(),
           "; they must be as many");
    }
    return to;
  }
  View view(const Shape&) const { return {to}; }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += reshape(dy, x.shape());
  }
};

// The extents with a -1 filled in for an array of shape `x`.
Shape completed(std::span<const Index> extents, const Shape& x) {
  if (extents.size() > kMaxRank) return Shape(extents);  // says so
  std::array<Index, kMaxRank> out{};
  const auto end = std::copy(extents.begin(), extents.end(), out.begin());
  const auto shape = [&] { return Shape(std::span<const Index>(out.begin(), end)); };
  const auto open = std::find(out.begin(), end, -1);
  if (open == end) return shape();
  if (std::find(open + 1, end, -1) != end) {
    fail("more than one extent is -1; only one can be worked out");
  }
  *open = 1;
  const Index known = shape().size();
  if (known == 0 || x.size() % known != 0) {
    fail("x ", x, " has ", x.size(), " elements, no multiple of the ", known,
         " of the other extents: -1 cannot be worked out");
  }
  *open = x.size() / known;
  return shape();
}

}  // namespace

template <class T>
Var<T> reshape(const Var<T>& x, const Shape& shape, Site site) {
  return record(Reshape{shape}, site, x);
}

template <class T>
Var<T> reshape(const Var<T>& x, std::span<const Index> extents, Site site) {
  return within(Reshape::name, site,
                [&] { return reshape(x, completed(extents, x.shape()), site); });
}

template Var<float> reshape(const Var<float>&, const Shape&, Site);
template Var<double> reshape(const Var<double>&, const Shape&, Site);
template Var<float> reshape(const Var<float>&, std::span<const Index>, Site);
template Var<double> reshape(const Var<double>&, std::span<const Index>, Site);

}  // namespace engram
