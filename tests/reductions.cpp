// Reductions where it is hard to be right: zeros, ties, infinities, NaN, equal values.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/gradcheck.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using A = Array<double>;
using V = Var<double>;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Whether an array holds these values; NaN is equal to NaN.
template <class T>
bool holds(const Array<T>& a, std::initializer_list<std::type_identity_t<T>> values) {
  return std::equal(a.begin(), a.end(), values.begin(), values.end(), [](T x, T y) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(x)) return std::isnan(y);
    }
    return x == y;
  });
}

struct Line {
  explicit Line(std::initializer_list<double> values)
      : x(tape.variable(A({static_cast<Index>(values.size())}, values))) {}
  // The gradient of sum(y).
  A gradient(const V& y) { return grad(sum(y), {x})[0].value(); }

  Tape<double> tape;
  V x;
};

bool all_finite(const A& a) {
  return std::all_of(a.begin(), a.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reductions)

// No factor can be divided out of these.
BOOST_AUTO_TEST_CASE(products_of_zeros_have_derivatives_of_any_order) {
  for (const A& x : {A({3}, {0, 2, 3}), A({4}, {0, 2, 0, 3}), A({5}, {0, 0, 0, 2, -1}),
                     A({2, 3}, {0, 0, 1, 2, 0, 0})}) {
    for (const Axes& axes : {Axes{}, Axes{-1}}) {
      const auto product = [&](auto in) { return prod(in[0], axes); };
      BOOST_TEST(gradcheck(product, {x}).failure == "");
      const auto scan = [](auto in) { return cumprod(in[0], -1); };
      BOOST_TEST(gradcheck(scan, {x}).failure == "");
    }
  }
  // d³(x y z) / dx dy dz = 1, at 0.
  for (const bool scan : {false, true}) {
    Line line{0, 0, 0};
    V d = scan ? select(cumprod(line.x, 0), 0, 2) : prod(line.x);
    for (const Index k : {0, 1, 2}) {
      BOOST_TEST(d.item() == 0);
      d = select(grad(d, {line.x})[0], 0, k);
    }
    BOOST_TEST(d.item() == 1);
  }
}

BOOST_AUTO_TEST_CASE(products_of_anything) {
  Tape<double> tape;
  BOOST_TEST(holds(prod(tape.variable(A({2, 0})), {1}).value(), {1, 1}));
  BOOST_TEST(prod(tape.variable(A({2, 0})), {0, 1}, true).shape() == Shape({1, 1}));
  BOOST_TEST(holds(prod(tape.variable(A({3}, {2, kNan, 0}))).value(), {kNan}));
  BOOST_TEST(holds(prod(tape.variable(A({2}, {-kInf, 2}))).value(), {-kInf}));
  BOOST_TEST(prod(tape.variable(A::scalar(5))).item() == 5);
  const A x = Random{1}.uniform<double>({3, 4, 5}, 0.5, 1.5);
  const A y = prod(tape.variable(x), {0, 2}).value();
  std::vector<double> expected(4, 1.0);
  std::size_t at = 0;
  for (const double v : x) expected[at++ / 5 % 4] *= v;
  for (Index j = 0; j < 4; ++j) {
    BOOST_TEST(std::abs(y[j] - expected[static_cast<std::size_t>(j)]) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(the_smallest_and_where) {
  Line line{3, 1, 2, 1};
  BOOST_TEST(min(line.x).item() == 1);
  BOOST_TEST(holds(line.gradient(min(line.x)), {0, 0.5, 0, 0.5}));
  BOOST_TEST(holds(argmin(line.x), {1}));
  BOOST_TEST(holds(argmax(Line{1, 3, kInf, kInf}.x), {2}));
  BOOST_TEST(holds(argmax(Line{-kInf, -kInf}.x), {0}));
  Line with_nan{1, kNan, kInf, kNan, -kInf};
  BOOST_TEST(holds(argmax(with_nan.x), {1}));
  BOOST_TEST(holds(argmin(with_nan.x), {1}));
  BOOST_TEST(holds(min(with_nan.x).value(), {kNan}));
  BOOST_TEST(holds(max(with_nan.x).value(), {kNan}));
}

BOOST_AUTO_TEST_CASE(where_the_largest_is_along_any_axis) {
  Tape<double> tape;
  A x({3, 4, 5});
  Random random{2};
  for (Index i = 0; i < x.size(); ++i)
    x.edit()[i] = std::floor(random.uniform<double>({}, 0, 4).item());
  for (const int axis : {0, 1, 2}) {
    const Shape& shape = x.shape();
    const Index n = shape[axis], inner = shape.axes(axis + 1, 3).size();
    const Indices most = argmax(tape.variable(x), axis), least = argmin(tape.variable(x), axis - 3);
    BOOST_TEST(most.shape() == shape.without(axis));
    for (Index i = 0; i < most.size(); ++i) {
      std::vector<double> line;
      for (Index k = 0; k < n; ++k) line.push_back(x[(i / inner * n + k) * inner + i % inner]);
      BOOST_TEST(most[i] == std::max_element(line.begin(), line.end()) - line.begin());
      BOOST_TEST(least[i] == std::min_element(line.begin(), line.end()) - line.begin());
    }
  }
}

// A kink: of the subgradients, 0, in derivatives of any order.
BOOST_AUTO_TEST_CASE(norms_at_zero) {
  for (const double p : {1.0, 2.0, kInf}) {
    Line line{0, 0, 0};
    const V y = norm(line.x, {}, false, p), dx = grad(y, {line.x})[0];
    BOOST_TEST(y.item() == 0);
    BOOST_TEST(holds(dx.value(), {0, 0, 0}), "p " << p);
    BOOST_TEST(holds(line.gradient(dx * dx), {0, 0, 0}), "p " << p);
    BOOST_TEST(holds(line.gradient(norm(line.x, {}, false, p)), {0, 0, 0}));
  }
  Line rows{3, 4, 0, 0};
  const V y = norm(reshape(rows.x, {2, 2}), {1});
  BOOST_TEST(holds(y.value(), {5, 0}));
  const A kernel = rows.tape.gradients(sum(y), std::vector{rows.x})[0].value();
  const A expected({4}, {0.6, 0.8, 0, 0}), rule = rows.gradient(y);
  for (Index i = 0; i < 4; ++i) {
    BOOST_TEST(std::abs(kernel[i] - expected[i]) < 1e-15);
    BOOST_TEST(std::abs(rule[i] - expected[i]) < 1e-15);
  }
  BOOST_TEST(holds(norm(Line{1, kNan}.x).value(), {kNan}));
  BOOST_TEST(norm(Line{1, -kInf}.x).item() == kInf);
  BOOST_TEST(norm(Line({}).x).item() == 0);
}

BOOST_AUTO_TEST_CASE(spread_of_equal_values) {
  Line line{2, 2, 2};
  BOOST_TEST(variance(line.x).item() == 0);
  BOOST_TEST(standard_deviation(line.x).item() == 0);
  BOOST_TEST(holds(line.gradient(standard_deviation(line.x)), {0, 0, 0}));
  // The mean is taken off first: squares of large numbers would lose all digits.
  Tape<float> tape;
  const Var<float> far = tape.variable(Array<float>({4}, {30000, 30001, 30002, 30003}));
  BOOST_TEST(std::abs(variance(far).item() - 5.0F / 3) < 1e-5F);
  BOOST_TEST(std::abs(variance(far, {}, false, 0).item() - 1.25F) < 1e-5F);
}

BOOST_AUTO_TEST_CASE(truth) {
  Tape<double> tape;
  const V x = tape.variable(A({4, 2}, {0, 0, 0, 3, kNan, 0, 1, -1}));
  BOOST_TEST(holds(any(x, {1}).value(), {0, 1, 1, 1}));
  BOOST_TEST(holds(all(x, {1}).value(), {0, 0, 0, 1}));
  BOOST_TEST(any(x).item() == 1);
  BOOST_TEST(all(x).item() == 0);
  BOOST_TEST(holds(any(x, {0}, true).value(), {1, 1}));
  const V none = tape.variable(A({2, 0}));
  BOOST_TEST(holds(any(none, {1}).value(), {0, 0}));
  BOOST_TEST(holds(all(none, {1}).value(), {1, 1}));
  const A zeros = grad(sum(any(x) + all(x)), {x})[0].value();
  BOOST_TEST(std::all_of(zeros.begin(), zeros.end(), [](double v) { return v == 0; }));
}

BOOST_AUTO_TEST_CASE(sums_of_exponentials_do_not_overflow) {
  Line line{-kInf, -kInf, 1000, 999, -kInf, 1001, -1000};
  const V y = logcumsumexp(line.x, 0);
  for (Index t = 0; t < line.x.size(); ++t) {
    const double whole = logsumexp(slice(line.x, 0, 0, t + 1)).item(), step = y.value()[t];
    BOOST_TEST((whole == step || std::abs(whole - step) < 1e-12));
  }
  const V dx = grad(sum(slice(y, 0, 2, 7)), {line.x})[0];
  BOOST_TEST(all_finite(dx.value()));
  BOOST_TEST(dx.value()[0] == 0);  // a term of 0
  BOOST_TEST(std::abs(sum(dx).item() - 5) < 1e-12);
  BOOST_TEST(all_finite(line.gradient(dx * dx)));
  BOOST_TEST(holds(logcumsumexp(Line{1, kNan, 2}.x, 0).value(), {1, kNan, kNan}));
  BOOST_TEST(holds(logcumsumexp(Line{kInf, kInf}.x, 0).value(), {kInf, kInf}));
  const auto large = [](auto in) { return logcumsumexp(in[0] + 900, 0); };
  BOOST_TEST(gradcheck(large, {A({4}, {1, 3, 2, 2})}).failure == "");
}

BOOST_AUTO_TEST_CASE(a_recurrence_is_its_loop) {
  Tape<double> tape;
  const A a = Random{3}.uniform<double>({2, 6, 3}, -1, 1),
          b = Random{4}.uniform<double>({2, 6, 3}, -1, 1);
  for (const bool reverse : {false, true}) {
    const A h = linear_recurrence(tape.variable(a), tape.variable(b), 1, reverse).value();
    for (Index o = 0; o < 2; ++o) {
      for (Index k = 0; k < 3; ++k) {
        double state = 0;
        for (Index step = 0; step < 6; ++step) {
          const Index t = reverse ? 5 - step : step, at = (o * 6 + t) * 3 + k;
          state = a[at] * state + b[at];
          BOOST_TEST(std::abs(h[at] - state) < 1e-14);
        }
      }
    }
  }
  // The first coefficient meets no state: not even NaN has an influence.
  Line line{kNan, 2, 3};
  const V h = linear_recurrence(line.x, line.tape.constant(A({3}, {1, 1, 1})), 0);
  BOOST_TEST(holds(h.value(), {1, 3, 10}));
  BOOST_TEST(holds(line.gradient(h), {0, 4, 3}));
}

BOOST_AUTO_TEST_CASE(cumulative_sums_and_products) {
  Line line{1, 2, kInf, 4};
  BOOST_TEST(holds(cumsum(line.x, 0).value(), {1, 3, kInf, kInf}));
  BOOST_TEST(holds(cumsum(line.x, 0, {.reverse = true}).value(), {kInf, kInf, kInf, 4}));
  BOOST_TEST(holds(line.gradient(cumsum(line.x, 0)), {4, 3, 2, 1}));
  BOOST_TEST(holds(cumprod(Line{2, 3, 0, kNan}.x, 0).value(), {2, 6, 0, kNan}));
}

BOOST_AUTO_TEST_CASE(sorting_keeps_equal_values_in_order_and_nan_last) {
  Line line{2, kNan, 1, 2, -kInf, 1, kNan, kInf};
  const auto up = sort(line.x), down = sort(line.x, 0, true);
  BOOST_TEST(holds(up.values.value(), {-kInf, 1, 1, 2, 2, kInf, kNan, kNan}));
  BOOST_TEST(holds(up.indices, {4, 2, 5, 0, 3, 7, 1, 6}));
  BOOST_TEST(holds(down.values.value(), {kNan, kNan, kInf, 2, 2, 1, 1, -kInf}));
  BOOST_TEST(holds(down.indices, {1, 6, 7, 0, 3, 2, 5, 4}));
  const V weights = line.tape.constant(A({8}, {1, 2, 3, 4, 5, 6, 7, 8}));
  BOOST_TEST(holds(line.gradient(up.values * weights), {4, 7, 2, 5, 1, 3, 8, 6}));

  BOOST_TEST(holds(topk(line.x, 4).indices, {1, 6, 7, 0}));
  BOOST_TEST(holds(topk(line.x, 4, 0, false).indices, {4, 2, 5, 0}));
  BOOST_TEST(topk(line.x, 0).values.shape() == Shape({0}));
}

BOOST_AUTO_TEST_CASE(sorting_along_any_axis) {
  Tape<double> tape;
  A x({4, 30, 3});
  Random random{5};
  for (Index i = 0; i < x.size(); ++i)
    x.edit()[i] = std::floor(random.uniform<double>({}, 0, 9).item());
  for (const bool descending : {false, true}) {
    const auto got = sort(tape.variable(x), 1, descending);
    const auto few = topk(tape.variable(x), 7, 1, descending);
    const A values = got.values.value(), best = few.values.value();
    for (Index i = 0; i < 12; ++i) {
      const auto place = [&](Index k, Index n) { return (i / 3 * n + k) * 3 + i % 3; };
      std::vector<std::int32_t> order(30);
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        const double u = x[place(a, 30)], v = x[place(b, 30)];
        return descending ? u > v : u < v;
      });
      for (Index k = 0; k < 30; ++k) {
        const std::int32_t from = order[static_cast<std::size_t>(k)];
        BOOST_TEST(got.indices[place(k, 30)] == from);
        BOOST_TEST(values[place(k, 30)] == x[place(from, 30)]);
        if (k >= 7) continue;
        BOOST_TEST(few.indices[place(k, 7)] == from);
        BOOST_TEST(best[place(k, 7)] == x[place(from, 30)]);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
