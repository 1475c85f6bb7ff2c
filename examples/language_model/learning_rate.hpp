// The learning rate, by whichever schedule the settings name.
#pragma once

#include <optional>

#include "engram/examples/language_model/position.hpp"
#include "engram/examples/language_model/settings.hpp"

namespace engram::language_model {

class LearningRate {
 public:
  explicit LearningRate(Settings settings);

  /// The rate of a step: `done` of the way through epoch `epoch`, both from 0.
  double operator()(std::int64_t epoch, double done) const;
  /// Tells plateau how an epoch went.
  void epoch_ended(double held_out_loss);

  /// What must be saved, empty while there is nothing.
  std::optional<optim::PlateauState> state() const { return state_; }
  void restore(const std::optional<optim::PlateauState>& state);

 private:
  optim::Plateau plateau() const;

  Settings settings_;
  std::optional<optim::PlateauState> state_;
};

}  // namespace engram::language_model
