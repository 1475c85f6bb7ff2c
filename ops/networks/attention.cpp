#include "engram/ops/networks/attention.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "engram/core/loops/nest.hpp"
#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/activations/gated.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/masked.hpp"
#include "engram/ops/linear_algebra/strong_matmul.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/reductions/softmax.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"

namespace engram {
namespace {

// Whether shapes broadcast together.
bool fit(const Shape& a, const Shape& b) {
  for (int k = 1; k <= std::min(a.rank(), b.rank()); ++k) {
    const Index n = a[a.rank() - k], m = b[b.rank() - k];
    if (n != m && n != 1 && m != 1) return false;
  }
  return true;
}

// Throws `Error` unless the axes before the last two, batch and heads, broadcast.
void check_heads(const char* name_of_a, const Shape& a, const char* name_of_b, const Shape& b) {
  if (fit(a.axes(0, a.rank() - 2), b.axes(0, b.rank() - 2))) return;
  fail(name_of_a, " ", a, " and ", name_of_b, " ", b,
       " differ in their leading axes, batch and heads; need equal ones or 1 (`repeat` makes the "
       "keys and values of a group of heads as many as the queries)");
}

void check_shapes(const Shape& q, const Shape& k) {
  if (q.rank() < 2 || k.rank() < 2 || q.extent(-1) != k.extent(-1)) {
    fail("q ", q, " and k ", k, "; need q [..., queries, d] and k [..., keys, d]");
  }
  check_heads("q", q, "k", k);
}

void check_broadcasts(const char* name, const Shape& shape, const Shape& scores) {
  if (!broadcasts_to(shape, scores)) {
    fail(name, " ", shape, " for scores ", scores, "; need a shape that broadcasts to them");
  }
}

// Sets 1 in `out` where `from`, which broadcasts to it, is `what`.
template <class T, class X>
void mark(Array<T>& out, const X& from, typename X::value_type what) {
  const Nest<2> nest(out.shape(),
                     {broadcast_strides(from.shape(), out.shape()), out.shape().strides()});
  T* to = out.edit();
  nest.each([&](const std::array<Index, 2>& at) {
    for (Index i = 0; i < nest.run_length(); ++i) {
      if (from.data()[at[0] + i * nest.step()[0]] == what) to[at[1] + i] = 1;
    }
  });
}

// 1 where a key may not be seen, 0 elsewhere, of a shape that broadcasts to the scores; nothing
// where all may be.
template <class T>
std::optional<Array<T>> hidden(const AttentionOptions& options, const Array<T>& bias,
                               const Shape& scores) {
  constexpr T kHides = -std::numeric_limits<T>::infinity();
  const bool by_bias = std::find(bias.begin(), bias.end(), kHides) != bias.end();
  if (!options.mask && !options.causal && !by_bias) return std::nullopt;
  const Index queries = scores.extent(-2), keys = scores.extent(-1);
  Shape shape;
  if (options.mask) shape = options.mask->shape();
  if (options.causal) shape = broadcast(shape, Shape{queries, keys});
  if (by_bias) shape = broadcast(shape, bias.shape());
  Array<T> out(shape);
  if (options.mask) mark(out, *options.mask, 0);
  if (by_bias) mark(out, bias, kHides);
  for (Index i = 0; options.causal && i < out.size(); ++i) {
    const Index query = i / keys % queries, key = i % keys;
    if (key > query + keys - queries) out.edit()[i] = 1;
  }
  return out;
}

// What the scores of queries and keys, and the means of the values, have in common.
template <class T>
struct Attention {
  const AttentionOptions& options;
  bool hides = false;  ///< whether a query may not see all keys

  // What is hidden has the weight 0: no NaN there comes through, nor back.
  Var<T> product(const Var<T>& a, const Var<T>& b, Transposed transposed, Strong strong) const {
    return hides ? strong_matmul(a, b, transposed, strong) : matmul(a, b, transposed);
  }

