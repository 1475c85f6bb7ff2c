// Rows of a batch without influence on others have none when they are cut off afterwards.
#include <algorithm>
#include <optional>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/ops/shapes/slice.hpp"
#include "engram/tests/no_influence.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

const auto kRows = boost::unit_test::data::make(op_cases());

// Ops whose derivatives are products with all they are given, 0 times NaN too, or of functions of
// the user's.
bool multiplies(const OpCase& row) {
  static const std::set<std::string> files{"matmul",
                                           "dot",
                                           "einsum",
                                           "convolution",
                                           "transposed_convolution",
                                           "attention",
                                           "affine_cross_entropy",
                                           "adaptive_cross_entropy",
                                           "sampled_cross_entropy",
                                           "solve",
                                           "cholesky",
                                           "determinant",
                                           "custom_gradient",
                                           "checkpoint"};
  static const std::set<std::string> recurrent{// rows of `memory_rows`
                                               "steps of a sequence",
                                               "steps, some left out",
                                               "a step used twice",
                                               "a step taken twice",
                                               "a sequence used beside its steps",
                                               "steps read side by side",
                                               "sums passed on"};
  return files.contains(row.file) || recurrent.contains(row.name);
}

// Whether input k has the elements of y's last index along axis 0.
bool goes_along(const Shape& input, const Shape& y) {
  return input.rank() > 0 && input[0] == y[0] && input.size() > 0;
}

// The row with the last index along axis 0 of its result cut off, and of those inputs without which
// the rest is the same to the bit; nothing when there are none.
std::optional<NoInfluence> cut_off(const OpCase& row, const std::vector<Shape>& shapes) {
  const Arrays inputs = draw(row, shapes);
  const auto value = [&](const Arrays& at) {
    Tape<double> tape;
    std::vector<Var<double>> x;
    for (const auto& input : at) x.push_back(tape.constant(input));
    return row.in_double(x).value();
  };
  const Array<double> y = value(inputs);
  if (y.rank() == 0 || y.extent(0) < 2 || y.size() == 0) return {};
  const Index rest = y.size() - y.size() / y.extent(0);
  std::set<std::size_t> without;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!goes_along(inputs[k].shape(), y.shape())) continue;
    Arrays changed = inputs;
    double* to = changed[k].edit();
    for (Index i = inputs[k].size() - inputs[k].size() / inputs[k].extent(0); i < inputs[k].size();
         ++i) {
      to[i] = 0.75 * to[i] + 0.1;
    }
    try {
      const Array<double> other = value(changed);
      if (other.shape() == y.shape() && std::equal(y.begin(), y.begin() + rest, other.begin())) {
        without.insert(k);
      }
    } catch (const Error&) {  // the numbers are refused
    }
  }
  if (without.empty()) return {};
  NoInfluence out{row.name, "cut off", row, [=](std::size_t k, Index i) {
                    return without.contains(k) &&
                           i >= shapes[k].size() - shapes[k].size() / shapes[k][0];
                  }};
  const auto cut = [](const auto& f) {
    return [f](const auto& x) {
      const auto all = f(x);
      return slice(all, 0, 0, all.extent(0) - 1);
    };
  };
  out.call.in_double = cut(row.in_double);
  out.call.in_float = cut(row.in_float);
  out.call.shapes = {shapes};
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_influence_rows)

// A row of a batch that is NaN and is cut off afterwards, by whoever knows that it does not count.
BOOST_DATA_TEST_CASE(leave_no_trace, kRows, row) {
  if (multiplies(row)) return;
  for (const auto& shapes : row.shapes) {
    const auto entry = cut_off(row, shapes);
    if (entry) check(*entry);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
