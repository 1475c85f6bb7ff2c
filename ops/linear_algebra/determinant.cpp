#include "engram/ops/linear_algebra/determinant.hpp"

#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/linear_algebra/factor_kernels.hpp"
#include "engram/ops/linear_algebra/solve.hpp"
#include "engram/ops/linear_algebra/square_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/transpose.hpp"

namespace engram {
namespace {

// The determinants of all matrices [n - 1, n - 1] that x [..., n, n] is without a row and a column,
// with the signs of the cofactors.
template <class T>
Var<T> cofactors_of_minors(const Var<T>& x) {
  const Index n = x.extent(-1);
  Indices others(Shape{n, n - 1});
  Array<T> signs(Shape{n, n});
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j + 1 < n; ++j) {
      others.edit()[i * (n - 1) + j] = static_cast<std::int32_t>(j < i ? j : j + 1);
    }
    for (Index j = 0; j < n; ++j) signs.edit()[i * n + j] = (i + j) % 2 == 0 ? T{1} : T{-1};
  }
  const Var<T> matrices = reshape(x, Shape{kernels::leading(x.shape()).size(), n, n});
  const Var<T> minors =
      transpose(index_select(index_select(matrices, 2, others), 1, others), {0, 1, 3, 2, 4});
  return reshape(det(minors) * x.tape().constant(std::move(signs)), x.shape());
}

struct Det {
  static constexpr auto name = "det";
  bool singular = false;  ///< some matrix is, to working precision

  Shape shape(const Shape& x) const {
    kernels::check_square("x", x);
    return kernels::leading(x);
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) {
    const Index n = x.extent(-1);
    kernels::LU factors(n, x.pool());
    T* to = y.edit();
    for (Index m = 0; m < y.size(); ++m) {
      const auto [determinant, is_singular] = factors.determinant(x.data() + m * n * n);
      to[m] = static_cast<T>(determinant);
      singular = singular || is_singular;
    }
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    if (x.size() == 0) return;
    constexpr Index kSmall = 3;  // where minors are no dearer, and as exact
    const Shape lead = y.shape();
    const Shape column = lead.inserted(lead.rank(), 1).inserted(lead.rank() + 1, 1);
    const Index n = x.extent(-1);
    if (singular || n <= kSmall) {
      dx += reshape(dy, column) * cofactors_of_minors(x);
      return;
    }
    Array<T> identity(Shape{n, n});
    for (Index i = 0; i < n; ++i) identity.edit()[i * (n + 1)] = 1;
    dx += solve(x, reshape(dy * y, column) * x.tape().constant(std::move(identity)), true);
  }
};

}  // namespace

template <class T>
Var<T> det(const Var<T>& x, Site site) {
  return record(Det{}, site, x);
}

template <class T>
SignAndLog<T> slogdet(const Var<T>& x, Site site) {
  return within("slogdet", x, site, [&]() -> SignAndLog<T> {
    const Var<T> log_abs = log_abs_det(x);
    const Array<T> values = x.value();
    const Index n = x.extent(-1);
    Array<T> sign(log_abs.shape());
    kernels::LU factors(n, values.pool());
    for (Index m = 0; m < sign.size(); ++m) {
      factors.factor(values.data() + m * n * n, false, m);
      sign.edit()[m] = static_cast<T>(factors.sign());
    }
    return {x.tape().constant(std::move(sign)), log_abs};
  });
}

template Var<float> det(const Var<float>&, Site);
template Var<double> det(const Var<double>&, Site);
template SignAndLog<float> slogdet(const Var<float>&, Site);
template SignAndLog<double> slogdet(const Var<double>&, Site);

}  // namespace engram
