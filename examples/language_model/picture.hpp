// Picture: the loss curve of a run, drawn by gnuplot.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engram/examples/language_model/metrics.hpp"

namespace engram::language_model {

/// Draws the training and held-out losses to the SVG file `path`. Returns what went wrong, if
/// anything did: a run without gnuplot is a good run.
std::optional<std::string> draw_losses(const std::filesystem::path& path,
                                       const std::vector<Report>& reports, const std::string& unit);

/// The gnuplot script that does it, writing to `path`.
std::string loss_script(const std::filesystem::path& path, const std::vector<Report>& reports,
                        const std::string& unit);

}  // namespace engram::language_model
