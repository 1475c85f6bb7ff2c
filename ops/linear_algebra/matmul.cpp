#include "engram/ops/linear_algebra/matmul.hpp"

#include "engram/core/loops/broadcast.hpp"
#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/linear_algebra/product_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

using kernels::columns;
using kernels::flag;
using kernels::leading;
using kernels::Products;
using kernels::rows;

/// The right operand of a product as the tape knows it.
template <class T>
struct Right {
  Tape<T>* tape;
  PackedWeights<T>* repeated = nullptr;  ///< null: not a leaf
  Id id = 0;

  explicit Right(const Var<T>& b) : tape(&b.tape()), id(b.id()) {
    const Kind kind = b.tape().node(b).kind;
    if (kind == Kind::parameter || kind == Kind::variable) repeated = &b.tape().packed_weights();
  }
  void multiply(Transpose tb, Index m, Index n, Index k, const T* pa, const T* pb, T beta,
                T* to) const {
    multiply(repeated, tb, m, n, k, pa, pb, beta, to);
  }
  /// The same with the operand's tangent for `pb`.
  void multiply_tangent(const Call<Array<T>>& call, Transpose tb, Index m, Index n, Index k,
                        const T* pa, const T* pb, T beta, T* to) const {
    multiply(repeated ? &call.repeated_tangents() : nullptr, tb, m, n, k, pa, pb, beta, to);
  }

 private:
  void multiply(PackedWeights<T>* kept, Transpose tb, Index m, Index n, Index k, const T* pa,
                const T* pb, T beta, T* to) const {
    if (kept) return kept->multiply(id, tb, m, n, k, pa, pb, beta, to);
    gemm(tape->workers(), Transpose::no, tb, m, n, k, pa, pb, beta, to);
  }
};

template <class T>
struct MatMul : Products {
  static constexpr auto name = "matmul";
  static constexpr std::uint8_t needs = needs_input(0) | needs_input(1);
  Right<T> right;

