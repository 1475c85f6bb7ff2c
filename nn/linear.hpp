// Linear: x w + b.
#pragma once

#include "engram/core/tape.hpp"
#include "engram/nn/init.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/losses/affine_cross_entropy.hpp"

namespace engram::nn {

struct LinearOptions {
  Index in, out;
  bool bias = true;
};

/// A linear layer: x [..., in] -> x w + b [..., out], with w [in, out] and b [out], both uniform
/// in ±1/√in at first. Throws `Error` for negative sizes.
template <class T>
class Linear {
 public:
  using value_type = T;

  Linear(const LinearOptions& options, Random& random)
      : w(uniform_parameter<T>(sizes(options), options.in, random)),
        b(options.bias ? uniform_parameter<T>({options.out}, options.in, random) : Param<T>()),
        bias_(options.bias) {}

  Var<T> operator()(const Var<T>& x, Site site = Site::current()) const {
    Tape<T>& tape = x.tape();
    return bias_ ? affine(x, tape.read(w, site), tape.read(b, site), site)
                 : matmul(x, tape.read(w, site), {}, site);
  }

  /// cross_entropy((*this)(x), targets, options) as one operation: see `affine_cross_entropy`.
  Var<T> cross_entropy(const Var<T>& x, const Indices& targets,
                       const CrossEntropyOptions& options = {}, Site site = Site::current()) const {
    Tape<T>& tape = x.tape();
    const Var<T> bias = bias_ ? tape.read(b, site) : tape.constant(Array<T>({w.shape()[1]}), site);
    return affine_cross_entropy(x, tape.read(w, site), bias, targets, options, false, site);
  }

  void visit(auto&& f) {
    f("w", w);
    if (bias_) f("b", b);
  }

  Param<T> w, b;

 private:
  static Shape sizes(const LinearOptions& options) {
    const auto& [in, out, bias] = options;
    if (in < 0 || out < 0) fail("Linear: in ", in, " and out ", out, "; need 0 or more");
    return {in, out};
  }

  bool bias_;
};

}  // namespace engram::nn
