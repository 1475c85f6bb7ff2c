#include "engram/ops/matmul.hpp"

#include "engram/core/gemm.hpp"
#include "engram/core/linear.hpp"
#include "engram/core/nest.hpp"
#include "engram/core/record.hpp"
#include "engram/ops/reshape.hpp"

namespace engram {
namespace {

constexpr Transpose flag(bool transposed) { return transposed ? Transpose::yes : Transpose::no; }

Index rows(const Shape& x) { return x[x.rank() - 2]; }
Index columns(const Shape& x) { return x[x.rank() - 1]; }
Shape leading(const Shape& x) { return x.axes(0, x.rank() - 2); }

/// The right operand of a product as the tape knows it.
template <class T>
struct Right {
  Tape<T>* tape;
  RepeatedOperands<T>* repeated = nullptr;  ///< null: not a leaf
  Id id = 0;

  explicit Right(const Var<T>& b) : tape(&b.tape()), id(b.id()) {
    const Kind kind = b.tape().node(b).kind;
    if (kind == Kind::parameter || kind == Kind::variable) repeated = &b.tape().repeated();
  }
  void multiply(Transpose tb, Index m, Index n, Index k, const T* pa, const T* pb, T beta,
                T* to) const {
    multiply(repeated, tb, m, n, k, pa, pb, beta, to);
  }
  /// The same with the operand's tangent for `pb`.
  void multiply_tangent(const Call<T>& call, Transpose tb, Index m, Index n, Index k, const T* pa,
                        const T* pb, T beta, T* to) const {
    multiply(repeated ? &call.repeated_tangents() : nullptr, tb, m, n, k, pa, pb, beta, to);
  }

 private:
  void multiply(RepeatedOperands<T>* kept, Transpose tb, Index m, Index n, Index k, const T* pa,
                const T* pb, T beta, T* to) const {
    if (kept) return kept->multiply(id, tb, m, n, k, pa, pb, beta, to);
    gemm(tape->workers(), Transpose::no, tb, m, n, k, pa, pb, beta, to);
  }
};

template <class T>
struct MatMul {
  static constexpr auto name = "matmul";
  static constexpr std::uint8_t needs = needs_input(0) | needs_input(1);
  bool ta, tb;
  Right<T> right;

  Shape shape(const Shape& a, const Shape& b) const {
    if (a.rank() < 2 || b.rank() < 2) {
      fail("a ", a, " . b ", b,
           "; both need at least two axes: reshape a vector to a row or column");
    }
    const Index m = ta ? columns(a) : rows(a), k = ta ? rows(a) : columns(a);
    const Index l = tb ? columns(b) : rows(b), n = tb ? rows(b) : columns(b);
    if (k != l) {
      fail("inner sizes differ: a ", a, ta ? "ᵀ" : "", " . b ", b, tb ? "ᵀ" : "",
           "; need a.cols == b.rows", ta || tb ? " after transposing" : "", ", here ", k, " and ",
           l);
    }
    const Shape lead = broadcast(leading(a), leading(b));
    return lead.inserted(lead.rank(), m).inserted(lead.rank() + 1, n);
  }

  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    if (is_plain(a, b)) {
      return right.multiply(flag(tb), rows(a.shape()), y.extent(1), columns(a.shape()), a.data(),
                            b.data(), T{0}, y.edit());
    }
    add_products(a, b, T{0}, y);
  }

