// Every op against PyTorch at the scalars where things go wrong: value and gradient for inputs of
// -1.3, 0.49, 0.99, 1.01, 0 and infinities.
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/tests/golden_cases.hpp"

namespace engram::testing {
namespace {

// Rows with gradients that are not PyTorch's, though no less right: of equal elements another one,
// or all, are the largest; the angle of a vector of zeros is kept from 0 / 0 by a number of its
// own.
const std::set<std::string> kOtherwise{
    "topk", "max_pool1d", "max_pool2d", "max_pool2d_options", "max_pool2d_ceil", "max_pool2d_after",
    "adaptive_max_pool2d", "cosine_loss",
    // Where the value is NaN, a derivative is none too: torch has one of acosh below -1.
    "acosh", "acosh_cube"};
const std::set<std::string> kOtherwiseWhereInfinite{
    // NaN, as the result or a part of it.
    "variance", "variance_axes02", "variance_all", "variance_population",
    "variance_population_axes02", "variance_population_all", "weight_norm", "weight_norm_axis0",
    "batch_norm", "batch_norm_1d", "group_norm", "group_norm_1d", "instance_norm",
    // 0 times infinity is NaN here.
    "prod_all", "cumprod2", "cumprod_zeros", "hard_sigmoid", "hard_sigmoid_cube",
    // That of a hinge at NaN is 0, of PyTorch's 1.
    "hinge", "hinge_broadcast",
    // Which numbers an infinity reaches depends on the order of elimination.
    "solve_broadcast", "solve_transposed_batched"};

const auto kRows = boost::unit_test::data::make(goldens());

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_edges)

// Where PyTorch says NaN a number may stand here: it says so also where there is a limit, as of
// `gelu` at -infinity. That a NaN is not lost shows sweep_nan.
BOOST_DATA_TEST_CASE(value_and_gradient, kRows, row) {
  const files::Tensors& file = golden_values();
  for (const std::string kind : {".finite", ".infinite", ".mixed"}) {
    const auto expected = [&](const std::string& what) {
      return file.get<double>(row.name + kind + what);
    };
    if (!file.tensors.contains(row.name + kind + ".out")) continue;
    Tape<double> tape;
    const Vars x = inputs_of(tape, row.name + kind);
    const V y = row.f(x, indices_of(row.name));
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
