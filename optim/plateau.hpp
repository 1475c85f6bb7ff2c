// Plateau: a learning rate that falls when the loss no longer does.
#pragma once

#include <cstdint>

namespace engram::optim {

struct PlateauOptions {
  double rate;                 ///< to begin with
  double factor = 0.1;         ///< of each reduction
  std::int64_t patience = 10;  ///< epochs in a row without improvement that are put up with
  double threshold = 1e-4;     ///< an improvement is a metric below best · (1 - threshold)
  double minimum = 0;          ///< the rate never goes below
};

/// What `Plateau` carries from epoch to epoch: to be saved.
struct PlateauState {
  double rate;
  double best;
  std::int64_t bad_epochs;  ///< in a row since the best one or the last reduction
};

/// Multiplies the rate by `factor` after more than `patience` epochs in a row without an
/// improvement of a metric of 0 or more, such as the validation loss. As torch's ReduceLROnPlateau
/// with mode min and a relative threshold, to its rule that a change of at most 1e-8 is not made.
class Plateau {
 public:
  /// Throws `Error` unless 0 <= minimum <= rate, finite, 0 < factor < 1, 0 <= patience and
  /// 0 <= threshold < 1.
  explicit Plateau(const PlateauOptions& options);

  double rate() const { return state_.rate; }
  /// Takes note of an epoch's metric (infinity is no improvement) and returns the rate of the next.
  /// Throws `Error`, with nothing noted, for NaN and for a negative metric.
  double operator()(double metric);

  const PlateauState& state() const { return state_; }
  /// Throws `Error`, with nothing changed, for a state that no schedule can be in.
  void restore(const PlateauState& state);

 private:
  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace engram::optim