  // With A = op(a), B = op(b): dA = dy Bᵀ and dB = Aᵀ dy, transposed back where op does.
  void derivative(Var<T> a, Var<T> b, Var<T>, Var<T> dy, Into<T> da, Into<T> db) const {
    if (da) da += ta ? matmul(b, dy, {tb, true}) : matmul(dy, b, {false, !tb});
    if (db) db += tb ? matmul(dy, a, {true, ta}) : matmul(a, dy, {!ta, false});
  }
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& dy,
                Into<T> da, Into<T> db) const {
    if (is_plain(a, b)) {
      if (da) {
        da.in_place([&](T* target, T beta) {
          right.multiply(flag(!tb), dy.extent(0), a.extent(1), dy.extent(1), dy.data(), b.data(),
                         beta, target);
        });
      }
      return tb ? db.add_product(dy, a) : db.add_product(a, dy);
    }
    const auto into = [&](Into<T>& gradient, const Array<T>& x, const auto& product) {
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
  bool tangent(const Call<T>& call) const {
    const Array<T>&a = call.array(0), &b = call.array(1);
    Array<T> y = Array<T>::uninitialized(call.y().shape(), right.tape->pool());
    T beta = 0;
    if (const Array<T>* va = call.tangent(0)) {
      if (is_plain(a, b)) {
        right.multiply(flag(tb), y.extent(0), y.extent(1), a.extent(1), va->data(), b.data(), beta,
                       y.edit());
      } else {
        add_products(*va, b, beta, y);
      }
      beta = 1;
    }
    if (const Array<T>* vb = call.tangent(1)) {
      if (is_plain(a, b)) {
        right.multiply_tangent(call, flag(tb), y.extent(0), y.extent(1), a.extent(1), a.data(),
                               vb->data(), beta, y.edit());
      } else {
        add_products(a, *vb, beta, y);
      }
    }
    call.set_tangent(std::move(y));
    return true;
  }
  // dȧ = dy ḃᵀ, dḃ = ȧᵀ dy
  bool curvature(const Call<T>& call) const {
    const Array<T>&a = call.array(0), &b = call.array(1), &dy = call.dy();
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
  struct Sizes {
    Index m, n, k;
  };

  // y = beta y + op(a) op(b), matrix by matrix.
  void add_products(const Array<T>& a, const Array<T>& b, T beta, Array<T>& y) const {
    T* to = y.edit();
    each(a, b, y, [&](const T* pa, const T* pb, Index at, const Sizes& s) {
      gemm(flag(ta), flag(tb), s.m, s.n, s.k, pa, pb, beta, to + at * s.m * s.n);
    });
  }

  // One matrix times one, the left as it lies.
  bool is_plain(const Array<T>& a, const Array<T>& b) const {
    return !ta && a.rank() == 2 && b.rank() == 2;
  }

  // Calls `product(matrix of a, matrix of b, number of the matrix of y, sizes)` for each of y.
  template <class Product>
  void each(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Product& product) const {
    const Shape lead = leading(y.shape());
    const Sizes s{rows(y.shape()), columns(y.shape()), ta ? rows(a.shape()) : columns(a.shape())};
    const Nest<3> nest(lead, {broadcast_strides(leading(a.shape()), lead),
                              broadcast_strides(leading(b.shape()), lead), lead.strides()});
    const Index n = nest.run_length();
    const auto& step = nest.step();
    nest.each([&](const std::array<Index, 3>& at) {
      for (Index i = 0; i < n; ++i) {
        product(a.data() + (at[0] + i * step[0]) * s.m * s.k,
                b.data() + (at[1] + i * step[1]) * s.k * s.n, at[2] + i * step[2], s);
      }
    });
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
  void derivative(Var<T> x, Var<T> w, Var<T>, Var<T>, Var<T> dy, Into<T> dx, Into<T> dw,
                  Into<T> db) const {
    if (dx) dx += reshape(matmul(flat(dy), w, {false, true}), x.shape());
    if (dw) dw += matmul(flat(x), flat(dy), {true, false});
    db += dy;  // the accumulator sums over the rows
  }
  void backward(const Array<T>& x, const Array<T>& w, const Array<T>&, const Array<T>&,
                const Array<T>& dy, Into<T> dx, Into<T> dw, Into<T> db) const {
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
  bool tangent(const Call<T>& call) const {
    const Array<T>&x = call.array(0), &w = call.array(1);
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
  bool curvature(const Call<T>& call) const {
    const Array<T>&w = call.array(1), &dy = call.dy();
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
  const MatMul<T> op{transposed.a, transposed.b, Right<T>(b)};
  // Many matrices times one are one tall matrix times it.
  if (a.rank() > 2 && b.rank() == 2 && !op.ta) {
    const Shape lead = a.shape().axes(0, a.rank() - 1);
    const Var<T> y = record(op, site, reshape(a, Shape{lead.size(), a.extent(-1)}, site), b);
    return reshape(y, lead.inserted(lead.rank(), y.extent(-1)), site);
  }
  return record(op, site, a, b);
}

template <class T>
Var<T> affine(const Var<T>& x, const Var<T>& w, const Var<T>& b, Site site) {
  return record(Affine<T>{Right<T>(w)}, site, x, w, b);
}

template Var<float> matmul(const Var<float>&, const Var<float>&, Transposed, Site);
template Var<double> matmul(const Var<double>&, const Var<double>&, Transposed, Site);
template Var<float> affine(const Var<float>&, const Var<float>&, const Var<float>&, Site);
template Var<double> affine(const Var<double>&, const Var<double>&, const Var<double>&, Site);

}  // namespace engram
