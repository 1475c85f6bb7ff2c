// Settings: all that decides what a training run does. They are saved in its checkpoint.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engram/examples/language_model/corpus.hpp"

namespace engram::language_model {

struct Settings {
  // The text.
  std::string text;
  std::string level = "char";  ///< char or word
  double train_fraction = 0.95;
  std::int64_t vocabulary = 0, min_count = 1;

  // The model.
  std::int64_t layers = 2, hidden = 128;
  std::int64_t embedding = 0;  ///< 0: as wide as hidden
  bool tied = false;
  double dropout = 0;
  double init = 0;               ///< all weights start uniform in +-init; 0: each layer's own way
  std::string softmax = "full";  ///< full or adaptive
  std::string cutoffs = "2000,10000";  ///< of an adaptive one

  // How it learns.
  std::int64_t batch = 50, steps = 50, epochs = 0;
  std::string optimizer = "adam";  ///< sgd, adam or adamw
  double learning_rate = 6e-3, momentum = 0, weight_decay = 0, clip = 5;
  std::string schedule = "constant";  ///< constant, step, exponential, cosine or plateau
  double decay = 0.25;
  std::int64_t decay_every = 1;
  std::int64_t shards = 2;
  std::uint64_t seed = 1;

  // The run around it: none of this changes the weights.
  std::int64_t threads = 0;  ///< 0: one a processor
  double max_minutes = 0;    ///< 0: no limit, or two minutes when there is no limit of epochs
  std::int64_t eval_batch = 10, report_every = 0;
  double save_minutes = 5;
  bool keep_best = false;
  std::string out = "build/run";

  /// What is usual at a level: small and quick for characters; for words the LSTM of PyTorch's
  /// example word_language_model (200 units, tied, SGD).
  static Settings for_level(Level level);

  /// Calls f(name, member) for every setting, under the name of its flag.
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("text", s.text), f("level", s.level), f("train-fraction", s.train_fraction);
    f("vocabulary", s.vocabulary), f("min-count", s.min_count);
    f("layers", s.layers), f("hidden", s.hidden), f("embedding", s.embedding);
    f("tied", s.tied), f("dropout", s.dropout), f("init", s.init);
    f("softmax", s.softmax), f("cutoffs", s.cutoffs);
    f("batch", s.batch), f("steps", s.steps), f("epochs", s.epochs);
    f("optimizer", s.optimizer), f("learning-rate", s.learning_rate), f("momentum", s.momentum);
    f("weight-decay", s.weight_decay), f("clip", s.clip);
    f("schedule", s.schedule), f("decay", s.decay), f("decay-every", s.decay_every);
    f("shards", s.shards), f("seed", s.seed);
    f("threads", s.threads), f("max-minutes", s.max_minutes), f("eval-batch", s.eval_batch);
    f("report-every", s.report_every), f("save-minutes", s.save_minutes);
    f("keep-best", s.keep_best), f("out", s.out);
  }

  Cut cut() const { return {level_of(level), train_fraction, vocabulary, min_count}; }
  std::int64_t embedding_width() const { return embedding > 0 ? embedding : hidden; }
  /// The cutoffs as numbers; none with a full softmax. Throws `BadUsage` for another text.
  std::vector<std::int64_t> cutoff_list() const;
  double seconds() const { return 60 * (max_minutes > 0 || epochs > 0 ? max_minutes : 2.0); }

  /// Throws `BadUsage` for settings that do not go together, with the remedy.
  void check() const;
  /// The part of it that is about paths: they are kept as text, which is UTF-8.
  void check_paths() const;
  /// Is there a setting of that name?
  static bool has(std::string_view name);

  /// As JSON and back. Throws `BadData` for text that is not that, or has a value that cannot be.
  std::string json() const;
  static Settings from_json(const std::string& text);

  /// How these settings, of a resumed run, change its course against those it began with; empty
  /// when they do not.
  std::string schedule_change(const Settings& earlier) const;

  /// The settings of a checkpoint, with those that a resumed run may change taken from `asked`:
  /// of the flags in `given`. Throws `BadUsage` for another flag with another value.
  Settings resumed(const Settings& asked, const std::vector<std::string>& given) const;
};

}  // namespace engram::language_model
