#include "engram/tests/sweep_summary.hpp"

#include <iostream>
#include <set>
#include <string>

#include <boost/test/framework.hpp>
#include <boost/test/results_collector.hpp>
#include <boost/test/tree/test_case_counter.hpp>
#include <boost/test/tree/traverse.hpp>

#include "engram/tests/op_cases.hpp"

namespace engram::testing {

namespace {

Index numbers = 0;

// The names of what the rows record.
std::set<std::string> ops() {
  std::set<std::string> out;
  for (const OpCase& row : op_cases()) {
    if (row.shapes.empty()) continue;
    Tape<double> tape;
    std::vector<Var<double>> x;
    for (const Shape& shape : row.shapes[0]) {
      x.push_back(tape.variable(Array<double>::full(shape, (row.low + row.high) / 2)));
    }
    row.in_double(x);
    for (Id id = 0; id < tape.size(); ++id) {
      if (tape.node(id).operation) out.insert(tape.node(id).operation->name());
    }
  }
  return out;
}

// Assertions and samples (runs of a test case with a row) of the suites of the sweep.
struct Count : boost::unit_test::test_tree_visitor {
  unsigned long assertions = 0, samples = 0;
  void visit(const boost::unit_test::test_case& test) override {
    if (!test.full_name().starts_with("sweep")) return;
    const auto& results = boost::unit_test::results_collector.results(test.p_id);
    assertions += results.p_assertions_passed + results.p_assertions_failed;
    samples += results.p_assertions_passed + results.p_assertions_failed > 0;
  }
};

}  // namespace

void SweepSummary::compared(Index more) { numbers += more; }

SweepSummary::~SweepSummary() {
  Count count;
  boost::unit_test::traverse_test_tree(boost::unit_test::framework::master_test_suite(), count);
  std::cout << "sweep: " << ops().size() << " ops in " << op_cases().size() << " rows, "
            << count.samples << " samples, " << numbers << " numbers compared, " << count.assertions
            << " assertions" << std::endl;
}

}  // namespace engram::testing
