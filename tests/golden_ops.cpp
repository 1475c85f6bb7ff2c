// Every op against PyTorch: value, gradient and second order, in double precision. What the names
// mean is in tests/golden/README.md.
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {
namespace {

// Inputs under one name, and what comes of them.
void check_case(const Golden& row, const std::string& name) {
  const files::Tensors& file = golden_values();
  const auto expected = [&](const std::string& what) { return file.get<double>(name + what); };
  Tape<double> tape;
  const Vars x = inputs_of(tape, name);
  const V y = row.f(x, indices_of(name));
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
    if (row.name == "instance_norm") {  // three values a channel: the small ones are what cancels
      BOOST_TEST(relative_difference(second[k].value(), expected(text(".hv", k))) <= 2e-12);
      continue;
    }
    compare(text("second order, input ", k), second[k].value(), expected(text(".hv", k)));
  }
}

const auto kRows = boost::unit_test::data::make(goldens());

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_ops)

BOOST_DATA_TEST_CASE(value_gradient_and_second_order, kRows, row) {
  check_case(row, row.name);
  const std::string again = row.name + ".again";  // other shapes
  if (golden_values().tensors.contains(again + ".out")) check_case(row, again);
}

BOOST_AUTO_TEST_CASE(every_case_of_the_file_is_compared) {
  std::set<std::string> in_file, compared;
  for (const auto& [name, tensor] : golden_values().tensors)
    in_file.insert(name.substr(0, name.find('.')));
  for (const Golden& row : goldens()) compared.insert(row.name);
  BOOST_TEST(in_file == compared, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
