// Bad shapes: each row's are refused, and there is one for each input of each op.
#include <algorithm>
#include <map>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

bool takes(const OpCase& row, const std::vector<Shape>& shapes) {
  Tape<double> tape;
  std::vector<Var<double>> x;
  for (const auto& input : draw(row, shapes)) x.push_back(tape.variable(input));
  try {
    row.in_double(x);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Whether another shape for input k makes a refused case a good one: then k was at fault.
bool is_at_fault(const OpCase& row, std::vector<Shape> bad, std::size_t k,
                 const std::vector<Shape>& others) {
  return std::any_of(others.begin(), others.end(), [&](const Shape& other) {
    bad[k] = other;
    return takes(row, bad);
  });
}

// What is known of an op from all its rows.
struct Inputs {
  std::vector<bool> tried;            // by input: whether a bad one is refused
  std::vector<Shape> shapes;          // all that an input has somewhere
  std::size_t alone = 0, anyhow = 0;  // how many there are
  bool takes_any_shape = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_refusals)

BOOST_DATA_TEST_CASE(bad_shapes_are_refused, boost::unit_test::data::make(op_cases()), row) {
  for (const BadShapes& bad : row.bad) {
    Tape<double> tape;
    std::vector<Var<double>> x;
    for (const Shape& shape : bad.inputs) x.push_back(tape.variable(Array<double>(shape)));
    BOOST_CHECK_EXCEPTION(row.in_double(x), Error, [&](const Error& error) {
      const std::string what = error.what();
      BOOST_TEST_MESSAGE(what);
      return what.find(bad.text) != std::string::npos &&
             what.find("recorded at ") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(every_input_of_every_op_has_a_bad_one) {
  std::map<std::string, Inputs> ops;
  for (const OpCase& row : op_cases()) {
    Inputs& inputs = ops[row.file];
    inputs.takes_any_shape |= row.takes == Takes::any_shape;
    // A row that begins with the file's name is the op by itself. Where several ops share a file,
    // every row is one; else the others may be compositions.
    const std::size_t count = row.shapes.empty() ? 0 : row.shapes[0].size();
    std::size_t& most = row.name.starts_with(row.file) ? inputs.alone : inputs.anyhow;
    most = std::max(most, count);
    for (const auto& shapes : row.shapes) {
      inputs.shapes.insert(inputs.shapes.end(), shapes.begin(), shapes.end());
    }
  }
  for (const OpCase& row : op_cases()) {
    Inputs& inputs = ops[row.file];
    inputs.tried.resize(inputs.alone > 0 ? inputs.alone : inputs.anyhow);
    for (const BadShapes& bad : row.bad) {
      for (std::size_t k = 0; k < bad.inputs.size() && k < inputs.tried.size(); ++k) {
        inputs.tried[k] = inputs.tried[k] || is_at_fault(row, bad.inputs, k, inputs.shapes);
      }
    }
  }
  for (const auto& [file, inputs] : ops) {
    for (std::size_t k = 0; k < inputs.tried.size(); ++k) {
      BOOST_TEST((inputs.tried[k] || inputs.takes_any_shape),
                 "no row of ops/" << file << ".hpp has a bad shape for input " << k);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
