#include "engram/tests/golden_cases.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/tests/differences.hpp"

namespace engram::testing {
namespace {

// How far a number is from the expected one, which may be NaN.
double error(double got, double expected) {
  return std::isnan(got) && std::isnan(expected) ? 0 : relative_difference(got, expected);
}

}  // namespace

const files::Tensors& golden_values() {
  static const files::Tensors all = [] {
    files::Tensors out;
    for (const auto& entry :
         std::filesystem::directory_iterator(ENGRAM_SOURCE_DIR "/tests/golden")) {
      const std::string name = entry.path().filename();
      if (!name.starts_with("ops") || !name.ends_with(".safetensors")) continue;
      out.tensors.merge(files::load(entry.path()).tensors);
    }
    return out;
  }();
  return all;
}

const std::vector<Golden>& goldens() {
  static const std::vector<Golden> all = [] {
    std::vector<Golden> out;
    elementwise_goldens(out);
    indexing_goldens(out);
    more_reduction_goldens(out);
    function_goldens(out);
    product_goldens(out);
    reduction_goldens(out);
    loss_goldens(out);
    sequence_loss_goldens(out);
    shape_goldens(out);
    linear_algebra_goldens(out);
    network_goldens(out);
    simple_loss_goldens(out);
    return out;
  }();
  return all;
}

Vars inputs_of(Tape<double>& tape, const std::string& name) {
  const files::Tensors& file = golden_values();
  Vars out;
  for (std::string key; file.tensors.contains(key = text(name, ".in", out.size()));) {
    out.push_back(tape.variable(file.get<double>(key)));
  }
  return out;
}

Indices indices_of(const std::string& name) {
  const files::Tensors& file = golden_values();
  const std::string key = name + ".indices";
  return file.tensors.contains(key) ? file.get<std::int32_t>(key) : Indices();
}

void compare(const std::string& what, const Array<double>& got, const Array<double>& expected,
             Where where) {
  BOOST_TEST(got.shape() == expected.shape(), what << ": " << got.shape() << expected.shape());
  double worst = 0;
  Index at = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    if (where == Where::not_nan && std::isnan(expected[i])) continue;
    const double e = error(got[i], expected[i]);
    if (e > worst) worst = e, at = i;
  }
  BOOST_TEST(worst <= 1e-12, what << "[" << at << "] is " << got[at] << ", not " << expected[at]
                                  << ", by " << worst);
}

}  // namespace engram::testing
