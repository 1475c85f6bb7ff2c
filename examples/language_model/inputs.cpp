#include "engram/examples/language_model/inputs.hpp"

#include "engram/examples/language_model/failure.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// Where Engram's own sources are, which is what is read without --text.
std::string default_text() {
#ifdef ENGRAM_SOURCE_DIR
  return ENGRAM_SOURCE_DIR;
#else
  bad_usage("--text is needed: a file or a folder to learn from");
#endif
}

}  // namespace

Earlier earlier_run(const Train& asked) {
  if (!asked.resume) return {};
  const std::string& folder = asked.settings.out;
  std::error_code error;
  std::unique_ptr<FolderLock> lock;
  if (fs::is_directory(folder, error)) lock = std::make_unique<FolderLock>(folder);
  return {std::move(lock), load_checkpoint(folder)};
}

Settings settings_of(const Train& asked, const std::optional<Checkpoint>& checkpoint) {
  Settings s =
      checkpoint ? checkpoint->settings.resumed(asked.settings, asked.given) : asked.settings;
  s.out = asked.settings.out;
  if (s.text.empty()) s.text = default_text();
  s.text = fs::absolute(s.text).lexically_normal().string();  // it is resumed from anywhere
  s.check();
  return s;
}

Corpus corpus_of(const Settings& settings, const std::optional<Checkpoint>& checkpoint,
                 std::vector<std::string>& notes) {
  const Texts texts = read_texts(settings.text);
  for (const std::string& skipped : texts.skipped) notes.push_back("not read: " + skipped);
  if (!checkpoint) return make_corpus(texts, settings.cut());
  Corpus corpus = make_corpus(texts, settings.cut(), checkpoint->vocabulary);
  if (corpus.checksum != checkpoint->text_checksum) {
    bad_data("the text ", settings.text, " has changed since the run began, and the run cannot go ",
             "on with another one; give the earlier text by --text, or leave out --resume");
  }
  return corpus;
}

}  // namespace engram::language_model
