#include "engram/tests/float_lane/measure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

template <class T>
struct Result {
  std::string name;
  std::size_t reference;  ///< which of the results in double it is to be
  Array<T> values;
};

// Upstream gradients and directions, which float holds.
Array<double> drawn(const Shape& shape, double low, double high, std::uint64_t seed) {
  Random random{seed};
  Array<double> out = random.uniform<double>(shape, low, high);
  double* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) to[i] = static_cast<float>(to[i]);
  return out;
}

// How the inputs of a call are moved: each by `ulps` units in its last place, this way or that; by
// differences, in units of how far it is below the largest.
struct Move {
  double step = 0;
  bool by_differences = false;
  std::uint64_t seed = 0;
};
Array<double> moved(const Array<double>& x, const Move& move, std::uint64_t stream) {
  if (move.step == 0) return x;
  const auto& [step, by_differences, seed] = move;
  Random random{seed, stream};
  double top = 0;
  if (by_differences) {
    top = -std::numeric_limits<double>::infinity();
    for (const double v : x) {
      if (std::isfinite(v)) top = std::max(top, v);
    }
  }
  Array<double> out = x;
  double* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) {
    const double size = to[i] - top;
    if (!std::isfinite(size)) continue;
    // Uniform, of variance step²: no sum of a few moves is 0.
    to[i] += step * size * std::sqrt(3.0) * (random.bits() * 0x1p-31 - 1);
  }
  return out;
}

// Everything that is compared. In double, the kernels alone: they are the reference.
template <class T>
std::vector<Result<T>> evaluate(const OpFunction<T>& f, const Arrays& inputs, bool reference,
                                const Move& move = {}) {
  Tape<T> tape;
  std::vector<Var<T>> x, v;
  const auto draw = [&](const Shape& shape, double low, double high, std::uint64_t seed) {
    const Array<double> out = drawn(shape, low, high, seed);
    return tape.constant(cast<T>(moved(out, {move.step, false, move.seed}, seed)));
  };
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    x.push_back(tape.variable(cast<T>(moved(inputs[k], move, k))));
    v.push_back(draw(inputs[k].shape(), -1, 1, 100 + k));
  }
  const Var<T> y = f(x);
  const Var<T> u = draw(y.shape(), 0.5, 2, 50);
  std::vector<Result<T>> out{{"value", 0, y.value()}};
  const auto gradients = [&](const char* name, const BackwardOptions<T>& how) {
    const auto g = tape.gradients(y, x, how);
    for (std::size_t k = 0; k < g.size(); ++k) {
      out.push_back({text(name, " ", k), 1 + k, g[k].value()});
    }
  };
  gradients("gradient", {.seed = u});
  out.push_back({"tangent", 1 + x.size(), jvp(y, x, v).value()});
  if (reference) return out;
  gradients("gradient by the rule", {.seed = u, .rules_only = true});
  gradients("recorded gradient", {.seed = u, .record = true});
  out.push_back({"recorded tangent", 1 + x.size(), jvp(y, x, v, {.record = true}).value()});
  return out;
}

double size_of(const Array<double>& x) {
  double out = 0;
  for (const double v : x) {
    if (std::isfinite(v)) out = std::max(out, std::abs(v));
  }
  return out;
}

// What results change by, root mean square, when the inputs move; NaN where they cease to be
// numbers. And the largest that the derivatives are in a wide neighbourhood.
struct Neighbourhood {
  std::vector<Array<double>> spread;
  std::vector<double> size;
};
Neighbourhood neighbourhood(const OpCase& row, const Arrays& inputs,
                            const std::vector<Result<double>>& at, bool by_differences) {
  Neighbourhood out;
  constexpr int kTrials = 12;  // of millions of results, some hardly move five times in a row
  for (const auto& result : at) {
    out.spread.emplace_back(result.values.shape());
    out.size.push_back(size_of(result.values));
  }
  const auto near = [&](double step, int k) {
    return evaluate<double>(row.in_double, inputs, true,
                            {step, by_differences, static_cast<std::uint64_t>(k)});
  };
  for (int k = 0; k < kTrials; ++k) {
    std::vector<Result<double>> results;
    try {
      results = near(kEpsilon, k);
    } catch (const Error&) {  // so near to inputs that are refused, nothing can be promised
      for (auto& spread : out.spread) std::fill_n(spread.edit(), spread.size(), INFINITY);
      return out;
    }
    for (std::size_t r = 0; r < at.size(); ++r) {
      double* to = out.spread[r].edit();
      const Array<double>&a = at[r].values, &b = results[r].values;
      for (Index i = 0; i < a.size(); ++i) {
        const double d = a.shape() == b.shape() ? b[i] - a[i] : std::nan("");
        if (a.shape() != b.shape() || a[i] != b[i]) to[i] += d * d / kTrials;
      }
    }
  }
  for (auto& spread : out.spread) {
    double* to = spread.edit();
    for (Index i = 0; i < spread.size(); ++i) to[i] = std::sqrt(to[i]);
  }
  // Where equal inputs make a derivative 0, its size is that of its neighbours.
  for (const double step : {0.25, 1e-3, 1e-5}) {
    try {
      const auto far = near(step, kTrials);
      for (std::size_t r = 0; r < at.size(); ++r) {
        out.size[r] = std::max(out.size[r], size_of(far[r].values));
      }
    } catch (const Error&) {  // not that far
    }
  }
  return out;
}

}  // namespace

Measured measure(const OpCase& row, const Arrays& inputs, Of value, Of slope) {
  Measured out;
  std::vector<Result<double>> want;
  std::vector<Result<float>> got;
  try {
    want = evaluate<double>(row.in_double, inputs, true);
  } catch (const Error&) {
    return out;
  }
  try {
    got = evaluate<float>(row.in_float, inputs, false);
  } catch (const Error& error) {
    out.value = {INFINITY, error.what()};
    return out;
  }
  Neighbourhood around[2];
  const auto around_of = [&](Of unit) -> const Neighbourhood& {
    const bool by_differences = unit == Of::differences || unit == Of::differences_and_one;
    auto& known = around[by_differences];
    if (known.spread.empty()) known = neighbourhood(row, inputs, want, by_differences);
    return known;
  };
  const bool finite = std::all_of(inputs.begin(), inputs.end(), [](const Array<double>& x) {
    return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
  });
  for (const auto& result : got) {
    const std::size_t r = result.reference;
    const Of unit = r == 0 ? value : slope;
    const bool by_kernel = result.name == text("gradient ", r - 1);
    Worst& worst = r == 0 ? out.value : by_kernel ? out.slope : out.by_rule;
    const Array<double>& expected = want[r].values;
    if (result.values.shape() != expected.shape()) {
      worst = {INFINITY, text(result.name, " has shape ", result.values.shape())};
      return out;
    }
    Reference right{expected, {}, {}};
    if (is_conditioned(unit)) {
      right.spread = around_of(unit).spread[r];
      if (r > 0) right.size = Array<double>({1}, {around_of(unit).size[r]});
    }
    compare(result.name, result.values, right, unit, finite, worst);
    out.compared += expected.size();
  }
  return out;
}

}  // namespace engram::testing