  MatMul(Transposed of, const Var<T>& b) : Products{of.a, of.b}, right(b) {}

  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    if (is_plain(a, b)) {
      return right.multiply(flag(tb), rows(a.shape()), y.extent(1), columns(a.shape()), a.data(),
                            b.data(), T{0}, y.edit());
    }
    add(a, b, T{0}, y);
  }

  // With A = op(a), B = op(b): dA = dy Bᵀ and dB = Aᵀ dy, transposed back where op does.
  void derivative(Var<T> a, Var<T> b, Var<T>, Var<T> dy, Into<Var<T>> da, Into<Var<T>> db) const {
    if (da) da += ta ? matmul(b, dy, {tb, true}) : matmul(dy, b, {false, !tb});
    if (db) db += tb ? matmul(dy, a, {true, ta}) : matmul(a, dy, {!ta, false});
  }
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& dy,
                Into<Array<T>> da, Into<Array<T>> db) const {
    if (is_plain(a, b)) {
      if (da) {
        da.in_place([&](T* target, T beta) {
          right.multiply(flag(!tb), dy.extent(0), a.extent(1), dy.extent(1), dy.data(), b.data(),
                         beta, target);
        });
      }
      return tb ? db.add_product(dy, a) : db.add_product(a, dy);
    }
    const auto into = [&](Into<Array<T>>& gradient, const Array<T>& x, const auto& product) {
      // One matrix of x may serve several of y: then its gradient is a sum, which starts at zero.
      if (leading(x.shape()) != leading(y.shape())) return product(gradient.accumulator(), T{1});
      gradient.in_place(product);
    };
    if (da) {
      into(da, a, [&](T* target, T beta) {
        each(a, b, y, [&](const T* pa, const T* pb, Index at, const Sizes& s) {
          const T* d = dy.data() + at * s.m * s.n;
          T* to = target + (pa - a.data());
          if (ta) {
            gemm(flag(tb), Transpose::yes, s.k, s.m, s.n, pb, d, beta, to);
          } else {
            gemm(Transpose::no, flag(!tb), s.m, s.k, s.n, d, pb, beta, to);
          }
        });
      });
    }
    if (db) {
      into(db, b, [&](T* target, T beta) {
        each(a, b, y, [&](const T* pa, const T* pb, Index at, const Sizes& s) {
          const T* d = dy.data() + at * s.m * s.n;
          T* to = target + (pb - b.data());
          if (tb) {
            gemm(Transpose::yes, flag(ta), s.n, s.k, s.m, d, pa, beta, to);
          } else {
            gemm(flag(!ta), Transpose::no, s.k, s.n, s.m, pa, d, beta, to);
          }
        });
      });
    }
  }

  // ẏ = ȧ b + a ḃ
  bool tangent(const Call<Array<T>>& call) const {
    const Array<T>&a = call.x(0), &b = call.x(1);
    Array<T> y = Array<T>::uninitialized(call.y().shape(), right.tape->pool());
    T beta = 0;
    if (const Array<T>* va = call.tangent(0)) {
      if (is_plain(a, b)) {
        right.multiply(flag(tb), y.extent(0), y.extent(1), a.extent(1), va->data(), b.data(), beta,
                       y.edit());
      } else {
        add(*va, b, beta, y);
      }
      beta = 1;
    }
    if (const Array<T>* vb = call.tangent(1)) {
      if (is_plain(a, b)) {
        right.multiply_tangent(call, flag(tb), y.extent(0), y.extent(1), a.extent(1), a.data(),
                               vb->data(), beta, y.edit());
      } else {
        add(a, *vb, beta, y);
      }
    }
    call.set_tangent(std::move(y));
    return true;
  }
  // dȧ = dy ḃᵀ, dḃ = ȧᵀ dy
  bool curvature(const Call<Array<T>>& call) const {
    const Array<T>&a = call.x(0), &b = call.x(1), &dy = call.dy();
    if (!is_plain(a, b)) return false;
    if (auto da = call.into(0); da && call.tangent(1)) {
      da.in_place([&](T* target, T beta) {
        right.multiply_tangent(call, flag(!tb), dy.extent(0), a.extent(1), dy.extent(1), dy.data(),
                               call.tangent(1)->data(), beta, target);
      });
    }
    if (const Array<T>* va = call.tangent(0)) {
      tb ? call.into(1).add_product(dy, *va) : call.into(1).add_product(*va, dy);
    }
    return true;
  }

 private:
  // One matrix times one, the left as it lies.
  bool is_plain(const Array<T>& a, const Array<T>& b) const {
    return !ta && a.rank() == 2 && b.rank() == 2;
  }
};

template <class T>
struct Affine {
  static constexpr auto name = "affine";
  static constexpr std::uint8_t needs = needs_input(0) | needs_input(1);
  static constexpr int passes = 2;
  Right<T> right;

  Shape shape(const Shape& x, const Shape& w, const Shape& b) const {
    if (x.rank() < 1 || w.rank() != 2 || x.extent(-1) != w[0] ||
        !broadcasts_to(b, x.with(-1, w[1]))) {
      fail("x ", x, " . w ", w, " + b ", b,
           "; need x [..., k], w [k, n] and b [n], or b of a shape that broadcasts to [..., n]");
    }
    return x.with(-1, w[1]);
  }
  void forward(const Array<T>& x, const Array<T>& w, const Array<T>& b, Array<T>& y) const {
    spread(b, y);
    // beta = 1: the product adds onto the bias that is already there.
    right.multiply(Transpose::no, count(x), w.extent(1), w.extent(0), x.data(), w.data(), T{1},
                   y.edit());
  }
  void derivative(Var<T> x, Var<T> w, Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx, Into<Var<T>> dw,
                  Into<Var<T>> db) const {
    if (dx) dx += reshape(matmul(flat(dy), w, {false, true}), x.shape());
    if (dw) dw += matmul(flat(x), flat(dy), {true, false});
    db += dy;  // the accumulator sums over the rows
  }
  void backward(const Array<T>& x, const Array<T>& w, const Array<T>&, const Array<T>&,
                const Array<T>& dy, Into<Array<T>> dx, Into<Array<T>> dw, Into<Array<T>> db) const {
    const Index m = count(x), k = w.extent(0), n = w.extent(1);
    if (dx) {
      dx.in_place([&](T* target, T beta) {
        right.multiply(Transpose::yes, m, k, n, dy.data(), w.data(), beta, target);
      });
    }
    dw.add_product(x.reshaped({m, k}), dy.reshaped({m, n}));
    db += dy;
  }