  Var<T> weights(const Var<T>& q, const Var<T>& k, const Var<T>* bias) {
    check_shapes(q.shape(), k.shape());
    const auto length = static_cast<double>(std::max<Index>(q.extent(-1), 1));
    const double scale = options.scale.value_or(1 / std::sqrt(length));
    const Var<T> scaled = q * static_cast<T>(scale);
    const Shape lead = broadcast(q.shape().axes(0, q.rank() - 2), k.shape().axes(0, k.rank() - 2));
    const Shape shape =
        lead.inserted(lead.rank(), q.extent(-2)).inserted(lead.rank() + 1, k.extent(-2));
    if (options.mask) check_broadcasts("mask", options.mask->shape(), shape);
    if (bias) check_broadcasts("bias", bias->shape(), shape);
    const Array<T> added = bias ? bias->value() : Array<T>::scalar(0);
    const auto unseen = hidden(options, added, shape);
    hides = unseen.has_value();
    Var<T> scores = product(scaled, k, {.b = true}, {});
    if (options.soft_cap) scores = soft_cap(scores, static_cast<T>(*options.soft_cap));
    if (bias) scores = scores + *bias;
    if (!hides) return softmax(scores, -1);
    scores = masked_fill(scores, q.tape().constant(*unseen), -std::numeric_limits<T>::infinity());
    return softmax_over(scores, Axes{-1});  // of nothing, 0
  }

  Var<T> attended(const Var<T>& q, const Var<T>& k, const Var<T>& v, const Var<T>* bias) {
    check_shapes(q.shape(), k.shape());
    if (v.rank() < 2 || v.extent(-2) != k.extent(-2)) {
      fail("k ", k.shape(), " and v ", v.shape(), "; need as many values as keys: v [..., ",
           k.extent(-2), ", e]");
    }
    check_heads("q", q.shape(), "v", v.shape());
    check_heads("k", k.shape(), "v", v.shape());
    const Var<T> share = weights(q, k, bias);
    return product(share, v, {}, {.a = true});
  }
};

}  // namespace

template <class T>
Var<T> attention_weights(const Var<T>& q, const Var<T>& k, const AttentionOptions& options,
                         Site site) {
  return within("attention_weights", q, site,
                [&] { return Attention<T>{options}.weights(q, k, nullptr); });
}
template <class T>
Var<T> attention_weights(const Var<T>& q, const Var<T>& k, const Var<T>& bias,
                         const AttentionOptions& options, Site site) {
  return within("attention_weights", q, site,
                [&] { return Attention<T>{options}.weights(q, k, &bias); });
}
template <class T>
Var<T> attention(const Var<T>& q, const Var<T>& k, const Var<T>& v, const AttentionOptions& options,
                 Site site) {
  return within("attention", q, site,
                [&] { return Attention<T>{options}.attended(q, k, v, nullptr); });
}
template <class T>
Var<T> attention(const Var<T>& q, const Var<T>& k, const Var<T>& v, const Var<T>& bias,
                 const AttentionOptions& options, Site site) {
  return within("attention", q, site,
                [&] { return Attention<T>{options}.attended(q, k, v, &bias); });
}

template Var<float> attention_weights(const Var<float>&, const Var<float>&, const AttentionOptions&,
                                      Site);
template Var<double> attention_weights(const Var<double>&, const Var<double>&,
                                       const AttentionOptions&, Site);
template Var<float> attention_weights(const Var<float>&, const Var<float>&, const Var<float>&,
                                      const AttentionOptions&, Site);
template Var<double> attention_weights(const Var<double>&, const Var<double>&, const Var<double>&,
                                       const AttentionOptions&, Site);
template Var<float> attention(const Var<float>&, const Var<float>&, const Var<float>&,
                              const AttentionOptions&, Site);
template Var<double> attention(const Var<double>&, const Var<double>&, const Var<double>&,
                               const AttentionOptions&, Site);
template Var<float> attention(const Var<float>&, const Var<float>&, const Var<float>&,
                              const Var<float>&, const AttentionOptions&, Site);
template Var<double> attention(const Var<double>&, const Var<double>&, const Var<double>&,
                               const Var<double>&, const AttentionOptions&, Site);

}  // namespace engram
