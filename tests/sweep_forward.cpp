// The sweep of forward mode, for each row of op_cases.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/sweep_summary.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {

namespace {

const auto kRows = boost::unit_test::data::make(op_cases());

// <u, J v> is <Jᵀ u, v>, with the last digits and in either precision: forward mode, recorded or in
// numbers, is the transpose of reverse mode.
template <class T>
double transposed_error(const OpFunction<T>& f, const Arrays& inputs, bool record) {
  Tape<T> tape;
  std::vector<Var<T>> x, v;
  Random random{9};
  for (const auto& input : inputs) {
    x.push_back(tape.variable(cast<T>(input)));
    v.push_back(tape.constant(random.uniform<T>(input.shape(), -1, 1)));
  }
  const Var<T> y = f(x);
  const Var<T> u = tape.constant(random.uniform<T>(y.shape(), T{0.5}, 2));
  const auto dot = [](const Array<T>& a, const Array<T>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                              [](T p, T q) { return static_cast<double>(p) * q; });
  };
  const double forwards = dot(u.value(), jvp(y, x, v, {record}).value());
  double backwards = 0;
  const auto g = tape.gradients(y, x, {.seed = u});
  for (std::size_t k = 0; k < x.size(); ++k) backwards += dot(g[k].value(), v[k].value());
  return std::abs(forwards - backwards) / std::max({1.0, std::abs(forwards), std::abs(backwards)});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_forward, *boost::unit_test::fixture<SweepSummary>())

BOOST_DATA_TEST_CASE(forward_mode_is_the_transpose_of_reverse_mode, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    for (const bool record : {false, true}) {
      const double in_double = transposed_error<double>(row.in_double, inputs, record);
      const double in_float = transposed_error<float>(row.in_float, inputs, record);
      BOOST_TEST(in_double <= 1e-12, row.name << " " << label(shapes) << in_double);
      BOOST_TEST(in_float <= 1e-4, row.name << " " << label(shapes) << in_float);
    }
  }
}

// Tangents along one input, the others constants, add up to the tangent along all.
BOOST_DATA_TEST_CASE(forward_mode_by_single_inputs_adds_up, kRows, row) {
  // J v, with the inputs that `moves` has as variables.
  const auto moved = [&](const Arrays& inputs, const std::function<bool(std::size_t)>& moves) {
    Tape<double> tape;
    Random random{9};
    std::vector<Var<double>> all, x, v;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const Array<double> direction = random.uniform<double>(inputs[k].shape(), -1, 1);
      all.push_back(moves(k) ? tape.variable(inputs[k]) : tape.constant(inputs[k]));
      if (!moves(k)) continue;
      x.push_back(all.back());
      v.push_back(tape.constant(direction));
    }
    return jvp(row.in_double(all), x, v).value();
  };
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    if (inputs.size() < 2) continue;
    const Array<double> expected = moved(inputs, [](std::size_t) { return true; });
    Array<double> got(expected.shape());
    for (std::size_t only = 0; only < inputs.size(); ++only) {
      const Array<double> dy = moved(inputs, [&](std::size_t k) { return k == only; });
      for (Index i = 0; i < dy.size(); ++i) got.edit()[i] += dy[i];
    }
    for (Index i = 0; i < got.size(); ++i) {
      BOOST_TEST(relative_difference(got[i], expected[i]) <= 1e-12,
                 row.name << " " << label(shapes) << got[i] << " instead of " << expected[i]);
    }
    SweepSummary::compared(got.size());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
