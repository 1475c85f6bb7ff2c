// A NaN is seen: where a result depends on an input, a NaN there comes through.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/sweep_summary.hpp"

namespace engram::testing {
namespace {

const auto kRows = boost::unit_test::data::make(op_cases());

// Rows that do not let a NaN through, because that is what they are for: it is replaced, or it is
// larger than all numbers and so not among the smallest.
const std::set<std::string> kKeepOut{"nan_to_num", "topk, the smallest of axis 0"};

template <class F>
auto at(const OpCase& row, const Arrays& inputs, F&& f) {
  Tape<double> tape;
  std::vector<Var<double>> x;
  for (const auto& input : inputs) x.push_back(tape.variable(input));
  return f(tape, x, row.in_double(x));
}

// Gradients of <y, u> for a u without zeros.
Arrays gradients(const OpCase& row, const Arrays& inputs) {
  return at(row, inputs, [](Tape<double>& tape, const auto& x, const Var<double>& y) {
    const auto seed = tape.constant(Random{5}.uniform<double>(y.shape(), 0.5, 2));
    Arrays out;
    for (const auto& dx : tape.gradients(y, x, {.seed = seed})) out.push_back(dx.value());
    return out;
  });
}

bool has_nan(const OpCase& row, const Arrays& inputs) {
  return at(row, inputs, [](Tape<double>&, const auto&, const Var<double>& y) {
    const Array<double> values = y.value();
    return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_nan, *boost::unit_test::fixture<SweepSummary>())

BOOST_DATA_TEST_CASE(comes_through_where_the_derivative_is_not_zero, kRows, row) {
  if (kKeepOut.contains(row.name)) return;
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    const Arrays dx = gradients(row, inputs);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      for (Index i = 0; i < std::min<Index>(inputs[k].size(), 12); ++i) {
        if (dx[k][i] == 0) continue;
        Arrays changed = inputs;
        changed[k].edit()[i] = kNan;
        BOOST_TEST(has_nan(row, changed), row.name << ": NaN in input " << k << " " << shapes[k]
                                                   << " at " << i << " is not seen");
        SweepSummary::compared(1);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
