// Position: where a training run is, to the last detail that it needs to go on from there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engram/optim/plateau.hpp"

namespace engram::language_model {

/// Losses being averaged.
struct Tally {
  double loss = 0;  ///< the sum over tokens
  std::int64_t tokens = 0;

  void add(double mean, std::int64_t count) {
    loss += mean * static_cast<double>(count);
    tokens += count;
  }
  double mean() const { return loss / static_cast<double>(tokens); }
};

struct Position {
  std::int64_t epoch = 0;                      ///< epochs that are finished, with their evaluation
  std::int64_t chunk = 0;                      ///< chunks read in the one under way
  std::int64_t step = 0;                       ///< optimiser steps
  Tally since_report;                          ///< training losses since the last report
  std::int64_t reports = 0;                    ///< lines of metrics.jsonl
  std::optional<double> best_loss;             ///< held out, after an epoch
  std::optional<optim::PlateauState> plateau;  ///< when that is the schedule and an epoch is over

  std::string json() const;
  /// Throws `BadData` for text that `json` did not write.
  static Position from_json(const std::string& text);
};

}  // namespace engram::language_model
