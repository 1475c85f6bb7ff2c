// A tape as people read it.
#include "engram/core/print.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "engram/engram.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(print)

BOOST_AUTO_TEST_CASE(a_line_for_each_entry) {
  Tape<double> tape;
  const Param<double> w(Array<double>({2}, {3, 4}));
  const auto x = tape.variable(Array<double>({2}, {1, 2}));
  const auto y = sum(x * tape.read(w));
  const std::string lines = table(tape);
  const auto has = [&](const std::string& part) { return lines.find(part) != std::string::npos; };
  BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 5);
  BOOST_TEST(has("0   variable"));
  BOOST_TEST(has("1   parameter"));
  BOOST_TEST(has("2   mul        0 1     [2]    yes"));
  BOOST_TEST(has("3   sum        2       []     yes       11     print.cpp:"));
  BOOST_TEST(y.item() == 11);
}

BOOST_AUTO_TEST_CASE(a_graph_for_graphviz) {
  Tape<float> tape;
  const auto x = tape.variable(Array<float>({}, {2}));
  static_cast<void>(tanh(x) + 1);
  const std::string dot = graphviz(tape);
  BOOST_TEST(dot.find("digraph tape {") == 0);
  BOOST_TEST(dot.find("n0 [shape=ellipse, label=\"0: variable\\n[] = 2\"]") != std::string::npos);
  BOOST_TEST(dot.find("n1 [shape=box, label=\"1: tanh") != std::string::npos);
  BOOST_TEST(dot.find("n0 -> n1;") != std::string::npos);
  BOOST_TEST(dot.find("n1 -> n2;") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
