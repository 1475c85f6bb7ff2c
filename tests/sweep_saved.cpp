// What happens to what a tape has saved, for each row: an edit is refused, or cannot reach it.
#include <algorithm>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;

// An op on parameters, recorded.
struct Recorded {
  std::vector<Param<double>> params;
  Tape<double> tape;
  std::vector<V> x;
  V y, upstream;

  Recorded(const OpCase& row, const std::vector<Shape>& shapes) {
    Random random{3};
    for (const Shape& shape : shapes) {
      params.emplace_back(random.uniform<double>(shape, row.low, row.high));
    }
    for (const auto& param : params) x.push_back(tape.read(param));
    y = row.in_double(x);
    upstream = tape.constant(Random{5}.uniform<double>(y.shape(), 0.5, 2));
  }

  std::vector<Array<double>> gradients() {
    std::vector<Array<double>> out;
    if (!tape.node(y).needs_gradient) return out;
    const auto found = tape.backward(y, {.seed = upstream});
    for (const auto& param : params) {
      if (found.find(param)) out.push_back(found[param]);
    }
    return out;
  }
};

bool same(const std::vector<Array<double>>& a, const std::vector<Array<double>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& p, const auto& q) {
    return p.shape() == q.shape() && std::equal(p.begin(), p.end(), q.begin());
  });
}

const auto kRows = boost::unit_test::data::make(op_cases());

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_saved)

// The gradient of every parameter that was edited since the tape read it is refused; where an op
// has none for it, nothing of it is used.
BOOST_DATA_TEST_CASE(an_edited_parameter_is_noticed, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const auto expected = Recorded(row, shapes).gradients();
    for (std::size_t k = 0; k < shapes.size(); ++k) {
      if (shapes[k].size() == 0) continue;
      Recorded recorded(row, shapes);
      double* to = recorded.params[k].edit();
      std::for_each(to, to + shapes[k].size(), [](double& v) { v += 0.25; });
      try {
        BOOST_TEST(same(recorded.gradients(), expected), row.name << ": input " << k);
      } catch (const Error& error) {
        const std::string what = error.what();
        const bool says_why =
            what.find("was changed after the tape read it") != std::string::npos ||
            what.find("checkpoint") != std::string::npos;  // compares itself
        BOOST_TEST(says_why, what);
        BOOST_TEST(what.find("recorded at ") != std::string::npos);
      }
    }
  }
}

// Arrays that were handed out are values: what their owner does to them is not seen on the tape.
BOOST_DATA_TEST_CASE(an_array_that_was_handed_out_is_apart, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const auto expected = Recorded(row, shapes).gradients();
    Recorded recorded(row, shapes);
    std::vector<Array<double>> handed{recorded.y.value(), recorded.upstream.value()};
    for (const V& x : recorded.x) handed.push_back(x.value());
    for (Array<double>& array : handed) {
      double* to = array.edit();
      std::fill_n(to, array.size(), 1e300);
    }
    const auto once = recorded.gradients();
    BOOST_TEST(same(once, expected), row.name);
    BOOST_TEST(same(recorded.gradients(), once),
               row.name << ": a second pass");  // nothing is freed
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
