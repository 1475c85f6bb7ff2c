// HessianProduct: forward over reverse. Internal: users call Tape.
//
// A rule dx = R(x, y) dy has the tangent dẋ = R(x, y) dẏ + Ṙ dy, where Ṙ is how R changes while its
// values move along ẋ and ẏ. So every operation is run back twice, for dy and for dẏ, and once more
// for its curvature Ṙ, which is zero where it is linear. (A rule that is not linear in dy, a
// hook's, gets its whole tangent in the last of these.) Source: B. Pearlmutter (1994), "Fast exact
// multiplication by the Hessian"
#pragma once

#include "engram/core/backward/backward.hpp"
#include "engram/core/forward/forward.hpp"
#include "engram/core/operation/observed.hpp"

namespace engram {

/// A backward pass whose gradients have tangents, as all values do.
template <class T>
class HessianProduct {
 public:
  /// `gradients` on their way, and `moving`: how they change.
  HessianProduct(GradientTable<T>& gradients, GradientTable<T>& moving, Tangents<T>& tangents)
      : tape_(gradients.tape()),
        gradients_(gradients),
        moving_(moving),
        tangents_(tangents),
        forward_(tape_, gradients.path(), tangents) {}

  /// Lets `targets` move along `directions`, and runs from `y`, whose gradient is there, back.
  void run(const Var<T>& y, std::span<const Var<T>> targets, std::span<const Var<T>> directions);

 private:
  void step(Id id);
  void first_order(Observed<T>& observed, GradientTable<T>& table, Id id);
  bool has_curvature(Id id) const;
  void add_curvature(Id id);

  Tape<T>& tape_;
  GradientTable<T>&gradients_, &moving_;
  Tangents<T>& tangents_;
  Forward<T> forward_;
};

extern template class HessianProduct<float>;
extern template class HessianProduct<double>;

}  // namespace engram
