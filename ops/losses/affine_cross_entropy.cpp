#include "engram/ops/losses/affine_cross_entropy.hpp"

#include <algorithm>

#include "engram/core/product/gemm.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/losses/class_targets.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/transpose.hpp"

namespace engram {
namespace {

// The classes are taken a block at a time: a block of logits and its derivative stay in the cache
// while everything that needs them is done.
template <class T>
struct AffineCrossEntropy {
  static constexpr auto name = "affine_cross_entropy";
  static constexpr std::uint8_t needs = needs_input(0) | needs_input(1) | needs_input(2);
  bool transposed;
  kernels::ClassTargets<T> labels;
  Array<T> logits{};                      // block after block, each [rows, classes of the block]
  kernels::Normalizers<T> normalizers{};  // of each row

  Shape shape(const Shape& x, const Shape& w, const Shape& b) {
    const int in = transposed ? 1 : 0;
    if (x.rank() < 1 || w.rank() != 2 || x.extent(-1) != w[in] || b != Shape{w[1 - in]}) {
      fail("x ", x, " . w ", w, transposed ? "ᵀ" : "", " + b ", b, "; need x [..., k], w ",
           transposed ? "[V, k]" : "[k, V]", " and b [V]");
    }
    labels.check(x.with(-1, b[0]));
    return {};
  }

  void forward(const Array<T>& x, const Array<T>& w, const Array<T>& b, Array<T>& y) {
    const Index rows = labels.targets.size(), k = x.extent(-1);
    logits = Array<T>::uninitialized({rows * b.size()}, x.pool());
    normalizers = {rows, x.pool()};
    Totals<double, 1> loss;
    T* to = logits.edit();
    each_block(rows, b.size(), [&](Index begin, Index width) {
      for (Index i = 0; i < rows; ++i) std::copy_n(b.data() + begin, width, to + i * width);
      gemm(Transpose::no, flag(transposed), rows, width, k, x.data(), k, rows_of(w, begin),
           pitch(w), T{1}, to, width);
      for (Index i = 0; i < rows; ++i) {
        if (labels.is_mute(i)) continue;
        kernels::Normalizer<T> normalizer = normalizers[i];
        normalizer.join(kernels::normalizer_of_row(to + i * width, width));
        normalizers.set(i, normalizer);
      }
      to += rows * width;
    });
    for (Index i = 0; i < rows; ++i) {
      if (labels.is_mute(i)) continue;
      const auto normalizer = normalizers[i];
      double of_row = labels.loss(i, normalizer, target_logit(i, b.size()));
      if (labels.smooths()) {
        each_block(rows, b.size(), [&](Index begin, Index width) {
          of_row -= kernels::weighted_sum_of_row(labels.spread.data() + begin,
                                                 logits.data() + rows * begin + i * width,
                                                 normalizer.shift, width);
        });
      }
      loss.add(&of_row, 0, 1);
    }
    *y.edit() = static_cast<T>(loss[0] * labels.weight());
  }

  void derivative(Var<T> x, Var<T> w, Var<T> b, Var<T>, Var<T> dy, Into<Var<T>> dx, Into<Var<T>> dw,
                  Into<Var<T>> db) const {
    const Var<T> in = reshape(x, {-1, x.extent(-1)});
    const Var<T> dl = labels.derivative(affine(x, transposed ? transpose(w) : w, b), dy);
    const Var<T> flat = reshape(dl, {-1, dl.extent(-1)});
    if (dx) dx += reshape(matmul(flat, w, {.b = !transposed}), x.shape());
    if (dw) dw += transposed ? matmul(flat, in, {.a = true}) : matmul(in, flat, {.a = true});
    db += dl;
  }

