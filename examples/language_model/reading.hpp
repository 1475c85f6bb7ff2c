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
};

/// Reads `path`:
///   a file                        that text; gzip is unpacked, whatever the name
///   a folder with train.txt       train.txt, valid.txt, test.txt, each of them also as .txt.gz
///   any other folder              every text file below it (by its extension), in the order of
///                                 their paths; hidden folders and build folders are left out
/// Throws `BadData` for what is missing, empty, unreadable or not UTF-8.
Texts read_texts(const std::filesystem::path& path);

/// One file, unpacked if it is gzip, checked to be UTF-8; a byte order mark is dropped.
std::string read_text(const std::filesystem::path& path);

/// The text files that `read_texts` takes from a folder.
std::vector<std::filesystem::path> text_files(const std::filesystem::path& folder);

}  // namespace engram::language_model
