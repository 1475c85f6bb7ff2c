// The third derivative of every row of the sweep. A rule is a formula with a derivative of its own:
// what is wrong there only, no lower order shows.
#include <algorithm>
#include <optional>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/gradcheck.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/sweep_summary.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

const auto kRows = boost::unit_test::data::make(op_cases());

// The derivative of f by all its inputs in one direction, under an upstream gradient that differs
// from element to element; nothing when it does not depend on them.
std::optional<Var<double>> slope(const OpFunction<double>& f, std::span<const Var<double>> inputs) {
  const std::vector<Var<double>> x(inputs.begin(), inputs.end());
  const Var<double> y = f(x);
  Tape<double>& tape = y.tape();
  Random random{7};
  const auto some = [&](const Shape& shape) {
    return tape.constant(random.uniform<double>(shape, 0.5, 2));
  };
  const Var<double> seed = some(y.shape());
  std::optional<Var<double>> out;
  for (const Var<double>& dx : tape.gradients(y, x, {.seed = seed, .record = true})) {
    if (!tape.node(dx).needs_gradient) continue;
    const Var<double> part = sum(dx * some(dx.shape()));
    out = out ? *out + part : part;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_third, *boost::unit_test::fixture<SweepSummary>())

BOOST_DATA_TEST_CASE(derivatives_agree_with_differences, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    Tape<double> tape;
    std::vector<Var<double>> x;
    for (const auto& input : inputs) x.push_back(tape.variable(input));
    if (!slope(row.in_double, x)) continue;  // the first derivative is a constant
    const GradcheckResult result = gradcheck(
        [&](std::span<const Var<double>> at) { return *slope(row.in_double, at); }, inputs);
    SweepSummary::compared(result.compared);
    BOOST_TEST(result.failure == "", row.name << " " << label(shapes) << result.failure);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
