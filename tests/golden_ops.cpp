// Every op against PyTorch: value, gradient and second order, to
// 1e-12 of max(1, |value|) in double precision. What the names mean is in tests/golden/README.md.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
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

// How far a number is from the expected one; NaN and infinities are to be the same.
double error(double got, double expected) {
  if (!std::isfinite(expected)) {
    const bool same = std::isnan(expected) ? std::isnan(got) : got == expected;
    return same ? 0 : std::numeric_limits<double>::infinity();
  }
  return std::abs(got - expected) / std::max(1.0, std::abs(expected));
}

enum class Where {
  all,
  not_nan,  ///< where the expected value is a number or an infinity
};

void compare(const std::string& what, const Array<double>& got, const Array<double>& expected,
             Where where = Where::all) {
  BOOST_TEST(got.shape() == expected.shape(), what << ": " << got.shape() << expected.shape());
  double worst = 0;
  Index at = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    if (where == Where::not_nan && std::isnan(expected[i])) continue;
    const double e = error(got[i], expected[i]);
    if (!(e <= worst)) worst = e, at = i;  // NaN stays
  }
  BOOST_TEST(worst <= 1e-12, what << "[" << at << "] is " << got[at] << ", not " << expected[at]);
}

Indices indices_of(const Golden& row) {
  const std::string name = row.name + ".indices";
  return golden().tensors.contains(name) ? golden().get<std::int32_t>(name) : Indices();
}

// Rows with gradients that are not PyTorch's, though no less right: of equal elements another one,
// or all, are the largest; the angle of a vector of zeros is kept from 0 / 0 by a number of its
// own.
const std::set<std::string> kOtherwise{"topk", "max_pool1d", "max_pool2d", "max_pool2d_options",
                                       "cosine_loss"};
const std::set<std::string> kOtherwiseWhereInfinite{
    // NaN, as the result or a part of it.
    "variance", "variance_axes02", "variance_all", "variance_population",
    "variance_population_axes02", "variance_population_all", "weight_norm", "weight_norm_axis0",
    "batch_norm", "batch_norm_1d",
    // 0 times infinity is NaN here.
    "prod_all", "cumprod2", "linear_recurrence_broadcast", "hard_sigmoid", "hard_sigmoid_cube",
    // That of a hinge at NaN is 0, of PyTorch's 1.
    "hinge", "hinge_broadcast",
    // Which numbers an infinity reaches depends on the order of elimination.
    "solve_broadcast", "solve_transposed_batched"};

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
  const V y = row.f(x, indices_of(row));
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

// At the scalars where things go wrong. Where PyTorch says NaN a number may stand here: it also
// says so where there is a limit, as of `gelu` at -infinity. That a NaN is not lost shows
// sweep_nan.
BOOST_DATA_TEST_CASE(value_and_gradient_at_edges, kRows, row) {
  const nn::Tensors& file = golden();
  for (const std::string kind : {".finite", ".infinite", ".mixed"}) {
    const auto expected = [&](const std::string& what) {
      return file.get<double>(row.name + kind + what);
    };
    if (!file.tensors.contains(row.name + kind + ".out")) continue;
    Tape<double> tape;
    Vars x;
    for (std::size_t k = 0; file.tensors.contains(text(row.name, ".in", k)); ++k) {
      x.push_back(tape.variable(expected(text(".in", k))));
    }
    const V y = row.f(x, indices_of(row));
    compare("value" + kind, y.value(), expected(".out"), Where::not_nan);
    const V dy = tape.constant(file.get<double>(row.name + ".dout"));
    const Vars kernel = tape.gradients(y, x, {.seed = dy});
    const Vars rule = tape.gradients(y, x, {.seed = dy, .rules_only = true});
    const bool otherwise = kOtherwise.contains(row.name) ||
                           (kind != ".finite" && kOtherwiseWhereInfinite.contains(row.name));
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::string what = text("gradient", kind, ", input ", k);
      compare(what + ", kernel and rule", kernel[k].value(), rule[k].value());
      if (!otherwise) {
        compare(what, kernel[k].value(), expected(text(".grad", k)), Where::not_nan);
      }
    }
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