  // ẏ = ẋ w + x ẇ + ḃ
  bool tangent(const Call<Array<T>>& call) const {
    const Array<T>&x = call.x(0), &w = call.x(1);
    const Index m = count(x), k = w.extent(0), n = w.extent(1);
    Array<T> y = Array<T>::uninitialized(call.y().shape(), right.tape->pool());
    T beta = 0;
    if (const Array<T>* vb = call.tangent(2)) {
      spread(*vb, y);
      beta = 1;
    }
    if (const Array<T>* vx = call.tangent(0)) {
      right.multiply(Transpose::no, m, n, k, vx->data(), w.data(), beta, y.edit());
      beta = 1;
    }
    if (const Array<T>* vw = call.tangent(1)) {
      right.multiply_tangent(call, Transpose::no, m, n, k, x.data(), vw->data(), beta, y.edit());
    }
    call.set_tangent(std::move(y));
    return true;
  }
  // dẋ = dy ẇᵀ, dẇ = ẋᵀ dy
  bool curvature(const Call<Array<T>>& call) const {
    const Array<T>&w = call.x(1), &dy = call.dy();
    const Index m = count(dy), k = w.extent(0), n = w.extent(1);
    if (auto dx = call.into(0); dx && call.tangent(1)) {
      dx.in_place([&](T* target, T beta) {
        right.multiply_tangent(call, Transpose::yes, m, k, n, dy.data(), call.tangent(1)->data(),
                               beta, target);
      });
    }
    if (const Array<T>* vx = call.tangent(0)) {
      call.into(1).add_product(vx->reshaped({m, k}), dy.reshaped({m, n}));
    }
    return true;
  }

 private:
  static Index count(const Array<T>& x) { return x.shape().axes(0, x.rank() - 1).size(); }
  static Var<T> flat(const Var<T>& x) {
    return reshape(x, Shape{x.shape().axes(0, x.rank() - 1).size(), x.extent(-1)});
  }
};

}  // namespace

template <class T>
Var<T> matmul(const Var<T>& a, const Var<T>& b, Transposed transposed, Site site) {
  const MatMul<T> op(transposed, b);
  // Many matrices times one are one tall matrix times it.
  if (a.rank() > 2 && b.rank() == 2 && !op.ta) {
    const Shape lead = a.shape().axes(0, a.rank() - 1);
    const Var<T> y = record(op, site, reshape(a, Shape{lead.size(), a.extent(-1)}, site), b);
    return reshape(y, lead.inserted(lead.rank(), y.extent(-1)), site);
  }
  return record(op, site, a, b);
}

template <class T>
Var<T> bmm(const Var<T>& a, const Var<T>& b, Site site) {
  return within("bmm", a, site, [&] {
    if (a.rank() != 3 || b.rank() != 3 || a.extent(0) != b.extent(0) ||
        a.extent(2) != b.extent(1)) {
      fail("a ", a.shape(), " . b ", b.shape(), "; need a [B, m, k] and b [B, k, n]");
    }
    return matmul(a, b, {});
  });
}

template <class T>
Var<T> affine(const Var<T>& x, const Var<T>& w, const Var<T>& b, Site site) {
  return record(Affine<T>{Right<T>(w)}, site, x, w, b);
}

template Var<float> matmul(const Var<float>&, const Var<float>&, Transposed, Site);
template Var<double> matmul(const Var<double>&, const Var<double>&, Transposed, Site);
template Var<float> bmm(const Var<float>&, const Var<float>&, Site);
template Var<double> bmm(const Var<double>&, const Var<double>&, Site);
template Var<float> affine(const Var<float>&, const Var<float>&, const Var<float>&, Site);
template Var<double> affine(const Var<double>&, const Var<double>&, const Var<double>&, Site);

}  // namespace engram
