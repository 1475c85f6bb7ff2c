#include "engram/optim/plateau.hpp"

#include <algorithm>

#include "engram/optim/require.hpp"

namespace engram::optim {

Plateau::Plateau(const PlateauOptions& options)
    : options_(options), state_{options.rate, kInfinity, 0} {
  const auto check = [](bool holds, const char* option, double value, const char* need) {
    require(holds, "plateau", option, value, need);
  };
  check(options.rate >= 0 && options.rate < kInfinity, "rate", options.rate,
        "a finite number, 0 or more");
  check(options.factor > 0 && options.factor < 1, "factor", options.factor, "0 < factor < 1");
  check(options.patience >= 0, "patience", static_cast<double>(options.patience), "0 or more");
  check(options.threshold >= 0 && options.threshold < 1, "threshold", options.threshold,
        "0 <= threshold < 1");
  check(options.minimum >= 0 && options.minimum <= options.rate, "minimum", options.minimum,
        "0 <= minimum <= rate");
}

double Plateau::operator()(double metric) {
  require(metric >= 0, "plateau", "the metric", metric,
          "a number, 0 or more; of NaN no rate is the remedy: see where the loss went astray");
  if (metric < state_.best * (1 - options_.threshold)) {
    state_.best = metric;
    state_.bad_epochs = 0;
  } else {
    ++state_.bad_epochs;
  }
  if (state_.bad_epochs > options_.patience) {
    constexpr double kLeastChange = 1e-8;  // torch's eps
    const double reduced = std::max(state_.rate * options_.factor, options_.minimum);
    if (state_.rate - reduced > kLeastChange) state_.rate = reduced;
    state_.bad_epochs = 0;
  }
  return state_.rate;
}

void Plateau::restore(const PlateauState& state) {
  require(state.rate >= 0 && state.rate < kInfinity, "plateau", "the rate to restore", state.rate,
          "a finite number, 0 or more");
  require(state.bad_epochs >= 0, "plateau", "the number of bad epochs to restore",
          static_cast<double>(state.bad_epochs), "0 or more");
  require(state.best >= 0, "plateau", "the best metric to restore", state.best,
          "a number, 0 or more");
  state_ = state;
}

}  // namespace engram::optim
