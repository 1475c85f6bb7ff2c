// Metrics: the losses of a run, one JSON object a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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

  /// Reads the first `keep` reports of the file, fewer when it has fewer whole ones; none when it
  /// is not there. Throws `Error` when it cannot be read. Changes no file.
  void load(std::size_t keep);
  /// Starts the file with the reports there are: what a run wrote after its last checkpoint will be
  /// written again when it is resumed. Throws `Error`.
  void start();
  /// Adds to the file, whole lines or nothing. When that fails, says why; the report stays here and
  /// is written with the next one.
  std::optional<std::string> add(const Report& report);
  /// Throws `Error` when reports are still unwritten and cannot be written now either.
  void finish();

  const std::vector<Report>& reports() const { return reports_; }

 private:
  void write();

  std::filesystem::path path_;
  std::string history_;  ///< the lines that were loaded, as they stand in the file
  std::vector<Report> reports_;
  std::size_t written_ = 0;  ///< of them, those in the file
};

}  // namespace engram::language_model
