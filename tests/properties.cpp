// What holds of an op whatever the numbers, in float: which rows have a property is found out in
// double, so that a new op is held to those that it has.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/float_lane/measure.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/sweep_summary.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

const auto kRows = boost::unit_test::data::make(op_cases());

template <class T>
Array<T> value(const OpFunction<T>& f, const Arrays& inputs) {
  Tape<T> tape;
  std::vector<Var<T>> x;
  for (const auto& input : inputs) x.push_back(tape.constant(cast<T>(input)));
  return f(x).value();
}

Arrays mapped(const Arrays& inputs, const auto& f) {
  Arrays out = inputs;
  for (auto& x : out) {
    double* to = x.edit();
    for (Index i = 0; i < x.size(); ++i) to[i] = f(to[i]);
  }
  return out;
}

double largest(const auto& x) {
  double out = 0;
  for (const double v : x) out = std::max(out, std::abs(v));
  return out;
}

// The worst |a - b scale| as a part of the largest |a|; none when the shapes differ.
double apart(const auto& a, const auto& b, double scale) {
  if (a.shape() != b.shape()) return INFINITY;
  double out = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - scale * b[i]);
    out = std::isnan(d) ? INFINITY : std::max(out, d);
  }
  return out == 0 ? 0 : out / std::max(largest(a), 1e-300);
}

