#include "engram/examples/language_model/generate.hpp"

namespace engram::language_model {
namespace {

// What stands before a text: the end of a line and an empty one, where the vocabulary has them.
Stream beginning(const Vocabulary& vocabulary) {
  return Stream(2,
                vocabulary.find(vocabulary.level() == Level::word ? kEndOfLine : "\n").value_or(0));
}

}  // namespace

void generate(const LanguageModel& model, const Vocabulary& vocabulary, const Generate& asked,
              const Workers& workers, const std::function<void(std::string_view)>& write) {
  Stream read = vocabulary.encode_prompt(asked.prompt);
  Writing writing(vocabulary.level());
  for (const std::int32_t id : read) write(writing.add(vocabulary.token(id)));
  if (read.empty()) read = beginning(vocabulary);

  Sampler sampler(asked.sampler, Random(asked.seed));
  if (const auto unknown = vocabulary.unknown(); unknown && !asked.unknown) {
    sampler.exclude(*unknown);
  }
  Tape<float> tape;
  tape.use(&workers);
  const NoRecord<float> values_only{tape};
  Carried state;
  for (std::int64_t written = 0; written < asked.length; ++written) {
    tape.clear();
    const auto length = static_cast<Index>(read.size());
    const auto [h, next] =
        model(tape, Indices({length, 1}, std::span<const std::int32_t>(read)), nn::on(tape, state));
    state = nn::values(next);
    const Array<float> all = model.logits(h).value();
    const auto width = static_cast<std::size_t>(vocabulary.size());
    const std::int32_t id = sampler.choose(all.values().last(width));
    write(writing.add(vocabulary.token(id)));
    read = {id};
  }
}

}  // namespace engram::language_model
