#include "engram/examples/language_model/corpus.hpp"

#include <zlib.h>

#include "engram/examples/language_model/failure.hpp"

namespace engram::language_model {
namespace {

std::uint32_t checksum(const Texts& texts) {
  uLong sum = crc32_z(0, nullptr, 0);
  for (const std::string* part : {&texts.whole, &texts.train, &texts.valid, &texts.test}) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(part->data()), part->size());
  }
  return static_cast<std::uint32_t>(sum);
}

std::int64_t training_tokens(std::int64_t all, double fraction) {
  return static_cast<std::int64_t>(static_cast<double>(all) * fraction);
}

}  // namespace

Stream Corpus::part(const std::string& name) const {
  if (name == "train") return train;
  if (name == "valid") return valid;
  if (name == "test") return test;
  Stream all = train;
  all.insert(all.end(), valid.begin(), valid.end());
  all.insert(all.end(), test.begin(), test.end());
  return all;
}

Corpus make_corpus(const Texts& texts, const Cut& cut) {
  Counts counts;
  const auto count = [&](const std::string& text, std::int64_t most = INT64_MAX) {
    return count_tokens(text, cut.level, counts, most);
  };
  if (cut.level == Level::character) {
    for (const auto* text : {&texts.whole, &texts.train, &texts.valid, &texts.test}) count(*text);
  } else if (texts.split) {
    count(texts.train);
  } else {
    count(texts.whole, training_tokens(count(texts.whole, 0), cut.train_fraction));
  }
  return make_corpus(texts, cut,
                     Vocabulary::of(cut.level, counts, cut.vocabulary, cut.minimum_count));
}

Corpus make_corpus(const Texts& texts, const Cut& cut, Vocabulary vocabulary) {
  Corpus corpus;
  corpus.checksum = checksum(texts);
  if (texts.split) {
    corpus.train = vocabulary.encode(texts.train, "the training text");
    corpus.valid = vocabulary.encode(texts.valid, "the validation text");
    corpus.test = vocabulary.encode(texts.test, "the test text");
  } else {
    corpus.train = vocabulary.encode(texts.whole, "the text");
    const auto middle =
        corpus.train.begin() + training_tokens(std::ssize(corpus.train), cut.train_fraction);
    corpus.valid.assign(middle, corpus.train.end());
    corpus.train.erase(middle, corpus.train.end());
  }
  corpus.vocabulary = std::move(vocabulary);
  return corpus;
}

}  // namespace engram::language_model
