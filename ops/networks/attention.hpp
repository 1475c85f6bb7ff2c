#pragma once

#include <optional>

#include "engram/core/var.hpp"

namespace engram {

struct AttentionOptions {
  /// Query i sees the keys up to its own place only; with more keys than queries, the queries are
  /// the last ones.
  bool causal = false;
  /// Which keys a query sees, 0 for no: of a shape that broadcasts to [..., queries, keys], so that
  /// [B, 1, 1, keys] leaves the padding of each sequence out. Empty: all.
  std::optional<Indices> mask = std::nullopt;
  /// What the products of queries and keys are multiplied by. Empty: 1 / √d.
  std::optional<double> scale = std::nullopt;
  /// A bound for the scores, before bias and mask: cap tanh(score / cap). Empty: none.
  std::optional<double> soft_cap = std::nullopt;
};

/// How much each query attends to each key: numbers that add up to 1 over the keys. `attention` is
/// these times v; apart, they can be looked at, or dropped out.
///
/// Shapes:     q [..., queries, d], k [..., keys, d] -> [..., queries, keys]; the leading axes
///             broadcast; a bias, which is added to the scores, of a shape that broadcasts to the
///             result: -∞ hides a key
/// Forward:    y = softmax(scale q kᵀ + bias), with -∞ where the mask or `causal` hides a key; 0
/// for a
///             query that sees no key. What is hidden has no influence, NaN included
/// Derivative: that of `softmax` and `matmul`, which it is
/// Saves:      y, and q and k
/// Order:      any
/// Accuracy:   128 ulp of x; derivatives 128 ulp of dy
/// Throws:     `Error` for other shapes, and leading axes that do not broadcast
/// Source:     A. Vaswani et al. (2017), "Attention is all you need", equation 1
template <class T>
Var<T> attention_weights(const Var<T>& q, const Var<T>& k, const AttentionOptions& options = {},
                         Site site = Site::current());
template <class T>
Var<T> attention_weights(const Var<T>& q, const Var<T>& k, const Var<T>& bias,
                         const AttentionOptions& options = {}, Site site = Site::current());

/// Scaled dot-product attention: for each query the mean of the values, weighted by how well their
/// keys fit. Heads are a leading axis: [B, heads, T, d].
///
/// Shapes:     q [..., queries, d], k [..., keys, d], v [..., keys, e] -> [..., queries, e]; bias
///             as in `attention_weights`
/// Forward:    y = softmax(scale q kᵀ + bias) v
/// Derivative: that of `softmax` and `matmul`, which it is
/// Saves:      the weights, and q, k and v
/// Order:      any
/// Accuracy:   128 ulp of x; derivatives 128 ulp of dy
/// Throws:     as `attention_weights`, and when v has another number of keys
/// Source:     as `attention_weights`
template <class T>
Var<T> attention(const Var<T>& q, const Var<T>& k, const Var<T>& v,
                 const AttentionOptions& options = {}, Site site = Site::current());
template <class T>
Var<T> attention(const Var<T>& q, const Var<T>& k, const Var<T>& v, const Var<T>& bias,
                 const AttentionOptions& options = {}, Site site = Site::current());

}  // namespace engram
