// Linear: x w + b.
#pragma once

#include "engram/core/tape.hpp"
#include "engram/nn/init.hpp"
#include "engram/ops/matmul.hpp"

namespace engram::nn {

struct LinearOptions {
  Index in, out;
  bool bias = true;
};

/// A linear layer: x [..., in] -> x w + b [..., out], with w [in, out] and b [out], both uniform
/// in ±1/√in at first.
template <class T>
class Linear {
 public:
  using value_type = T;

  Linear(const LinearOptions& options, Random& random)
      : w(uniform_parameter<T>({options.in, options.out}, options.in, random)),
        b(options.bias ? uniform_parameter<T>({options.out}, options.in, random) : Param<T>()),
        bias_(options.bias) {}

  Var<T> operator()(const Var<T>& x, Site site = Site::current()) const {
    Tape<T>& tape = x.tape();
    return bias_ ? affine(x, tape.read(w, site), tape.read(b, site), site)
                 : matmul(x, tape.read(w, site), {}, site);
  }

  void visit(auto&& f) {
    f("w", w);
    if (bias_) f("b", b);
  }

  Param<T> w, b;

 private:
  bool bias_;
};

}  // namespace engram::nn
