// Text files: which files of a folder are its text, and which are not.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace engram::language_model {

struct TextFiles {
  std::vector<std::filesystem::path> files;
  /// What is not read, a phrase a kind: "files with other endings: A.TXT, b.png".
  std::vector<std::string> skipped;
};

/// The text files below `folder`, by their extensions, in the order of their paths: the same on
/// every machine. Hidden folders, build folders and linked folders are left out. Throws `BadData`
/// when a folder cannot be read.
TextFiles text_files(const std::filesystem::path& folder);

/// For a folder with train.txt, valid.txt and test.txt, each of them also as .txt.gz: the three, an
/// empty path for one that is missing. Without train.txt there is none.
TextFiles text_parts(const std::filesystem::path& folder);

}  // namespace engram::language_model
