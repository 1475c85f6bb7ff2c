// Where what is recorded belongs: to the user's line, not to one of the library.
#include <string_view>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/core/within.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/nn/rnn.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

const auto kRows = boost::unit_test::data::make(op_cases());

bool is_of_tests(const Site& site) {
  return std::string_view(site.file_name()).find("/tests/") != std::string_view::npos;
}

// The operations that belong to a line of the library.
template <class T>
std::string of_library(const Tape<T>& tape) {
  std::string out;
  for (Id id = 0; id < tape.size(); ++id) {
    const Node<T>& node = tape.node(id);
    if (is_of_tests(node.site)) continue;
    out += text("\n  ", node.operation ? node.operation->name() : "a value", " at ",
                node.site.file_name(), ":", node.site.line());
  }
  return out;
}

Var<float> squares(const Var<float>& x, Site site = Site::current()) {
  return within("squares", x, site, [&] { return x * x + mse(x, x); });
}

BOOST_AUTO_TEST_SUITE(places)

BOOST_DATA_TEST_CASE(what_an_op_records_belongs_to_its_user, kRows, row) {
  for (const auto& shapes : row.shapes) {
    Tape<double> tape;
    std::vector<Var<double>> inputs;
    for (const Array<double>& x : draw(row, shapes)) inputs.push_back(tape.variable(x));
    row.in_double(inputs);
    BOOST_TEST(of_library(tape) == "");
  }
}

BOOST_AUTO_TEST_CASE(what_a_layer_records_belongs_to_its_user) {
  Random random{1};
  const nn::Lstm<float> lstm{{.input = 3, .hidden = 2, .layers = 2, .dropout = 0.5}, random};
  const nn::Rnn<float> rnn{{.input = 3, .hidden = 2, .checkpoint_bytes = 1}, random};
  Tape<float> tape;
  const auto x = tape.constant(random.normal<float>({4, 2, 3}));
  const auto y = sum(lstm(x, {}, &random).y) + sum(rnn(x).y);
  BOOST_TEST(of_library(tape) == "");
  tape.gradients(y, std::vector{y}, {.record = true});
  BOOST_TEST(of_library(tape) == "");
}

BOOST_AUTO_TEST_CASE(the_outermost_of_those_that_are_called_is_the_users) {
  Tape<float> tape;
  const auto x = tape.variable(Array<float>({2}));
  const auto line = Site::current().line() + 1;
  squares(x);
  for (Id id = 1; id < tape.size(); ++id) BOOST_TEST(tape.node(id).site.line() == line);
  x + x;
  BOOST_TEST(tape.node(static_cast<Id>(tape.size() - 1)).site.line() == line + 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace engram::testing
