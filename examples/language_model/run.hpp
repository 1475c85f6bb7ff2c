// Run: training from its first step to its last, with all that a person sees and keeps of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engram/examples/language_model/evaluate.hpp"
#include "engram/examples/language_model/inputs.hpp"
#include "engram/examples/language_model/metrics.hpp"
#include "engram/examples/language_model/progress.hpp"
#include "engram/examples/language_model/signals.hpp"
#include "engram/examples/language_model/trainer.hpp"

namespace engram::language_model {

/// The files of a run in its folder, beside its checkpoint.
inline constexpr auto kMetrics = "metrics.jsonl", kBest = "best.safetensors", kPicture = "loss.svg";

/// How a run ended: all epochs done, out of time, or asked to stop.
enum class End : std::uint8_t { epochs, time, signal };

class Run {
 public:
  /// Everything that can be wrong with the settings, the text, a checkpoint and its metrics throws
  /// here, before any file is touched. A run that is resumed has its folder to itself from here on.
  explicit Run(const Train& asked);

  /// Trains, saves and reports. Throws `Error` when another run is at work in the folder, a
  /// checkpoint cannot be written or the loss is no longer a number; the last checkpoint stays.
  /// Reports that cannot be written do not end a run before its end.
  End go();

  const Settings& settings() const { return settings_; }
  const LanguageModel& model() const { return model_; }
  const Workers& workers() const { return workers_; }
  const Vocabulary& vocabulary() const { return corpus_.vocabulary; }
  const Position& position() { return trainer_.position(); }
  const Metrics& metrics() const { return metrics_; }
  Progress& progress() { return progress_; }
  /// A file in the folder of the run.
  std::filesystem::path file(const char* name) const;

 private:
  using Clock = std::chrono::steady_clock;

  Run(const Train& asked, Earlier earlier);
  void resume(const Checkpoint& checkpoint);
  void begin();
  void prepare_folder();
  End train();
  std::optional<End> train_epoch();
  std::optional<End> finish_epoch();
  End out_of_time();
  void report_training();
  std::optional<Evaluation> evaluate_held_out();
  void report(const Report& report);
  void save(const char* name = kCheckpoint);
  Status status(const Trainer::Step& step);
  bool time_is_up() const;

  WriteErrors write_errors_;
  std::vector<std::string> notes_;  ///< to be told when training begins
  std::unique_ptr<FolderLock> lock_;
  Settings settings_;
  bool resumed_;
  Corpus corpus_;
  Workers workers_;
  LanguageModel model_;
  Trainer trainer_;
  Metrics metrics_;
  Progress progress_;

  Clock::time_point start_, saved_;
  std::chrono::duration<double> training_{0}, training_reported_{0};  ///< time spent in steps
  std::int64_t tokens_ = 0, tokens_reported_ = 0, steps_ = 0;         ///< in this process
};

}  // namespace engram::language_model
