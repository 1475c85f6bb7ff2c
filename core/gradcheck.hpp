// gradcheck: derivatives compared with differences, for every op and layer, ours or a user's.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engram/core/parameters.hpp"
#include "engram/core/tape.hpp"

namespace engram {

/// A function of values on a tape, of any shape.
using Differentiable = std::function<Var<double>(std::span<const Var<double>>)>;

struct GradcheckOptions {
  double tolerance = 1e-6;   ///< of |a - b| / max(1, |a|, |b|)
  double step = 1e-5;        ///< of the differences, times max(1, |x|)
  bool second_order = true;  ///< check the derivative of the derivative too
  std::uint64_t seed = 1;    ///< of the upstream gradient and of the direction
};

struct GradcheckResult {
  double worst = 0;     ///< the largest error met
  Index compared = 0;   ///< numbers compared
  std::string failure;  ///< what is wrong and where; empty when all agree
  bool passed() const { return failure.empty() && compared > 0; }
};

/// Checks the derivatives of `f` at `inputs` in double precision: the kernels, the readable rules
/// and the recorded rules against central differences, with an upstream gradient that differs from
/// element to element, and likewise the second derivative (the gradient of <gradient, v> for a
/// random v). Throws what `f` throws.
GradcheckResult gradcheck(const Differentiable& f, const std::vector<Array<double>>& inputs,
                          const GradcheckOptions& options = {});

/// A function of values on a tape and of the parameters that it reads of it: a layer.
using DifferentiableModel =
    std::function<Var<double>(Tape<double>& tape, std::span<const Var<double>>)>;

/// The same by `parameters` too, frozen or not, at the values that they have:
///
///   gradcheck([&](auto& tape, auto x) { return unit(tape, x[0]); }, parameters(unit), {x});
GradcheckResult gradcheck(const DifferentiableModel& f, const Parameters<double>& parameters,
                          const std::vector<Array<double>>& inputs,
                          const GradcheckOptions& options = {});

}  // namespace engram
