// What the tests of optimisers share: PyTorch's golden values, and each optimiser by its name
// there.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/safetensors.hpp"
#include "engram/optim/optim.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {

using namespace engram::optim;

template <class T>
using Pointer = std::unique_ptr<Optimizer<T>>;
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The optimisers of tests/golden/generate.py, under their names there.
inline const std::vector<std::string> kNames{
    "sgd",         "sgd_momentum", "sgd_nesterov",      "sgd_weight_decay",
    "sgd_clipped", "adam",         "adam_weight_decay", "adamw"};
template <class T>
Pointer<T> make(const std::string& name, const Parameters<T>& p, bool lazy = false) {
  const double rate = name.starts_with("adam") ? 1e-2 : 0.1;
  const double decay = name.ends_with("weight_decay") ? 1e-2 : 0;
  if (name == "adamw") {
    return std::make_unique<AdamW<T>>(p, AdamWOptions{.learning_rate = rate, .lazy = lazy});
  }
  if (name.starts_with("adam")) {
    return std::make_unique<Adam<T>>(
        p, AdamOptions{.learning_rate = rate, .weight_decay = decay, .lazy = lazy});
  }
  const bool plain = name == "sgd" || name == "sgd_clipped";
  return std::make_unique<Sgd<T>>(p, SgdOptions{.learning_rate = rate,
                                                .momentum = plain ? 0 : 0.9,
                                                .nesterov = name == "sgd_nesterov",
                                                .weight_decay = decay,
                                                .lazy = lazy});
}

inline const files::Tensors& gold() {
  static const files::Tensors tensors =
      files::load(std::string(ENGRAM_SOURCE_DIR) + "/tests/golden/optim.safetensors");
  return tensors;
}
template <class T = double>
Array<T> gold(const std::string& name) {
  return cast<T>(gold().get<double>(name));
}
template <class T>
Array<T> row(const Array<T>& x, Index i) {
  const Shape shape = x.shape().without(0);
  return x.window(i * shape.size(), shape);
}

template <class T>
void put(Gradients<T>& gradients, const ParamRef<T>& param, Gradient<T> gradient) {
  gradients.entries().push_back({param, {}, std::move(gradient), {}});
}
template <class T>
Gradients<T> golden_gradients(const Parameters<T>& p, Index step) {
  Gradients<T> out;
  put(out, p[0], Gradient<T>(row(gold<T>("grads.p0"), step)));
  put(out, p[1], Gradient<T>(row(gold<T>("grads.p1"), step)));
  return out;
}
template <class T>
Parameters<T> golden_parameters() {
  return {Param<T>(gold<T>("init.p0")), Param<T>(gold<T>("init.p1"))};
}

// Checks that `act` throws an Error that says `text`.
inline void refuses(const std::function<void()>& act, const std::string& text) {
  BOOST_CHECK_EXCEPTION(act(), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  });
}

}  // namespace engram::testing
