#include "engram/ops/indexing/masked.hpp"

#include <algorithm>

#include "engram/core/loops/broadcast.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"
#include "engram/ops/indexing/index_select.hpp"

namespace engram {
namespace {

// v, or another value where m is not 0: NaN is not 0.
template <class B>
B filled(const B& v, const B& m, const B& value) {
  return select(m == B(0), v, value);
}

template <class T>
struct MaskedFill {
  static constexpr auto name = "masked_fill";
  static constexpr std::uint8_t needs = needs_input(1);
  static constexpr bool takes_strided = true;
  T value;

  Shape shape(const Shape& x, const Shape& mask) const { return broadcast(x, mask); }
  void forward(const Array<T>& x, const Array<T>& mask, Array<T>& y) const {
    kernels::map([this](auto v, auto m) { return filled(v, m, decltype(v)(value)); }, y, x, mask);
  }
  void derivative(Var<T>, Var<T> mask, Var<T>, Var<T> dy, Into<Var<T>> dx, Into<Var<T>>) const {
    dx += masked_fill(dy, mask, 0);
  }
  void backward(const Array<T>& x, const Array<T>& mask, const Array<T>&, const Array<T>& dy,
                Into<Array<T>> dx, Into<Array<T>>) const {
    dx.in_strided([&](const Array<T>& target, T beta) {
      kernels::map_add([](auto u, auto m) { return filled(u, m, decltype(u)(T{0})); }, dy.shape(),
                       x.shape(), target.strides(), target.edit_shared(), beta, dy, mask);
    });
  }
};

}  // namespace

template <class T>
Var<T> masked_fill(const Var<T>& x, const Var<T>& mask, std::type_identity_t<T> value, Site site) {
  return record(MaskedFill<T>{value}, site, x, mask);
}

template <class T>
Var<T> masked_select(const Var<T>& x, const Var<T>& mask, Site site) {
  return within("masked_select", x, site, [&] {
    if (!broadcasts_to(mask.shape(), x.shape())) {
      fail("mask ", mask.shape(), " does not broadcast to x ", x.shape());
    }
    if (x.size() > kMaxExtent) {
      fail("x ", x.shape(), " has more than ", kMaxExtent, " elements to number");
    }
    Array<T> chosen = Array<T>::uninitialized(x.shape());
    spread(mask.value(), chosen);
    const auto count = std::count_if(chosen.begin(), chosen.end(), [](T v) { return v != 0; });
    Indices numbers = Indices::uninitialized({static_cast<Index>(count)});
    std::int32_t* to = numbers.edit();
    for (Index i = 0; i < chosen.size(); ++i) {
      if (chosen[i] != 0) *to++ = static_cast<std::int32_t>(i);
    }
    return take(x, numbers);
  });
}

template Var<float> masked_fill(const Var<float>&, const Var<float>&, float, Site);
template Var<double> masked_fill(const Var<double>&, const Var<double>&, double, Site);
template Var<float> masked_select(const Var<float>&, const Var<float>&, Site);
template Var<double> masked_select(const Var<double>&, const Var<double>&, Site);

}  // namespace engram
