// Reading texts: one file, a folder of texts, or a folder with train, valid and test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace engram::language_model {

/// The text that a model learns from: one text that is still to be split, or its three parts.
struct Texts {
  std::string whole;
  std::string train, valid, test;  ///< when `split`; valid and test may be missing and empty
  bool split = false;
  std::size_t files = 0;
  std::vector<std::string> skipped{};  ///< of a folder, what was not read (`text_files.hpp`)
};

/// Reads `path`:
///   a file                        that text; gzip is unpacked, whatever the name
///   a folder with train.txt       train.txt, valid.txt, test.txt, each of them also as .txt.gz
///   any other folder              every text file below it, in the order of their paths
/// Throws `BadData` for what is missing, empty, unreadable, not UTF-8 or too large for the memory.
Texts read_texts(const std::filesystem::path& path);

/// How many bytes of text there is memory for.
std::size_t room_for_text();

/// One file, unpacked if it is gzip, checked to be UTF-8; a byte order mark at its beginning is
/// dropped, and lines end with "\n" (`with_one_end_of_line`). No more than `most` bytes are read: a
/// small file may unpack to more than there is memory.
std::string read_text(const std::filesystem::path& path, std::size_t most = room_for_text());

}  // namespace engram::language_model
