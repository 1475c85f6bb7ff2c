#include "engram/examples/language_model/checkpoint.hpp"

#include <nlohmann/json.hpp>

#include "engram/core/parameter_file.hpp"
#include "engram/examples/language_model/streams.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

constexpr auto kFormat = "engram language_model 1";

ModelOptions options_of(const Settings& settings, const Vocabulary& vocabulary) {
  const std::vector<std::int64_t> cutoffs = settings.cutoff_list();
  if (!cutoffs.empty() && cutoffs.back() >= vocabulary.size()) {
    bad_usage("--cutoffs ", settings.cutoffs, " are not all below the ", vocabulary.size(),
              " words of the vocabulary; give lower ones, or use --softmax full");
  }
  return {.vocabulary = vocabulary.size(),
          .embedding = settings.embedding_width(),
          .hidden = settings.hidden,
          .layers = settings.layers,
          .tied = settings.tied,
          .dropout = settings.dropout,
          .init = settings.init,
          .cutoffs = cutoffs};
}

Vocabulary vocabulary_of(const files::Tensors& file, Level level) {
  try {
    const auto json = nlohmann::json::parse(metadata(file, "vocabulary"));
    return Vocabulary(level, json.get<std::vector<std::string>>());
  } catch (const nlohmann::json::exception& error) {
    bad_data("its vocabulary cannot be read: ", error.what());
  }
}

fs::file_type type_of(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::none)
    bad_data("cannot look at ", path.string(), ": ", error.message());
  return type;
}

// Settings that a user could not ask for are no usage error when a file has them: nobody gave those
// flags.
template <class F>
auto settings_of_file(F&& use) {
  try {
    return use();
  } catch (const BadUsage& error) {
    bad_data("its settings are damaged; as flags they would be refused: ", error.what());
  }
}

}  // namespace

const std::string& metadata(const files::Tensors& file, const std::string& name) {
  const auto at = file.metadata.find(name);
  if (at == file.metadata.end()) bad_data("it has no '", name, "'");
  return at->second;
}

const Array<float>& tensor(const files::Tensors& file, const std::string& name,
                           const Shape& shape) {
  const Array<float>& values = file.get<float>(name);
  if (values.shape() != shape) {
    bad_data(name, " has shape ", values.shape(), ", not ", shape);
  }
  return values;
}

files::Tensors describe(const Settings& settings, const Vocabulary& vocabulary,
                        std::uint32_t text_checksum, const LanguageModel& model) {
  files::Tensors file;
  file.metadata["format"] = kFormat;
  file.metadata["settings"] = settings.json();
  file.metadata["vocabulary"] = nlohmann::json(vocabulary.tokens()).dump();
  file.metadata["text_checksum"] = text(text_checksum);
  put_parameters(file, parameters_and_buffers(model), "model.");
  return file;
}

Checkpoint load_checkpoint(const fs::path& path) {
  Checkpoint checkpoint;
  checkpoint.path = type_of(path) == fs::file_type::directory ? path / kCheckpoint : path;
  if (type_of(checkpoint.path) == fs::file_type::not_found) {
    bad_data("there is no checkpoint ", checkpoint.path.string(),
             "; `language_model train` makes one in its --out folder");
  }
  using_checkpoint(checkpoint.path, [&] {
    checkpoint.file = files::load(checkpoint.path);
    const std::string& format = metadata(checkpoint.file, "format");
    if (format != kFormat) bad_data("its format is '", format, "', not '", kFormat, "'");
    checkpoint.settings = Settings::from_json(metadata(checkpoint.file, "settings"));
    settings_of_file([&] { checkpoint.settings.check(); });
    checkpoint.vocabulary = vocabulary_of(checkpoint.file, level_of(checkpoint.settings.level));
    const std::string& checksum = metadata(checkpoint.file, "text_checksum");
    checkpoint.text_checksum =
        static_cast<std::uint32_t>(std::strtoul(checksum.c_str(), nullptr, 10));
  });
  return checkpoint;
}

LanguageModel make_model(const Settings& settings, const Vocabulary& vocabulary) {
  Random random = weights_stream(settings.seed);
  return LanguageModel(options_of(settings, vocabulary), random);
}

LanguageModel make_model(const Checkpoint& checkpoint) {
  return using_checkpoint(checkpoint.path, [&] {
    // The settings of a damaged file could ask for any amount of memory: the tensors that are
    // there say what is right.
    const auto& [settings, vocabulary, checksum, path, file] = checkpoint;
    const Index width = settings.embedding_width(), hidden = settings.hidden;
    tensor(file, "model.embedding.w", {vocabulary.size(), width});
    for (Index k = 0; k < settings.layers; ++k) {
      tensor(file, text("model.lstm.layer", k, ".w_hh"), {hidden, 4 * hidden});
    }
    LanguageModel model = settings_of_file([&] { return make_model(settings, vocabulary); });
    load_parameters(file, parameters_and_buffers(model), "model.");
    return model;
  });
}

}  // namespace engram::language_model
