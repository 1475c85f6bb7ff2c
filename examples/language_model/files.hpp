// Writing files so that a run that is cut off at any point leaves whole files behind.
#pragma once

#include <filesystem>
#include <string_view>

namespace engram::language_model {

/// Replaces `path` by `bytes`, whole or not at all. Throws `Error` saying what went wrong.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Adds a line to `path`, wholly or not at all. Throws `Error`.
void append_line(const std::filesystem::path& path, std::string_view line);

/// Makes the folder and those above it. Throws `Error` when that fails or it is no folder.
void make_folder(const std::filesystem::path& folder);

}  // namespace engram::language_model
