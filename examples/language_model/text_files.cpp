#include "engram/examples/language_model/text_files.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/utf8.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 20> kTextExtensions{
    ".c",  ".cc",  ".cmake", ".cpp", ".csv", ".h",  ".hpp", ".html", ".java", ".js",
    ".md", ".org", ".py",    ".rs",  ".rst", ".sh", ".tex", ".toml", ".txt",  ".yml"};

bool is_text(const fs::path& path) {
  const std::string extension = path.extension().string();
  return std::ranges::find(kTextExtensions, extension) != kTextExtensions.end();
}

bool is_left_out(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with('.') || name == "build" || name.starts_with("build-") ||
         name == "__pycache__";
}

// What was left out, by the reason.
class Skipped {
 public:
  explicit Skipped(fs::path folder) : folder_(std::move(folder)) {}
  void add(const char* reason, const fs::path& path) {
    names_[reason].push_back(path.lexically_relative(folder_).string());
  }
  std::vector<std::string> phrases() const {
    constexpr std::size_t shown = 4;
    std::vector<std::string> out;
    for (auto [reason, names] : names_) {
      std::ranges::sort(names);
      std::string phrase = reason + ": ";
      for (std::size_t k = 0; k < std::min(names.size(), shown); ++k) {
        phrase += (k ? ", " : "") + printable(names[k]);
      }
      if (names.size() > shown) phrase += text(" and ", names.size() - shown, " more");
      out.push_back(phrase);
    }
    return out;
  }

 private:
  fs::path folder_;
  std::map<std::string, std::vector<std::string>> names_;
};

}  // namespace

TextFiles text_files(const fs::path& folder) {
  TextFiles found;
  Skipped skipped(folder);
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error), end;
  for (; !error && at != end; at.increment(error)) {
    const fs::directory_entry& entry = *at;
    if (entry.is_directory(error)) {
      if (is_left_out(entry.path())) {
        skipped.add("hidden and build folders", entry.path());
        at.disable_recursion_pending();
      } else if (entry.is_symlink(error)) {
        skipped.add("linked folders", entry.path());
      }
    } else if (!entry.is_regular_file(error)) {
      skipped.add("no files", entry.path());
    } else if (is_text(entry.path())) {
      found.files.push_back(entry.path());
    } else {
      skipped.add("files with other endings", entry.path());
    }
    error.clear();  // a link that leads nowhere is no text; the walk goes on
  }
  if (error) bad_data("cannot read the folder ", folder.string(), ": ", error.message());
  std::ranges::sort(found.files, {}, [](const fs::path& path) { return path.generic_string(); });
  found.skipped = skipped.phrases();
  return found;
}

TextFiles text_parts(const fs::path& folder) {
  TextFiles found;
  for (const char* name : {"train", "valid", "test"}) {
    const fs::path plain = folder / text(name, ".txt"), packed = folder / text(name, ".txt.gz");
    std::error_code error;
    found.files.push_back(fs::exists(plain, error)    ? plain
                          : fs::exists(packed, error) ? packed
                                                      : fs::path());
  }
  if (found.files.front().empty()) return {};
  Skipped skipped(folder);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (std::ranges::find(found.files, entry.path()) == found.files.end()) {
      skipped.add("beside train, valid and test", entry.path());
    }
  }
  found.skipped = skipped.phrases();
  return found;
}

}  // namespace engram::language_model
