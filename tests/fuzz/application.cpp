// Bytes as what examples/language_model reads: texts, configurations, checkpoints.
#include <fstream>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/examples/language_model/command_line.hpp"
#include "engram/examples/language_model/corpus.hpp"
#include "engram/examples/language_model/position.hpp"
#include "engram/examples/language_model/reading.hpp"
#include "engram/examples/language_model/streams.hpp"
#include "engram/tests/fuzz/fuzz.hpp"

namespace engram::fuzz {
namespace {

using namespace engram::language_model;

// As a text that is learned from: its vocabulary has all that it needs, and writes it again.
void read_as(const std::string& all, Level level) {
  Counts counts;
  const std::int64_t tokens = count_tokens(all, level, counts);
  const Vocabulary vocabulary = Vocabulary::of(level, counts);
  const Stream ids = vocabulary.encode(all, "text");
  require(std::ssize(ids) == tokens, "counted ", tokens, " tokens, encoded ", ids.size());
  const std::string written = vocabulary.decode(ids);
  if (level == Level::character) {
    require(written == all, "characters are written otherwise than they were read");
  } else {
    require(vocabulary.encode(written, "text") == ids,
            "words that were written are read as others");
  }
}

void text_file(Bytes bytes) {
  const File file(bytes);
  const std::string all = read_text(file.path());
  for (const Level level : {Level::character, Level::word}) read_as(all, level);
}

// As a prompt: the first byte says whether for a model that knows some words, or some characters.
void prompt(Bytes bytes) {
  Arguments from(bytes);
  static const Vocabulary word(Level::word, {"<eos>", "<unk>", "a", "the", "é"});
  static const Vocabulary character(Level::character, {"\n", " ", "a", "b", "é"});
  const Vocabulary& vocabulary = from.flag() ? word : character;
  const std::string all(from.rest().begin(), from.rest().end());
  for (const std::int32_t id : vocabulary.encode_prompt(all)) {
    require(0 <= id && id < vocabulary.size(), "an id is ", id);
  }
}

std::string dumped(const std::filesystem::path& configuration) {
  const Command command =
      parse_command_line({"train", "--config", configuration.string(), "--dump-config"});
  return std::get<Print>(command).text;
}

// What a configuration says is written as a configuration that says the same.
void configuration(Bytes bytes) {
  const File file(bytes);
  const std::string first = dumped(file.path());
  const File copy({reinterpret_cast<const std::uint8_t*>(first.data()), first.size()}, "-copy");
  std::string second;
  try {
    second = dumped(copy.path());
  } catch (const Error& error) {
    require(false, "--dump-config writes what --config refuses: ", error.what());
  }
  require(first == second, "--dump-config read back is\n", second, "\nnot\n", first);
}

// A checkpoint whose strings are anything: settings, vocabulary, checksum, position.
void checkpoint(Bytes bytes) {
  static const files::Tensors small = [] {
    Settings settings;
    settings.layers = 1;
    settings.hidden = 2;
    const Vocabulary vocabulary(Level::character, {"a", "b", "c"});
    LanguageModel model = make_model(settings, vocabulary);
    return describe(settings, vocabulary, 0, model);
  }();
  files::Tensors tensors = small;
  Arguments from(bytes);
  for (const char* name : {"settings", "vocabulary", "text_checksum", "position"}) {
    tensors.metadata[name] = std::string(from.word());
  }
  const File file({}, "-checkpoint");
  files::save(file.path(), tensors);
  const Checkpoint read = load_checkpoint(file.path());
  static_cast<void>(read.settings.cut());
  const Position position = Position::from_json(metadata(read.file, "position"));
  require(Position::from_json(position.json()).json() == position.json(),
          "a position is written otherwise than it was read");
  const LanguageModel model = make_model(read);
}

constexpr Target kTargets[]{{"text", text_file},
                            {"prompt", prompt},
                            {"configuration", configuration},
                            {"checkpoint", checkpoint}};

}  // namespace

std::span<const Target> application_targets() { return kTargets; }

}  // namespace engram::fuzz
