// A small model in training, for tests.
#pragma once

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/examples/language_model/corpus.hpp"
#include "engram/examples/language_model/evaluate.hpp"
#include "engram/examples/language_model/trainer.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {

inline Corpus small_corpus() {
  Texts texts;
  texts.whole = some_text(24);
  return make_corpus(texts, {.train_fraction = 0.8});
}

inline Settings small_settings() {
  Settings s;
  s.hidden = 12;
  s.batch = 6;
  s.steps = 8;
  s.shards = 3;
  s.dropout = 0.3;
  s.clip = 0.5;
  s.epochs = 3;
  s.learning_rate = 0.01;
  return s;
}

/// A model in training.
struct Training {
  explicit Training(const Settings& settings, int threads = 2)
      : s(settings),
        workers(threads),
        model(make_model(s, corpus.vocabulary)),
        trainer(s, model, corpus.train, workers) {}

  void run(int steps) {
    for (int k = 0; k < steps; ++k) {
      if (trainer.epoch_done()) trainer.end_epoch(evaluate_held_out());
      trainer.step();
    }
  }
  double evaluate_held_out() {
    return evaluate(model, corpus.valid, 4, s.steps, trainer.shards())->loss;
  }
  files::Tensors file() {
    files::Tensors out = describe(s, corpus.vocabulary, corpus.checksum, model);
    trainer.save(out);
    return out;
  }

  Settings s;
  Corpus corpus = small_corpus();
  Workers workers;
  LanguageModel model;
  Trainer trainer;
};

}  // namespace engram::language_model
