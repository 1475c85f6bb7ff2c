// What holds of an op whatever the numbers, in float: which rows have a property is found out in
// double, so that a new op is held to those that it has.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
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

// f(a + b) = f(a) + f(b) - f(0) in each input alone, to what rounding the terms does; of numbers
// whose sums are exact.
BOOST_DATA_TEST_CASE(linearity, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays x = short_numbers(row, shapes);
    for (std::size_t k = 0; k < x.size(); ++k) {
      Arrays a = x, b = x, both = x, none = x;
      a[k] = mapped({x[k]}, [](double v) { return std::round(128 * v) / 256; })[0];
      none[k] = Array<double>(x[k].shape());
      for (Index i = 0; i < x[k].size(); ++i) b[k].edit()[i] -= a[k][i];
      const auto error = [&](const auto& f) -> std::optional<double> {
        try {
          const auto at = f(both), one = f(a), other = f(b), zero = f(none);
          for (const auto* of : {&one, &other, &zero}) {
            if (of->shape() != at.shape()) return {};  // as many results as the values say
          }
          const double size = largest(at) + largest(one) + largest(other) + largest(zero);
          double worst = 0;
          for (Index i = 0; i < at.size(); ++i) {
            const double sum = static_cast<double>(one[i]) + other[i] - zero[i];
            worst = std::max(worst, std::isfinite(sum) ? std::abs(at[i] - sum) : INFINITY);
          }
          return size == 0 ? 0 : worst / size;
        } catch (const Error&) {
          return {};
        }
      };
      const auto in_double =
          error([&](const Arrays& v) { return value<double>(row.in_double, v); });
      if (!in_double || !(*in_double <= 1e-14)) continue;
      const auto in_float = error([&](const Arrays& v) { return value<float>(row.in_float, v); });
      BOOST_TEST(in_float.value_or(INFINITY) <= 4 * kEpsilon,
                 row.name << " " << label(shapes) << "in input " << k << ": "
                          << in_float.value_or(INFINITY) / kEpsilon << " epsilon");
      SweepSummary::compared(1);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
