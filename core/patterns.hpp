// Patterns: names chosen by how they are spelled.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace engram {

/// Whether something is wanted, by its name.
using Wanted = std::function<bool(const std::string& name)>;

/// The names that match one of the patterns, in which * stands for any characters, none included,
/// and ? for one: {"encoder.*", "head.w"}.
Wanted matching(std::vector<std::string> patterns);

}  // namespace engram
