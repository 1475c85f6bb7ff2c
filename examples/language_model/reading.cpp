#include "engram/examples/language_model/reading.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include <zlib.h>

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

// folder/train.txt or folder/train.txt.gz; empty when there is neither.
fs::path part(const fs::path& folder, const std::string& name) {
  for (const char* extension : {".txt", ".txt.gz"}) {
    fs::path path = folder / (name + extension);
    if (fs::exists(path)) return path;
  }
  return {};
}

}  // namespace

std::string read_text(const fs::path& path) {
  if (fs::is_directory(path)) bad_data(path.string(), " is a folder, not a text file");
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose_r);
  if (!file) {
    bad_data("cannot read ", path.string(), ": ", errno ? std::strerror(errno) : "no memory");
  }
  std::string bytes;
  std::array<char, 1 << 16> buffer;
  while (true) {
    const int count = gzread(file.get(), buffer.data(), buffer.size());
    if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
    // A packed file that stops early reads as complete until its state is asked for.
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (count < 0 || (count == 0 && code != Z_OK && code != Z_STREAM_END)) {
      bad_data("cannot read ", path.string(), ": ",
               code == Z_ERRNO ? std::strerror(errno) : message);
    }
    if (count == 0) break;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  require_utf8(bytes, path.string());
  return bytes;
}

std::vector<fs::path> text_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error), end;
  for (; !error && at != end; at.increment(error)) {
    if (at->is_directory(error)) {
      if (is_left_out(at->path())) at.disable_recursion_pending();
    } else if (at->is_regular_file(error) && is_text(at->path())) {
      files.push_back(at->path());
    }
    error.clear();  // a link that leads nowhere is no text; the walk goes on
  }
  if (error) bad_data("cannot read the folder ", folder.string(), ": ", error.message());
  // By name, not in the order the file system has them: the same text on every machine.
  std::ranges::sort(files, {}, [](const fs::path& path) { return path.generic_string(); });
  return files;
}

Texts read_texts(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    bad_data("there is no text at ", path.string(), error ? ": " + error.message() : "",
             "; --text takes a file or a folder");
  }
  Texts texts;
  if (!fs::is_directory(status)) {
    texts.whole = read_text(path);
    texts.files = 1;
  } else if (const fs::path train = part(path, "train"); !train.empty()) {
    texts.split = true;
    for (const auto& [name, into] :
         {std::pair{"train", &texts.train}, std::pair{"valid", &texts.valid},
          std::pair{"test", &texts.test}}) {
      if (const fs::path file = part(path, name); !file.empty()) {
        *into = read_text(file);
        ++texts.files;
      }
    }
  } else {
    for (const fs::path& file : text_files(path)) {
      texts.whole += read_text(file);
      if (!texts.whole.empty() && texts.whole.back() != '\n') texts.whole += '\n';
      ++texts.files;
    }
    if (texts.files == 0) {
      bad_data("no text in the folder ", path.string(),
               "; it needs train.txt, or files that end in .txt, .md, .cpp, ...");
    }
  }
  if (texts.whole.empty() && texts.train.empty()) bad_data("the text ", path.string(), " is empty");
  return texts;
}

}  // namespace engram::language_model
