// Aside: what an earlier run left in a folder, kept where it is of use and removed where it is not.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace engram::language_model {

/// Where `put_aside` keeps a file: a.txt as a.previous.txt.
std::filesystem::path previous(const std::filesystem::path& path);

/// Keeps the files of a run, as they are now, under their `previous` names as well. They take the
/// place of those of the run before: a file that this run lacks is not left there from another one.
/// Of a link, what it points to is kept. Without any of the files it does nothing. Throws `Error`
/// when that fails; the files themselves stay in any case.
void put_aside(const std::vector<std::filesystem::path>& files);

/// Removes what processes that were killed have left in the folders of `files`, and says so. Where
/// a link leads elsewhere, it is only named: that folder may belong to others.
std::vector<std::string> tidy(const std::vector<std::filesystem::path>& files);

}  // namespace engram::language_model
