// Three new operations, each from nothing but its mathematics, and the check that they are right.
#include <cstdio>

#include "engram/engram.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"

using namespace engram;

// An elementwise op is its value and its derivative.
// [elementwise]
struct Swish {
  static constexpr auto name = "swish";
  static auto f(auto x) { return x / (1 + exp(-x)); }
  static auto df(auto x, auto y) {
    const auto s = 1 / (1 + exp(-x));
    return s + y * (1 - s);
  }
};

/// x σ(x), element by element (P. Ramachandran, B. Zoph and Q. Le, 2017).
template <class T>
Var<T> swish(const Var<T>& x, Site site = Site::current()) {
  return elementwise(Swish{}, site, x);
}
// [end elementwise]

// What is made of other ops is its equation.
// [made of others]
/// swish(a) b: a gate that lets through what it is given (N. Shazeer, 2020).
template <class T>
Var<T> gate(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return within("gate", a, site, [&] { return swish(a) * b; });
}
// [end made of others]

// Any other op says its shape, its value and its derivative.
// [general]
template <class T>
Var<T> reverse(const Var<T>& x, Site site = Site::current());

struct Reverse {
  static constexpr auto name = "reverse";

  Shape shape(const Shape& x) const {  // the only place that validates
    if (x.rank() == 0) fail("x is a scalar; need an axis to reverse");
    return x;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Index rows = x.extent(0), width = x.shape().without(0).size();
    for (Index i = 0; i < rows; ++i) {
      std::copy_n(x.data() + i * width, width, y.edit() + (rows - 1 - i) * width);
    }
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += reverse(dy);
  }
  // Optional: the same in numbers. With beta 0 the target has no value yet: write, do not read.
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const Index rows = x.extent(0), width = x.shape().without(0).size();
    dx.in_place([&](T* target, T beta) {
      for (Index i = 0; i < dy.size(); ++i) {
        const T d = dy[(rows - 1 - i / width) * width + i % width];
        target[i] = beta == 0 ? d : target[i] + d;
      }
    });
  }
};

/// The rows of x in reverse order: what a layer that reads backwards needs.
template <class T>
Var<T> reverse(const Var<T>& x, Site site) {
  return record(Reverse{}, site, x);
}
// [end general]

int main() {
  // [check]
  Random random{1};
  const GradcheckResult of_gate =
      gradcheck([](auto x) { return gate(x[0], x[1]); },
                {random.normal<double>({3, 5}), random.normal<double>({5})});
  const GradcheckResult of_reverse =
      gradcheck([](auto x) { return reverse(x[0]) * x[0]; }, {random.normal<double>({4, 2})});
  // [end check]
  for (const auto& result : {of_gate, of_reverse}) {
    std::printf("%lld derivatives compared, largest error %.1e %s\n",
                static_cast<long long>(result.compared), result.worst, result.failure.c_str());
    if (!result.passed()) return 1;
  }

  Tape<float> tape;
  try {
    static_cast<void>(reverse(tape.constant(Array<float>::scalar(1))));
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
    return 0;
  }
  return 1;
}
