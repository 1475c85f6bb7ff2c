// Derivatives of what a tape holds, in every direction and of any order.
//
//   const auto y = f(x);                      any function of Vars
//   const auto dx = grad(y, {x});             gradients, which can be differentiated again
//   const auto jv = jvp(y, x, v);             along a direction: forward mode
//   const auto hv = hvp(y, x, v);             of a gradient along a direction: forward over reverse
//   const auto h = hessian(y, x);
//
// `x` and `v` are a Var each, or vectors of Vars: variables, parameters that are read, or any
// values on the way to y, which then count as independent. What is not recorded is in numbers.
#pragma once

#include <span>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

struct DerivativeOptions {
  bool record = false;  ///< so that the derivative can be differentiated again
};

/// The gradients of y by `xs`, recorded, as Vars in their order: zeros where y does not depend on
/// one. Throws `Error` for a y with more than one element, and for an x that is a constant.
template <class T>
std::vector<Var<T>> grad(const Var<T>& y, std::span<const Var<T>> xs) {
  return y.tape().gradients(y, xs, {.record = true});
}
template <class T>
std::vector<Var<T>> grad(const Var<T>& y, const std::vector<Var<T>>& xs) {
  return grad(y, std::span<const Var<T>>(xs));
}
template <class T>
std::vector<Var<T>> grad(const Var<T>& y, std::initializer_list<Var<T>> xs) {
  return grad(y, std::span<const Var<T>>(xs.begin(), xs.size()));
}
/// The same of Σ <y, seed> over several results, each with a seed of its shape.
template <class T>
std::vector<Var<T>> grad(const std::vector<Var<T>>& ys, const std::vector<Var<T>>& xs,
                         const std::vector<Var<T>>& seeds);

/// dyᵀ J: the gradients of <y, dy> by `xs`, reverse mode. dy has the shape of y.
template <class T>
std::vector<Var<T>> vjp(const Var<T>& y, const std::vector<Var<T>>& xs, const Var<T>& dy,
                        const DerivativeOptions& options = {});
template <class T>
Var<T> vjp(const Var<T>& y, const Var<T>& x, const Var<T>& dy,
           const DerivativeOptions& options = {}) {
  return vjp(y, std::vector{x}, dy, options)[0];
}

/// J v: how y changes, to first order, when `xs` move along `vs`, which have their shapes. Forward
/// mode, at the cost of one to two evaluations. Recorded, it is the derivative by dy of dyᵀ J v
/// (the double use of reverse mode), which can itself be differentiated. Source: A. Griewank and A.
/// Walther (2008), "Evaluating derivatives", chapter 3; J. Townsend (2017)
///         for the recorded form
template <class T>
Var<T> jvp(const Var<T>& y, const std::vector<Var<T>>& xs, const std::vector<Var<T>>& vs,
           const DerivativeOptions& options = {});
template <class T>
Var<T> jvp(const Var<T>& y, const Var<T>& x, const Var<T>& v,
           const DerivativeOptions& options = {}) {
  return jvp(y, std::vector{x}, std::vector{v}, options);
}

/// H v: how the gradients of the scalar y by `xs` change when these move along `vs`. Forward over
/// reverse, at the cost of two to three gradients; recorded, it is the gradient of <gradient, v>.
/// Source: B. Pearlmutter (1994), "Fast exact multiplication by the Hessian"
template <class T>
std::vector<Var<T>> hvp(const Var<T>& y, const std::vector<Var<T>>& xs,
                        const std::vector<Var<T>>& vs, const DerivativeOptions& options = {});
template <class T>
Var<T> hvp(const Var<T>& y, const Var<T>& x, const Var<T>& v,
           const DerivativeOptions& options = {}) {
  return hvp(y, std::vector{x}, std::vector{v}, options)[0];
}

/// Jᵀ H J v, with J the Jacobian of a model's outputs z by `xs` and H the Hessian of the scalar
/// `loss` by z: the Gauss-Newton product, positive semidefinite for a loss that is convex in z.
/// Source: N. Schraudolph (2002), "Fast curvature matrix-vector products"
template <class T>
std::vector<Var<T>> gauss_newton_product(const Var<T>& loss, const Var<T>& z,
                                         const std::vector<Var<T>>& xs,
                                         const std::vector<Var<T>>& vs);

/// The Jacobian [y..., x...], by rows or by columns, whichever are fewer. Throws `Error` for more
/// than seven axes.
template <class T>
Array<T> jacobian(const Var<T>& y, const Var<T>& x);

/// The Hessian [x..., x...] of a scalar y, row by row.
template <class T>
Array<T> hessian(const Var<T>& y, const Var<T>& x);

}  // namespace engram