// Numbers with few digits, so that sums with others are exact.
Arrays short_numbers(const OpCase& row, const std::vector<Shape>& shapes) {
  return mapped(draw(row, shapes), [](double v) { return std::round(v * 256) / 256; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(properties, *boost::unit_test::fixture<SweepSummary>())

// f(s x) = s^d f(x): of powers of two, to the last bit.
BOOST_DATA_TEST_CASE(scale, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays x = draw(row, shapes);
    const auto times = [&](double s) { return mapped(x, [s](double v) { return s * v; }); };
    const Array<double> at = value<double>(row.in_double, x);
    if (at.size() == 0) continue;
    for (const double degree : {0.0, 1.0, 2.0}) {
      const auto holds = [&](double s) {
        try {
          return apart(value<double>(row.in_double, times(s)), at, std::pow(s, degree)) < 1e-14;
        } catch (const Error&) {
          return false;
        }
      };
      if (largest(at) == 0 || !holds(1024) || !holds(1.0 / 64) || !holds(3)) continue;
      const Array<float> y = value<float>(row.in_float, x);
      for (const double s : {0x1p20, 0x1p-20, 0x1p50, 0x1p-50}) {
        if (!holds(s)) continue;  // an epsilon sees it
        const double worst = apart(value<float>(row.in_float, times(s)), y, std::pow(s, degree));
        BOOST_TEST(worst == 0, row.name << " " << label(shapes) << "times " << s << ", of degree "
                                        << degree << ": " << worst);
        SweepSummary::compared(y.size());
      }
    }
  }
}

// f(x + c) = f(x), or f(x) + c, for numbers whose sums with c are exact, where that is promised.
BOOST_DATA_TEST_CASE(shift, kRows, row) {
  const auto promised = accuracy_of(row);
  if (!promised ||
      (promised->value.of != Of::differences && promised->value.of != Of::differences_and_one)) {
    return;
  }
  for (const auto& shapes : row.shapes) {
    const Arrays x = short_numbers(row, shapes);
    for (std::size_t only = 0; only <= x.size(); ++only) {  // one input, or all of them
      if (only == x.size() && x.size() == 1) continue;
      const auto plus = [&](double c) {
        Arrays out = x;
        for (std::size_t k = 0; k < x.size(); ++k) {
          if (only < x.size() && k != only) continue;
          out[k] = mapped({x[k]}, [c](double v) { return v + c; })[0];
        }
        return out;
      };
      if (only < x.size() && x[only].size() == 0) continue;
      for (const double slope : {0.0, 1.0}) {
        const auto error = [&](const auto& f, double c) -> std::optional<double> {
          try {
            const auto before = f(x);
            auto after = f(plus(c));
            if (before.size() == 0) return {};
            double worst = 0;
            for (Index i = 0; i < before.size(); ++i) {
              const double wanted = before[i] + slope * c;
              const double d = std::abs(after[i] - wanted) / std::max(std::abs(wanted), 1.0);
              worst = std::isnan(d) ? INFINITY : std::max(worst, d);
            }
            return worst;
          } catch (const Error&) {
            return {};
          }
        };
        const auto in_double = [&](const Arrays& v) { return value<double>(row.in_double, v); };
        const auto in_float = [&](const Arrays& v) { return value<float>(row.in_float, v); };
        const auto holds = [&](double c) { return error(in_double, c).value_or(1) < 1e-12; };
        if (!holds(64) || !holds(-128) || !holds(3)) continue;
        for (const double c : {64.0, 1024.0, -4096.0}) {
          const double worst = error(in_float, c).value_or(INFINITY);
          BOOST_TEST(worst <= 8 * kEpsilon, row.name << " " << label(shapes) << "plus " << c
                                                     << " in input " << only << ": "
                                                     << worst / kEpsilon << " epsilon");
          SweepSummary::compared(1);
        }
      }
    }
  }
}

// <u, J v> is <Jᵀ u, v>, to what rounding the terms of both does.
BOOST_DATA_TEST_CASE(duality, kRows, row) {
  for (const auto& shapes : row.shapes) {
    Tape<float> tape;
    std::vector<Var<float>> x, v;
    Random random{9};
    for (const auto& input : draw(row, shapes)) {
      x.push_back(tape.variable(cast<float>(input)));
      v.push_back(tape.constant(random.uniform<float>(input.shape(), -1, 1)));
    }
    const Var<float> y = row.in_float(x);
    const Var<float> u = tape.constant(random.uniform<float>(y.shape(), 0.5, 2));
    double total = 0, size = 0;
    const auto add = [&](const Array<float>& a, const Array<float>& b, double sign) {
      for (Index i = 0; i < a.size(); ++i) {
        const double term = static_cast<double>(a[i]) * b[i];
        total += sign * term;
        size += std::abs(term);
      }
    };
    add(u.value(), jvp(y, x, v).value(), 1);
    const auto g = tape.gradients(y, x, {.seed = u});
    for (std::size_t k = 0; k < x.size(); ++k) add(g[k].value(), v[k].value(), -1);
    BOOST_TEST(std::abs(total) <= 16 * kEpsilon * size,
               row.name << " " << label(shapes) << std::abs(total) / size / kEpsilon << " epsilon");
    SweepSummary::compared(1);
  }
}

namespace {

// The sum over the last axis of a [.., n] array, row by row.
std::vector<double> row_sums(const Array<float>& x) {
  const Index n = x.extent(-1);
  std::vector<double> out;
  for (Index i = 0; i < x.size(); i += n) {
    out.push_back(std::accumulate(x.data() + i, x.data() + i + n, 0.0));
  }
  return out;
}

bool within(const Array<float>& x, float low, float high) {
  return std::all_of(x.begin(), x.end(), [=](float v) { return low <= v && v <= high; });
}

const std::vector<float> kScales{0, 1e-30f, 1e-3f, 1, 10, 100, 1e4f, 1e8f, 1e20f, 3e38f};
const auto kSizes = boost::unit_test::data::make({1, 2, 3, 17, 1000, 100'000});

}  // namespace

BOOST_DATA_TEST_CASE(bounds, kSizes, n) {
  for (const float scale : kScales) {
    Tape<float> tape;
    const Var<float> x = tape.constant(
        scale == 0 ? Array<float>({std::max<Index>(1000 / n, 1), n})
                   : Random{8}.uniform<float>({std::max<Index>(1000 / n, 1), n}, -scale, scale));
    const Array<float> p = softmax(x).value();
    BOOST_TEST(within(p, 0, 1), scale);
    for (const double sum : row_sums(p)) BOOST_TEST(std::abs(sum - 1) <= 2 * kEpsilon, scale);
    BOOST_TEST(within(log_softmax(x).value(), -INFINITY, 0), scale);
    BOOST_TEST(within(sigmoid(x).value(), 0, 1), scale);
    BOOST_TEST(within(tanh(x).value(), -1, 1), scale);
    BOOST_TEST(within(erf(x).value(), -1, 1), scale);
    BOOST_TEST(within(softsign(x).value(), -1, 1), scale);
    if (scale >= 1e-3f && scale <= 1e20f) {  // not below eps, nor where a norm is beyond float
      BOOST_TEST(within(cosine_similarity(x, x).value(), 0.9999f, 1), scale);
      BOOST_TEST(within(cosine_similarity(x, -x).value(), -1, -0.9999f), scale);
      BOOST_TEST(
          within(cosine_loss(x, x, tape.constant(Array<float>::scalar(1))).value(), 0, 1e-6f));
    }
    if (scale < 3e38f) {  // differences are in float's range
      BOOST_TEST(within(variance(x, {-1}, false, 0).value(), 0, INFINITY), scale);
    }
    const Var<float> loss = cross_entropy(x, Indices(x.shape().without(1)));
    BOOST_TEST(loss.item() >= 0, scale);
  }
}

// In another order, the same numbers.
BOOST_AUTO_TEST_CASE(permutation) {
  for (const Index n : {5, 1000, 100'000}) {
    Tape<float> tape;
    const Var<float> x = tape.constant(Random{8}.uniform<float>({n}, -3, 3));
    const Var<float> sorted = sort(x).values, reversed = flip(sorted);
    const auto same = [&](auto f, double most) {
      const double a = f(x), b = f(sorted), c = f(reversed);
      BOOST_TEST(std::abs(a - b) <= most, n << ": " << a << ' ' << b);
      BOOST_TEST(std::abs(a - c) <= most, n << ": " << a << ' ' << c);
    };
    const double size = norm(x, {}, false, 1).item();
    same([](auto v) { return sum(v).item(); }, 1e-9 * size + kEpsilon * std::abs(sum(x).item()));
    same([](auto v) { return norm(v).item(); }, kEpsilon * norm(x).item());
    same([](auto v) { return logsumexp(v).item(); }, 2 * kEpsilon * logsumexp(x).item());
    same([](auto v) { return variance(v).item(); }, 2 * kEpsilon * variance(x).item());
    same([](auto v) { return sum(softmax(v)).item(); }, kEpsilon);
    same([](auto v) { return max(softmax(v)).item(); }, 2 * kEpsilon * max(softmax(x)).item());
  }
}

// What sequences drawn from the model do at each step, they do with probability 1.
BOOST_DATA_TEST_CASE(posteriors_add_up_at_every_step,
                     boost::unit_test::data::make({1.f, 30.f, 1000.f}), scale) {
  constexpr Index steps = 1500, tags = 3;
  Random random{2};
  Tape<float> tape;
  const auto draw = [&](const Shape& shape) {
    return tape.variable(scale == 0 ? Array<float>(shape)
                                    : random.uniform<float>(shape, -scale, scale));
  };
  const Var<float> x = draw({steps, 1, tags}), pairs = draw({tags, tags}), ends = draw({tags});
  const Indices length({1}, {steps});
  Indices path(Shape{steps, 1});
  for (Index t = 0; t < steps; ++t) path.edit()[t] = static_cast<std::int32_t>(t * t % tags);
  const Var<float> crf = crf_log_likelihood(x, pairs, ends, ends, path, length);
  const Var<float> ctc =
      ctc_loss(log_softmax(x), Indices({1, 3}, {1, 2, 1}), length, Indices({1}, {3}));
  const Var<float> one = tape.constant(Array<float>({1}, {1}));
  for (const BackwardOptions<float>& how : {BackwardOptions<float>{.seed = one},
                                            BackwardOptions<float>{.seed = one, .rules_only = true},
                                            BackwardOptions<float>{.seed = one, .record = true}}) {
    // The tag that is there less the posteriors: 0 in all. Log-probabilities: the same.
    for (const Var<float>& y : {crf, ctc}) {
      const auto sums = row_sums(tape.gradients(y, std::vector{x}, how)[0].value());
      double worst = 0;
      for (const double s : sums) worst = std::isnan(s) ? INFINITY : std::max(worst, std::abs(s));
      // A rule is made of operations in float, a step after a step.
      const double most = how.record || how.rules_only ? 8.0 + static_cast<double>(steps) : 8;
      BOOST_TEST(worst <= most * kEpsilon, (y.id() == crf.id() ? "crf" : "ctc"));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
