// Files: reading them whole, writing them so that a run that is cut off leaves whole files behind.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engram::language_model {

/// All bytes of `path`, or nothing when there is no such file. Throws `Error` for everything else
/// that keeps it from being read (what is not readable is not empty), and for more than `most`
/// bytes.
std::optional<std::string> read_file(const std::filesystem::path& path,
                                     std::size_t most = std::size_t{1} << 30);

/// Replaces `path` by `bytes`, whole or not at all. Throws `Error` saying what went wrong.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Adds whole lines to the end of `path`, all of them or none. Throws `Error`.
void append_lines(const std::filesystem::path& path, std::string_view lines);

/// Removes the file, if it is there; of a link, what it points to. Throws `Error`.
void remove_file(const std::filesystem::path& path);

/// Makes the folder and those above it. Throws `Error` when that fails or it is no folder.
void make_folder(const std::filesystem::path& folder);

}  // namespace engram::language_model
