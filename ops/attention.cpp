#include "engram/ops/attention.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engram/core/nest.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/composed.hpp"
#include "engram/ops/matmul.hpp"
#include "engram/ops/softmax.hpp"

namespace engram {
namespace {

void check_shapes(const Shape& q, const Shape& k) {
  if (q.rank() < 2 || k.rank() < 2 || q.extent(-1) != k.extent(-1)) {
    fail("q ", q, " and k ", k, "; need q [..., queries, d] and k [..., keys, d]");
  }
}

void check_broadcasts(const char* name, const Shape& shape, const Shape& scores) {
  if (!broadcasts_to(shape, scores)) {
    fail(name, " ", shape, " for scores ", scores, "; need a shape that broadcasts to them");
  }
}

// 0 where a key may be seen, -∞ where not; of the last two axes of the scores, or of the mask's.
template <class T>
Array<T> hidden(const AttentionOptions& options, const Shape& scores) {
  const Index queries = scores.extent(-2), keys = scores.extent(-1);
  Shape shape{queries, keys};
  if (options.mask) {
    check_broadcasts("mask", options.mask->shape(), scores);
    shape = options.causal ? broadcast(options.mask->shape(), shape) : options.mask->shape();
  }
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  Array<T> out(shape);
  T* to = out.edit();
  if (options.mask) {
    const Nest<2> nest(shape, {broadcast_strides(options.mask->shape(), shape), shape.strides()});
    nest.each([&](const std::array<Index, 2>& at) {
      for (Index i = 0; i < nest.run_length(); ++i) {
        if (options.mask->data()[at[0] + i * nest.step()[0]] == 0) to[at[1] + i] = kNever;
      }
    });
  }
  for (Index i = 0; options.causal && i < out.size(); ++i) {
    const Index query = i / keys % queries, key = i % keys;
    if (key > query + keys - queries) to[i] = kNever;
  }
  return out;
}

// Throws `Error` for a row of -∞ alone, of which softmax would make NaN.
template <class T>
void check_each_sees(const Array<T>& scores) {
  const Index keys = scores.extent(-1), queries = scores.extent(-2);
  const Index rows = scores.shape().without(scores.rank() - 1).size();
  for (Index row = 0; row < rows; ++row) {
    const T* from = scores.data() + row * keys;
    if (std::all_of(from, from + keys,
                    [](T s) { return s == -std::numeric_limits<T>::infinity(); })) {
      fail("query ", row % queries, " of ", scores.shape(),
           " sees no key, and has nothing to attend to; give it one, or leave it out");
    }
  }
}

template <class T>
Var<T> weights(const Var<T>& q, const Var<T>& k, const Var<T>* bias,
               const AttentionOptions& options, const Site& site) {
  check_shapes(q.shape(), k.shape());
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.extent(-1))));
  Var<T> scores = matmul(mul(q, static_cast<T>(scale), site), k, {.b = true}, site);
  const bool hides = options.causal || options.mask;
  if (bias) {
    check_broadcasts("bias", bias->shape(), scores.shape());
    scores = add(scores, *bias, site);
  }
  if (hides) {
    scores = add(scores, q.tape().constant(hidden<T>(options, scores.shape()), site), site);
  }
  if (hides || bias || scores.extent(-1) == 0) check_each_sees(scores.value());
  return softmax(scores, -1, site);
}

template <class T>
Var<T> attended(const Var<T>& q, const Var<T>& k, const Var<T>& v, const Var<T>* bias,
                const AttentionOptions& options, const Site& site) {
  check_shapes(q.shape(), k.shape());
  if (v.rank() < 2 || v.extent(-2) != k.extent(-2)) {
    fail("k ", k.shape(), " and v ", v.shape(), "; need as many values as keys: v [..., ",
         k.extent(-2), ", e]");
  }
  return matmul(weights(q, k, bias, options, site), v, {}, site);
}

}  // namespace

template <class T>
Var<T> attention_weights(const Var<T>& q, const Var<T>& k, const AttentionOptions& options,
                         Site site) {
  return composed("attention_weights", site,
                  [&] { return weights<T>(q, k, nullptr, options, site); });
}
template <class T>
Var<T> attention_weights(const Var<T>& q, const Var<T>& k, const Var<T>& bias,
                         const AttentionOptions& options, Site site) {
  return composed("attention_weights", site, [&] { return weights(q, k, &bias, options, site); });
}
template <class T>
Var<T> attention(const Var<T>& q, const Var<T>& k, const Var<T>& v, const AttentionOptions& options,
                 Site site) {
  return composed("attention", site, [&] { return attended<T>(q, k, v, nullptr, options, site); });
}
template <class T>
Var<T> attention(const Var<T>& q, const Var<T>& k, const Var<T>& v, const Var<T>& bias,
                 const AttentionOptions& options, Site site) {
  return composed("attention", site, [&] { return attended(q, k, v, &bias, options, site); });
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
