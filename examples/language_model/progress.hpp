// Progress: what a person sees while a model trains.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engram/examples/language_model/metrics.hpp"
#include "engram/examples/language_model/tokens.hpp"

namespace engram::language_model {

/// Where training is after a step.
struct Status {
  std::int64_t epoch = 1;   ///< the one under way
  std::int64_t epochs = 0;  ///< 0: as many as fit into the time
  std::int64_t step = 0;
  double done = 0;           ///< the part of the work that is done, 0 to 1
  double loss = 0;           ///< of this step, nats a token
  double gradient_norm = 0;  ///< before clipping
  double tokens_per_second = 0;
  double seconds_left = 0;
};

/// On standard error: a bar that is drawn over and over on a terminal, plain lines otherwise.
class Progress {
 public:
  explicit Progress(Level level);
  Progress(Level level, bool terminal) : level_(level), terminal_(terminal) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// After every step: redraws the bar now and then.
  void step(const Status& status);
  /// After every report: a line, except that a bar shows the training loss already.
  void report(const Report& report);
  /// Any other line.
  void line(const std::string& line);

  /// `status` as one line of `columns` characters.
  std::string bar(const Status& status, int columns) const;

 private:
  void clear();

  Level level_;
  bool terminal_;
  bool drawn_ = false;
  Status last_;
  double mean_loss_ = 0, mean_weight_ = 0;  ///< of the last hundred steps or so
  std::chrono::steady_clock::time_point next_{};
};

/// "bits/char 2.04" or "perplexity 94.1" for a loss in nats a token.
std::string measure(Level level, double loss);
/// 75 seconds as "1:15".
std::string clock(double seconds);
/// 61234 as "61.2k".
std::string short_number(double number);

}  // namespace engram::language_model
