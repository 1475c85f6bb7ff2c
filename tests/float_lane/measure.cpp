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

// What results change by when the inputs move, root mean square; NaN where they cease to be
// numbers. And the largest that derivatives are in a wide neighbourhood: where equal inputs make
// one 0, its size is that of its neighbours. Looked at step by step, since each look only forgives.
class Neighbourhood {
 public:
  Neighbourhood(const OpCase& row, const Arrays& inputs, const std::vector<Result<double>>& at,
                bool by_differences)
      : row_(row), inputs_(inputs), at_(at), by_differences_(by_differences) {
    for (const auto& result : at) {
      squares_.emplace_back(result.values.shape());
      size_.push_back(size_of(result.values));
    }
  }

  // One step further; false where everything has been seen.
  bool look() {
    if (seen_ == kTrials + std::size(kFar)) return false;
    if (seen_ < kTrials) {
      nearby();
    } else {
      far(kFar[seen_ - kTrials]);
    }
    ++seen_;
    return true;
  }

  // What result `r` is to be, as far as has been seen.
  Reference reference(std::size_t r) const {
    Reference out{at_[r].values, squares_[r], {}};
    double* to = out.spread.edit();
    for (Index i = 0; i < out.spread.size(); ++i) to[i] = std::sqrt(to[i]);
    if (r > 0) out.size = Array<double>({1}, {size_[r]});
    return out;
  }

 private:
  // Of millions of results, some hardly move five times in a row.
  static constexpr std::size_t kTrials = 12;
  static constexpr double kFar[]{0.25, 1e-3, 1e-5};

  // Nothing where inputs so near are refused.
  std::vector<Result<double>> moved_by(double step) const {
    try {
      return evaluate<double>(row_.in_double, inputs_, true,
                              {step, by_differences_, static_cast<std::uint64_t>(seen_)});
    } catch (const Error&) {
      return {};
    }
  }

  void nearby() {
    const auto results = moved_by(kEpsilon);
    for (std::size_t r = 0; r < at_.size(); ++r) {
      double* to = squares_[r].edit();
      const Array<double>& a = at_[r].values;
      const bool same = !results.empty() && results[r].values.shape() == a.shape();
      for (Index i = 0; i < a.size(); ++i) {
        const double b = same ? results[r].values[i] : INFINITY;
        if (a[i] != b) to[i] += (b - a[i]) * (b - a[i]) / kTrials;
      }
    }
  }

  void far(double step) {
    const auto results = moved_by(step);
    for (std::size_t r = 0; r < results.size(); ++r) {
      size_[r] = std::max(size_[r], size_of(results[r].values));
    }
  }

  const OpCase& row_;
  const Arrays& inputs_;
  const std::vector<Result<double>>& at_;
  bool by_differences_;
  std::size_t seen_ = 0;
  std::vector<Array<double>> squares_;  // the sums of, over all trials, divided by their number
  std::vector<double> size_;
};

}  // namespace

Measured measure(const OpCase& row, const Arrays& inputs, const Accuracy& promised) {
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
  Neighbourhood around[]{{row, inputs, want, false}, {row, inputs, want, true}};
  const bool finite = std::all_of(inputs.begin(), inputs.end(), [](const Array<double>& x) {
    return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
  });
  for (const auto& result : got) {
    const std::size_t r = result.reference;
    const bool by_kernel = result.name == text("gradient ", r - 1);
    Worst& worst = r == 0 ? out.value : by_kernel ? out.slope : out.by_rule;
    if (result.values.shape() != want[r].values.shape()) {
      worst = {INFINITY, text(result.name, " has shape ", result.values.shape())};
      return out;
    }
    const auto [unit, ulps] = r == 0 ? promised.value : promised.slope;
    const double most = r == 0 || by_kernel ? ulps : promised.by_rule(inputs[0].shape());
    Neighbourhood& near = around[unit == Of::differences || unit == Of::differences_and_one];
    Worst found;
    do {
      const Reference right =
          is_conditioned(unit) ? near.reference(r) : Reference{want[r].values, {}, {}};
      found = compare(result.name, result.values, right, unit, finite);
    } while (found.units > most && is_conditioned(unit) && near.look());
    worst = worse(worst, found);
    out.compared += result.values.size();
  }
  return out;
}

}  // namespace engram::testing
