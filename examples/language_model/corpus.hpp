// Corpus: texts as streams of token ids, for training and held out.
#pragma once

#include <string>

#include "engram/examples/language_model/reading.hpp"
#include "engram/examples/language_model/vocabulary.hpp"

namespace engram::language_model {

/// How a text is cut into tokens and parts.
struct Cut {
  Level level = Level::character;
  double train_fraction = 0.95;  ///< of the tokens of an unsplit text; the rest is held out
  std::int64_t vocabulary = 0;   ///< the most words to know; 0: no limit
  std::int64_t minimum_count = 1;
};

struct Corpus {
  Vocabulary vocabulary;
  Stream train, valid, test;
  std::uint32_t checksum = 0;  ///< of the texts: whether a run is resumed with the same ones

  /// A part by its name: train, valid, test, or all of them one after another.
  Stream part(const std::string& name) const;
};

/// The corpus with a vocabulary of its own: all its characters, or the words of the training part.
Corpus make_corpus(const Texts& texts, const Cut& cut);
/// The corpus in the words of a vocabulary that is there already.
Corpus make_corpus(const Texts& texts, const Cut& cut, Vocabulary vocabulary);

}  // namespace engram::language_model
