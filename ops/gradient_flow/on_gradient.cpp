#include "engram/ops/gradient_flow/on_gradient.hpp"

#include "engram/core/record.hpp"

namespace engram {
namespace {

template <class T>
struct OnGradient {
  static constexpr auto name = "on_gradient";
  static constexpr std::uint8_t needs = 0;
  static constexpr bool linear_rule = false;  // a hook may do anything with dy
  std::function<Var<T>(const Var<T>&)> hook;

  Shape shape(const Shape& x) const {
    if (!hook) fail("the hook is empty; need a function of the gradient");
    return x;
  }
  void forward(const Array<T>& x, Array<T>& y) const { y = x; }
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    if (!dx) return;
    const Var<T> hooked = hook(dy);
    if (hooked.shape() != dy.shape()) {
      fail("the hook made a gradient of shape ", hooked.shape(), " of one of shape ", dy.shape());
    }
    dx += hooked;
  }
  bool tangent(const Call<Array<T>>& call) const {
    call.set_tangent(*call.tangent(0));
    return true;
  }
};

}  // namespace

template <class T>
Var<T> on_gradient(const Var<T>& x, std::type_identity_t<GradientHook<T>> hook, Site site) {
  return record(OnGradient<T>{std::move(hook)}, site, x);
}

template Var<float> on_gradient(const Var<float>&, std::type_identity_t<GradientHook<float>>, Site);
template Var<double> on_gradient(const Var<double>&, std::type_identity_t<GradientHook<double>>,
                                 Site);

}  // namespace engram
