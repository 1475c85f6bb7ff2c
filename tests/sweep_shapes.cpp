// The sweep over shapes that no row lists: random ones for the ops that take any, and inputs that
// are parts of larger values for all.
#include <algorithm>
#include <array>
#include <cmath>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/loops/nest.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/slice.hpp"
#include "engram/ops/shapes/slice_kernels.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/sweep_summary.hpp"

namespace engram::testing {

namespace {

using Vars = std::vector<Var<double>>;

const auto kRows = boost::unit_test::data::make(op_cases());
constexpr int kRandomShapes = 12;
constexpr Index kLargest = 300;  // elements

// Up to four axes of 1, 2, 3 or 17, seldom one of 0.
Shape random_shape(Random& random) {
  constexpr std::array<Index, 12> kExtents{1, 1, 2, 2, 2, 3, 3, 3, 17, 17, 17, 0};
  Shape out;
  for (auto axes = random.below(5); axes > 0; --axes) {
    const Index extent = kExtents[random.below(kExtents.size())];
    if (out.size() * extent <= kLargest) out = out.inserted(out.rank(), extent);
  }
  return out;
}

// A shape that broadcasts to `whole`: leading axes are missing, others are 1.
Shape random_operand(const Shape& whole, Random& random) {
  const bool shorter = random.below(3) == 0;
  const auto missing = shorter ? random.below(static_cast<std::uint64_t>(whole.rank()) + 1) : 0;
  Shape out = whole.axes(static_cast<int>(missing), whole.rank());
  for (int k = 0; k < out.rank(); ++k) {
    if (random.below(3) == 0) out = out.with(k, 1);
  }
  return out;
}

// Where in an array of shape `from` the element `i` of what it is broadcast to is found.
Index source(const Shape& from, const Shape& to, Index i) {
  const Strides strides = broadcast_strides(from, to);
  Index out = 0;
  for (int k = to.rank() - 1; k >= 0; --k) {
    out += i % to[k] * strides[static_cast<std::size_t>(k)];
    i /= to[k];
  }
  return out;
}

// Value, gradients by the kernels and by the rules, and the gradient of <gradient, directions>.
Arrays everything(const OpCase& row, const Arrays& inputs, const Array<double>& upstream,
                  const Arrays& directions) {
  Tape<double> tape;
  Vars x;
  for (const auto& input : inputs) x.push_back(tape.variable(input));
  const Var<double> y = row.in_double(x), dy = tape.constant(upstream);
  const Vars recorded = tape.gradients(y, x, {.seed = dy, .record = true});
  Var<double> slope = tape.constant(Array<double>::scalar(0));
  for (std::size_t k = 0; k < x.size(); ++k) {
    slope = slope + sum(recorded[k] * tape.constant(directions[k]));
  }
  Arrays out{y.value()};
  for (const Vars& all :
       {tape.gradients(y, x, {.seed = dy}), tape.gradients(y, x, {.seed = dy, .rules_only = true}),
        tape.gradients(slope, x)}) {
    for (const Var<double>& v : all) out.push_back(v.value());
  }
  return out;
}

// x at [begin, ...) of an axis that has room for more, which is full of NaN: nobody may read it.
Array<double> amid_nan(const Array<double>& x, int axis, Index begin) {
  const Index extent = x.extent(axis);
  Array<double> out = Array<double>::full(x.shape().with(axis, begin + extent + 2), std::nan(""));
  kernels::copy_in({out.shape(), x.shape().axis(axis), begin, begin + extent}, x.data(),
                   out.edit());
  return out;
}

double worst(const Array<double>& got, const Array<double>& expected) {
  SweepSummary::compared(got.size());
  return relative_difference(got, expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_shapes, *boost::unit_test::fixture<SweepSummary>())

// An elementwise op of any shapes is the same op of single numbers, once for each element; the
// derivative by an input that is broadcast is the sum over the elements that read it.
BOOST_DATA_TEST_CASE(random_shapes_are_many_single_numbers, kRows, row) {
  if (row.takes == Takes::listed) return;
  Random random{11};
  for (int sample = 0; sample < kRandomShapes; ++sample) {
    const Shape whole = random_shape(random);
    Arrays inputs, directions;
    Shape shape;
    std::string label = row.name;
    for (std::size_t k = 0; k < row.shapes[0].size(); ++k) {
      const bool free = row.takes == Takes::broadcast;
      inputs.push_back(
          random.uniform<double>(free ? random_operand(whole, random) : whole, row.low, row.high));
      directions.push_back(random.uniform<double>(inputs.back().shape(), -1, 1));
      shape = broadcast(shape, inputs.back().shape());
      label += " " + inputs.back().shape().str();
    }
    const Array<double> upstream = random.uniform<double>(shape, 0.5, 2);
    const Arrays got = everything(row, inputs, upstream, directions);

    Arrays expected;
    for (const auto& array : got) expected.emplace_back(array.shape());
    BOOST_REQUIRE(got[0].shape() == shape);
    for (Index i = 0; i < shape.size(); ++i) {
      Arrays numbers, along;
      std::vector<Index> at{i};
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        at.push_back(source(inputs[k].shape(), shape, i));
        numbers.push_back(Array<double>::scalar(inputs[k][at.back()]));
        along.push_back(Array<double>::scalar(directions[k][at.back()]));
      }
      const Arrays one = everything(row, numbers, Array<double>::scalar(upstream[i]), along);
      for (std::size_t k = 0; k < one.size(); ++k) {
        const std::size_t of = k == 0 ? 0 : 1 + (k - 1) % inputs.size();
        expected[k].edit()[at[of]] += one[k].item();
      }
    }
    for (std::size_t k = 0; k < got.size(); ++k) {
      BOOST_TEST(worst(got[k], expected[k]) <= (k == 0 ? 1e-15 : 1e-12), label << " result " << k);
    }
  }
}

// Inputs that are cut out of larger values, along the first axis or the last, give the same value
// and the same derivatives as dense ones, in place, with zeros around them.
BOOST_DATA_TEST_CASE(parts_of_larger_values_are_as_dense_ones, kRows, row) {
  int parts = 0;
  for (const auto& shapes : row.shapes) {
    Random random{13};
    Arrays inputs;
    for (const Shape& shape : shapes) {
      inputs.push_back(random.uniform<double>(shape, row.low, row.high));
    }
    for (const int axis : {0, -1}) {
      for (const bool rules_only : {false, true}) {
        Tape<double> tape;
        Vars dense, large, cut;
        for (const auto& input : inputs) {
          const auto begin = static_cast<Index>(large.size()) + 1;
          dense.push_back(tape.variable(input));
          if (input.rank() == 0) {
            large.push_back(dense.back());
            cut.push_back(dense.back());
            continue;
          }
          const Index extent = input.extent(axis);
          large.push_back(tape.variable(amid_nan(input, axis, begin)));
          cut.push_back(slice(large.back(), axis, begin, begin + extent));
          parts += tape.strided(cut.back()).is_strided();
        }
        const Var<double> expected = row.in_double(dense), got = row.in_double(cut);
        BOOST_TEST(worst(got.value(), expected.value()) <= 1e-15, row.name << " along " << axis);
        const auto dy = tape.constant(random.uniform<double>(got.shape(), 0.5, 2));
        const Vars of_dense = tape.gradients(expected, dense, {.seed = dy});
        const Vars of_large = tape.gradients(got, large, {.seed = dy, .rules_only = rules_only});
        for (std::size_t k = 0; k < large.size(); ++k) {
          Var<double> around = of_dense[k];
          if (around.rank() > 0) {
            around = pad_to(around, axis, static_cast<Index>(k) + 1, large[k].extent(axis));
          }
          BOOST_TEST(worst(of_large[k].value(), around.value()) <= 1e-13,
                     row.name << " of " << shapes[k] << " along " << axis << ", input " << k);
        }
      }
    }
  }
  if (row.takes == Takes::broadcast) {
    BOOST_TEST(parts > 0, row.name << ": no input had runs that lie apart");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
