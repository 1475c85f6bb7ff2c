// A rule that adds numbers, which would be constants where it is recorded, and a kernel that adds
// Vars.
#include "engram/core/record.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {
namespace {

struct Doubled {
  static constexpr auto name = "doubled";
  Shape shape(const Shape& x) const { return x; }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    for (Index i = 0; i < x.size(); ++i) y.edit()[i] = 2 * x[i];
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    if (dx) dx += dy + dy;
    dx += dy.value();                // error: +='
    dx += x.tape().value(dy);        // error: +='
    dx.in_place([](T*, T) {});       // error: no member named 'in_place'
    dx.add_sum(x.value());           // error: no member named 'add_sum'
    *dx.accumulator() += dy.item();  // error: no member named 'accumulator'
  }
  template <class T>
  void backward(const Array<T>&, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    dx += dy;
    dx += dy;
    dx += Var<T>();  // error: +='
  }
};

struct Sum {
  static constexpr auto name = "sum_of_all";
  template <class T>
  Shape shape(std::span<const Var<T>> xs) const {
    return xs[0].shape();
  }
  template <class T>
  void forward(std::span<const Var<T>> xs, Array<T>& y) const {
    y = xs[0].value();
  }
  template <class T>
  void derivative(const Call<Var<T>>& call) const {
    call.into(0) += call.dy;
    call.into(0) += call.x(0).value();  // error: +='
    call.into(0) += call.dy();          // error: call
    call.strided(0);                    // error: no member named 'strided'
  }
  template <class T>
  void backward(const Call<Array<T>>& call) const {
    call.into(0) += call.dy();
    call.into(0) += call.tape().var(call.id);  // error: +='
  }
};

// A rule and a kernel that would never be called.
struct RuleOfArrays {
  static constexpr auto name = "rule_of_arrays";
  template <class T>
  Shape shape(std::span<const Var<T>> xs) const {
    return xs[0].shape();
  }
  template <class T>
  void forward(std::span<const Var<T>> xs, Array<T>& y) const {
    y = xs[0].value();
  }
  template <class T>
  void derivative(const Call<Array<T>>&) const {}
};
struct RuleOfNumbers : Doubled {
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Array<T>> dx) const {
    dx += dy.value();
  }
};
struct KernelOfVars : Doubled {
  template <class T>
  void backward(const Array<T>&, const Array<T>&, const Array<T>& dy, Into<Var<T>> dx) const {
    dx += dy;
  }
};

}  // namespace

Var<double> use(const Var<double>& x, const Site& site) {
  const std::array<Var<double>, 2> both{x, x};
  const std::span<const Var<double>> xs(both);
  record(RuleOfNumbers{}, site, x);      // error: derivative takes a Var<T>
  record(KernelOfVars{}, site, x);       // error: backward takes a const Array<T>&
  record_all(RuleOfArrays{}, site, xs);  // error: derivative takes a const Call<Var<T>>
  return record(Doubled{}, site, record_all(Sum{}, site, xs));
}

}  // namespace engram
