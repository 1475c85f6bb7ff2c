// Every op against PyTorch: value, gradient and second order, to
// 1e-12 of max(1, |value|) in double precision. What the names mean is in tests/golden/README.md.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/nn/safetensors.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {
namespace {

// All files ops*.safetensors as one.
const nn::Tensors& golden() {
  static const nn::Tensors all = [] {
    nn::Tensors out;
    for (const auto& entry :
         std::filesystem::directory_iterator(ENGRAM_SOURCE_DIR "/tests/golden")) {
      const std::string name = entry.path().filename();
      if (!name.starts_with("ops") || !name.ends_with(".safetensors")) continue;
      out.tensors.merge(nn::load(entry.path()).tensors);
    }
    return out;
  }();
  return all;
}

const std::vector<Golden>& rows() {
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

void compare(const std::string& what, const Array<double>& got, const Array<double>& expected) {
  BOOST_TEST(got.shape() == expected.shape(), what << ": " << got.shape() << expected.shape());
  double worst = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    const double error = std::abs(got[i] - expected[i]) / std::max(1.0, std::abs(expected[i]));
    if (!(error <= worst)) worst = error;  // NaN stays
  }
  BOOST_TEST(worst <= 1e-12, what << " differs by " << worst);
}

const auto kRows = boost::unit_test::data::make(rows());

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_ops)

BOOST_DATA_TEST_CASE(value_gradient_and_second_order, kRows, row) {
  const nn::Tensors& file = golden();
  const auto expected = [&](const std::string& what) { return file.get<double>(row.name + what); };
  Tape<double> tape;
  Vars x;
  for (std::size_t k = 0; file.tensors.contains(text(row.name, ".in", k)); ++k) {
    x.push_back(tape.variable(expected(text(".in", k))));
  }
  const bool indexed = file.tensors.contains(row.name + ".indices");
  const V y = row.f(x, indexed ? file.get<std::int32_t>(row.name + ".indices") : Indices());
  compare("value", y.value(), expected(".out"));

  const V dy = tape.constant(expected(".dout"));
  const auto check = [&](const char* which, const Vars& gradients) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      compare(text(which, ", input ", k), gradients[k].value(), expected(text(".grad", k)));
    }
  };
  check("kernel", tape.gradients(y, x, {.seed = dy}));
  check("rule", tape.gradients(y, x, {.seed = dy, .rules_only = true}));
  const Vars gradients = tape.gradients(y, x, {.seed = dy, .record = true});
  check("recorded rule", gradients);

  V slope = tape.constant(Array<double>::scalar(0));
  for (std::size_t k = 0; k < x.size(); ++k) {
    slope = slope + sum(gradients[k] * tape.constant(expected(text(".v", k))));
  }
  const Vars second = tape.gradients(slope, x);
  for (std::size_t k = 0; k < x.size(); ++k) {
    compare(text("second order, input ", k), second[k].value(), expected(text(".hv", k)));
  }
}

BOOST_AUTO_TEST_CASE(every_case_of_the_file_is_compared) {
  std::set<std::string> in_file, compared;
  for (const auto& [name, tensor] : golden().tensors)
    in_file.insert(name.substr(0, name.find('.')));
  for (const Golden& row : rows()) compared.insert(row.name);
  BOOST_TEST(in_file == compared, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
