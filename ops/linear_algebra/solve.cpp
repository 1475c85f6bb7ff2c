#include "engram/ops/linear_algebra/solve.hpp"

#include <algorithm>

#include "engram/core/record.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/linear_algebra/factor_kernels.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/linear_algebra/square_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

using kernels::check_square;
using kernels::leading;

template <class T>
Array<T> identity(Index n) {
  Array<T> out(Shape{n, n});
  for (Index i = 0; i < n; ++i) out.edit()[i * (n + 1)] = 1;
  return out;
}

struct Solve {
  static constexpr auto name = "solve";
  static constexpr std::uint8_t needs = needs_input(0) | kNeedsResult;
  bool transposed;

  Shape shape(const Shape& a, const Shape& b) const { return kernels::solution_shape(a, b); }
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    const Index n = y.extent(-2), count = y.extent(-1);
    kernels::LU factors(n, y.pool());
    Index factored = -1;  // the matrix the factors are of: one may serve many right sides
    kernels::each_system(a, b, y, [&](Index matrix, T* x) {
      if (matrix != factored) factors.factor(a.data() + matrix * n * n, transposed, matrix);
      factored = matrix;
      factors.solve(x, count);
    });
  }
  template <class T>
  void derivative(Var<T> a, Var<T>, Var<T> y, Var<T> dy, Into<Var<T>> da, Into<Var<T>> db) const {
    const Var<T> right = solve(a, dy, !transposed);
    db += right;
    if (da) da += -(transposed ? matmul(y, right, {.b = true}) : matmul(right, y, {.b = true}));
  }
};

struct Inverse {
  static constexpr auto name = "inverse";
  static constexpr std::uint8_t needs = kNeedsResult;

  Shape shape(const Shape& x) const {
    check_square("x", x);
    return x;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Index n = x.extent(-1), matrices = leading(x.shape()).size();
    const Array<T> right = identity<T>(n);
    kernels::LU factors(n, x.pool());
    T* to = y.edit();
    for (Index m = 0; m < matrices; ++m, to += n * n) {
      factors.factor(x.data() + m * n * n, false, m);
      std::copy(right.begin(), right.end(), to);
      factors.solve(to, n);
    }
  }
  template <class T>
  void derivative(Var<T>, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    dx += -matmul(matmul(y, dy, {.a = true}), y, {.b = true});
  }
};

struct LogAbsDet {
  static constexpr auto name = "log_abs_det";
  static constexpr std::uint8_t needs = needs_input(0);

  Shape shape(const Shape& x) const {
    check_square("x", x);
    return leading(x);
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Index n = x.extent(-1);
    kernels::LU factors(n, x.pool());
    T* to = y.edit();
    for (Index m = 0; m < y.size(); ++m) {
      factors.factor(x.data() + m * n * n, false, m);
      to[m] = static_cast<T>(factors.log_determinant());
    }
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    const Shape lead = y.shape();
    const Var<T> upstream = reshape(dy, lead.inserted(lead.rank(), 1).inserted(lead.rank() + 1, 1));
    dx += solve(x, upstream * x.tape().constant(identity<T>(x.extent(-1))), true);
  }
};

}  // namespace

template <class T>
Var<T> solve(const Var<T>& a, const Var<T>& b, bool transposed, Site site) {
  return record(Solve{transposed}, site, a, b);
}
template <class T>
Var<T> inverse(const Var<T>& x, Site site) {
  return record(Inverse{}, site, x);
}
template <class T>
Var<T> log_abs_det(const Var<T>& x, Site site) {
  return record(LogAbsDet{}, site, x);
}

template Var<float> solve(const Var<float>&, const Var<float>&, bool, Site);
template Var<double> solve(const Var<double>&, const Var<double>&, bool, Site);
template Var<float> inverse(const Var<float>&, Site);
template Var<double> inverse(const Var<double>&, Site);
template Var<float> log_abs_det(const Var<float>&, Site);
template Var<double> log_abs_det(const Var<double>&, Site);

}  // namespace engram