  void backward(const Array<T>& x, const Array<T>& w, const Array<T>& b, const Array<T>&,
                const Array<T>& dy, Into<Array<T>> dx, Into<Array<T>> dw, Into<Array<T>> db) const {
    const Index rows = labels.targets.size(), k = x.extent(-1);
    const double upstream = static_cast<double>(dy.item()) * labels.weight();
    const Sum to_x = open(dx), to_w = open(dw);
    Array<T> bias = db ? Array<T>::uninitialized(b.shape(), x.pool()) : Array<T>();
    Array<T> block = Array<T>::uninitialized({rows * block_width(rows, b.size())}, x.pool());
    T* dl = block.edit();
    const T* from = logits.data();
    each_block(rows, b.size(), [&](Index begin, Index width) {
      for (Index i = 0; i < rows; ++i) {
        T* row = dl + i * width;
        if (labels.is_mute(i)) {
          std::fill_n(row, width, T{0});
          continue;
        }
        const auto normalizer = normalizers[i];
        const auto scale = static_cast<T>(upstream * labels.mass(i) / normalizer.sum);
        kernels::scaled_exp_of_row(from + i * width, width, normalizer.shift, scale, T{0}, row);
        const Index target = labels.targets[i] - begin;
        if (target >= 0 && target < width) {
          row[target] = labels.slope(i, normalizer, from[i * width + target], upstream);
        }
        if (labels.smooths()) {
          kernels::add_row(static_cast<T>(-upstream), labels.spread.data() + begin, width, row);
        }
      }
      from += rows * width;
      if (to_x.data) {
        gemm(Transpose::no, flag(!transposed), rows, k, width, dl, width, rows_of(w, begin),
             pitch(w), begin == 0 ? to_x.beta : T{1}, to_x.data, k);
      }
      if (to_w.data && transposed) {
        gemm(Transpose::yes, Transpose::no, width, k, rows, dl, width, x.data(), k, to_w.beta,
             to_w.data + begin * k, k);
      } else if (to_w.data) {
        gemm(Transpose::yes, Transpose::no, k, width, rows, x.data(), k, dl, width, to_w.beta,
             to_w.data + begin, b.size());
      }
      if (db) add_reduced(block.window(0, {rows, width}), {width}, bias.edit() + begin, T{0});
    });
    db += bias;
  }

 private:
  // Where a gradient is to be added.
  struct Sum {
    T* data = nullptr;
    T beta = 0;
  };
  static Sum open(Into<Array<T>>& into) {
    Sum sum;
    if (into) into.in_place([&](T* data, T beta) { sum = {data, beta}; });
    return sum;
  }
  static Transpose flag(bool transposed) { return transposed ? Transpose::yes : Transpose::no; }
  const T* rows_of(const Array<T>& w, Index begin) const {
    return w.data() + (transposed ? begin * w.extent(1) : begin);
  }
  static Index pitch(const Array<T>& w) { return w.extent(1); }

  // The logit of the target of row i: see `logits`.
  T target_logit(Index i, Index classes) const {
    const Index rows = labels.targets.size(), target = labels.targets[i];
    const Index whole = block_width(rows, classes), begin = target / whole * whole;
    const Index width = std::min(whole, classes - begin);
    return logits[rows * begin + i * width + target - begin];
  }

  // About a megabyte of logits: half of what a core's second cache holds.
  static Index block_width(Index rows, Index classes) {
    constexpr Index kBytes = 1 << 20, kUnit = 64;
    const Index fits = kBytes / static_cast<Index>(sizeof(T)) / std::max<Index>(rows, 1);
    return std::min(classes, std::max<Index>(fits / kUnit, 4) * kUnit);
  }
  static void each_block(Index rows, Index classes, const auto& f) {
    const Index width = block_width(rows, classes);
    for (Index begin = 0; begin < classes; begin += width) {
      f(begin, std::min(width, classes - begin));
    }
  }
};

}  // namespace

template <class T>
Var<T> affine_cross_entropy(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                            const Indices& targets, const CrossEntropyOptions& options,
                            bool transposed, Site site) {
  // One gradient cannot be written in two places; and losses that stay apart need all logits.
  if (x.id() == w.id() || x.id() == b.id() || options.reduction == Reduction::none) {
    return within("affine_cross_entropy", x, site, [&] {
      if (options.axis != -1) fail("axis ", options.axis, "; its classes are last");
      return cross_entropy(affine(x, transposed ? transpose(w) : w, b), targets, options);
    });
  }
  const kernels::ClassTargets<T> labels{targets, options};
  return record(AffineCrossEntropy<T>{transposed, labels}, site, labels.heard(x, site), w, b);
}

template Var<float> affine_cross_entropy(const Var<float>&, const Var<float>&, const Var<float>&,
                                         const Indices&, const CrossEntropyOptions&, bool, Site);
template Var<double> affine_cross_entropy(const Var<double>&, const Var<double>&,
                                          const Var<double>&, const Indices&,
                                          const CrossEntropyOptions&, bool, Site);

}  // namespace engram
