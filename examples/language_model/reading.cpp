#include "engram/examples/language_model/reading.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include <zlib.h>

#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/memory.hpp"
#include "engram/examples/language_model/text_files.hpp"
#include "engram/examples/language_model/utf8.hpp"
#include "engram/examples/language_model/white_space.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// Of characters there are the text itself and their numbers, of four bytes each. Words are fewer,
// but what holds their numbers grows by doubling.
constexpr std::uint64_t kBytesForOne = 4;

// What zlib says is wrong, without the name of the file, which it puts before.
std::string_view reason(std::string_view message, std::string_view path) {
  if (message.starts_with(path) && message.substr(path.size()).starts_with(": ")) {
    message.remove_prefix(path.size() + 2);
  }
  return message;
}

std::string listed(const std::vector<std::string>& skipped) {
  std::string out;
  for (const std::string& phrase : skipped) out += (out.empty() ? ", which has " : "; ") + phrase;
  return out;
}

}  // namespace

std::size_t room_for_text() { return memory_available() / kBytesForOne; }

std::string read_text(const fs::path& path, std::size_t most) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) bad_data(path.string(), " is a folder, not a text file");
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
               code == Z_ERRNO ? std::strerror(errno) : reason(message, path.string()));
    }
    if (count == 0) break;
    if (bytes.size() > most) {
      bad_data("there is no memory to learn from ", path.string(), ": it has more text",
               gzdirect(file.get()) ? "" : ", unpacked,", " than the ", most >> 20,
               " MiB for which there is, with what is made of it; give a part of it");
    }
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  require_utf8(bytes, path.string());
  return with_one_end_of_line(std::move(bytes));
}

Texts read_texts(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    bad_data("there is no text at ", path.string(), error ? ": " + error.message() : "",
             "; --text takes a file or a folder");
  }
  Texts texts;
  std::size_t room = room_for_text();
  const auto read = [&](const fs::path& file) {
    std::string bytes = read_text(file, room);
    room -= bytes.size();
    ++texts.files;
    return bytes;
  };
  if (!fs::is_directory(status)) {
    texts.whole = read(path);
  } else if (const TextFiles parts = text_parts(path); !parts.files.empty()) {
    texts.split = true;
    texts.skipped = parts.skipped;
    for (std::size_t k = 0; std::string * into : {&texts.train, &texts.valid, &texts.test}) {
      if (const fs::path& file = parts.files[k++]; !file.empty()) *into = read(file);
    }
  } else {
    const TextFiles found = text_files(path);
    texts.skipped = found.skipped;
    for (const fs::path& file : found.files) {
      texts.whole += read(file);
      if (!texts.whole.empty() && texts.whole.back() != '\n') texts.whole += '\n';
    }
    if (texts.files == 0) {
      bad_data("no text in the folder ", path.string(), listed(texts.skipped),
               "; it needs train.txt, or files that end in .txt, .md, .cpp, ...");
    }
  }
  if (texts.whole.empty() && texts.train.empty()) bad_data("the text ", path.string(), " is empty");
  return texts;
}

}  // namespace engram::language_model
