// Checkpoint: a run in one file, safetensors with its settings and words as metadata.
#pragma once

#include <filesystem>

#include "engram/core/safetensors.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/model.hpp"
#include "engram/examples/language_model/settings.hpp"
#include "engram/examples/language_model/vocabulary.hpp"

namespace engram::language_model {

inline constexpr auto kCheckpoint = "checkpoint.safetensors";

/// What every checkpoint tells: enough to evaluate and to write.
struct Checkpoint {
  Settings settings;
  Vocabulary vocabulary;
  std::uint32_t text_checksum = 0;
  std::filesystem::path path;
  files::Tensors file;  ///< all that is in it
};

/// A file with settings, words and weights; a trainer adds what it needs to go on.
files::Tensors describe(const Settings& settings, const Vocabulary& vocabulary,
                        std::uint32_t text_checksum, const LanguageModel& model);

/// Reads `path`, a checkpoint or the folder of a run. Throws `BadData` for a file that is missing,
/// damaged, or no checkpoint of this program.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// The model of a checkpoint. Throws `BadData` when its weights are not what its settings say.
LanguageModel make_model(const Checkpoint& checkpoint);

/// A new model with initial weights.
LanguageModel make_model(const Settings& settings, const Vocabulary& vocabulary);

/// A string or a tensor of a checkpoint. Throw `BadData` when it is missing or has another shape.
const std::string& metadata(const files::Tensors& file, const std::string& name);
const Array<float>& tensor(const files::Tensors& file, const std::string& name, const Shape& shape);

/// Calls `use`; an `Error` of it becomes `BadData` that names the checkpoint.
template <class F>
auto using_checkpoint(const std::filesystem::path& path, F&& use) {
  try {
    return use();
  } catch (const Error& error) {
    bad_data("the checkpoint ", path.string(), " cannot be used: ", error.what());
  }
}

}  // namespace engram::language_model
