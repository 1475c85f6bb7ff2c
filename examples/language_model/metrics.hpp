// Metrics: the losses of a run, one JSON object a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace engram::language_model {

struct Report {
  std::int64_t epoch;  ///< counted from 1
  std::int64_t step;   ///< optimiser steps so far
  std::string split;   ///< "train" (the mean since the last report) or "valid"
  double loss;         ///< nats a token
  double tokens_per_second;
};

class Metrics {
 public:
  explicit Metrics(std::filesystem::path path) : path_(std::move(path)) {}

  /// Starts anew with the first `keep` reports of the file that is there: what a run wrote after
  /// its last checkpoint will be written again when it is resumed.
  void restart(std::size_t keep = 0);
  /// Adds to the file, a whole line or nothing. Throws `Error`.
  void add(const Report& report);

  const std::vector<Report>& reports() const { return reports_; }

 private:
  std::filesystem::path path_;
  std::vector<Report> reports_;
};

}  // namespace engram::language_model
