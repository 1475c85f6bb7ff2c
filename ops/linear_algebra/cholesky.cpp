#include "engram/ops/linear_algebra/cholesky.hpp"

#include <array>
#include <utility>

#include "engram/core/record.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/diagonal.hpp"
#include "engram/ops/linear_algebra/factor_kernels.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/linear_algebra/square_kernels.hpp"
#include "engram/ops/shapes/transpose.hpp"

namespace engram {
namespace {

using kernels::Triangle;

// The lower triangle of x with half its diagonal.
template <class T>
Var<T> lower_with_half_diagonal(const Var<T>& x) {
  return T(0.5) * (tril(x) + tril(x, -1));
}

// Every matrix transposed.
template <class T>
Var<T> flipped(const Var<T>& x) {
  std::array<int, kMaxRank> axes{};
  const auto rank = static_cast<std::size_t>(x.rank());
  for (std::size_t k = 0; k < rank; ++k) axes[k] = static_cast<int>(k);
  std::swap(axes[rank - 1], axes[rank - 2]);
  return transpose(x, std::span<const int>(axes).first(rank));
}

struct Cholesky {
  static constexpr auto name = "cholesky";
  static constexpr std::uint8_t needs = kNeedsResult;

  Shape shape(const Shape& x) const {
    kernels::check_square("x", x);
    return x;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Index n = x.extent(-1), matrices = kernels::leading(x.shape()).size();
    T* to = y.edit();
    PoolVector<double> wide(PoolAllocator<double>(y.pool()));
    for (Index m = 0; m < matrices; ++m) {
      kernels::cholesky(x.data() + m * n * n, n, to + m * n * n, m, wide);
    }
  }
  template <class T>
  void derivative(Var<T>, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    const Var<T> p = lower_with_half_diagonal(matmul(y, dy, {.a = true}));
    // M y⁻¹ is (y⁻ᵀ Mᵀ)ᵀ, and what comes out is symmetric.
    const Var<T> left = solve_triangular(y, T(0.5) * (p + flipped(p)), {.transposed = true});
    dx += solve_triangular(y, flipped(left), {.transposed = true});
  }
};

struct SolveTriangular {
  static constexpr auto name = "solve_triangular";
  static constexpr std::uint8_t needs = needs_input(0) | kNeedsResult;
  TriangularOptions options;

  Triangle triangle() const { return options.upper ? Triangle::upper : Triangle::lower; }

  Shape shape(const Shape& a, const Shape& b) const { return kernels::solution_shape(a, b); }
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    const Index n = y.extent(-2), count = y.extent(-1);
    for (Index i = 0; n > 0 && i < a.size() / n; ++i) {
      if (a[i * n + i % n] == 0) {
        fail("matrix ", i / n, " is singular: element ", i % n, " of its diagonal is 0");
      }
    }
    PoolVector<double> wide(PoolAllocator<double>(y.pool()));
    kernels::each_system(a, b, y, [&](Index matrix, T* x) {
      kernels::solve_triangular(a.data() + matrix * n * n, n, triangle(), options.transposed, x,
                                count, wide);
    });
  }
  template <class T>
  void derivative(Var<T> a, Var<T>, Var<T> y, Var<T> dy, Into<Var<T>> da, Into<Var<T>> db) const {
    const bool flip = !options.transposed;
    const Var<T> right = solve_triangular(a, dy, {options.upper, flip});
    db += right;
    if (da) {
      const Var<T> product = flip ? matmul(right, y, {.b = true}) : matmul(y, right, {.b = true});
      da += -(options.upper ? triu(product) : tril(product));
    }
  }
};

}  // namespace

template <class T>
Var<T> cholesky(const Var<T>& x, Site site) {
  return record(Cholesky{}, site, x);
}
template <class T>
Var<T> solve_triangular(const Var<T>& a, const Var<T>& b, const TriangularOptions& options,
                        Site site) {
  return record(SolveTriangular{options}, site, a, b);
}

template Var<float> cholesky(const Var<float>&, Site);
template Var<double> cholesky(const Var<double>&, Site);
template Var<float> solve_triangular(const Var<float>&, const Var<float>&, const TriangularOptions&,
                                     Site);
template Var<double> solve_triangular(const Var<double>&, const Var<double>&,
                                      const TriangularOptions&, Site);

}  // namespace engram
