#include "engram/examples/language_model/metrics.hpp"

#include <cmath>
#include <span>
#include <sstream>

#include <nlohmann/json.hpp>

#include "engram/core/error.hpp"
#include "engram/examples/language_model/files.hpp"

namespace engram::language_model {
namespace {

// JSON has no infinity: a perplexity beyond a double's range is null.
std::string lines_of(std::span<const Report> reports) {
  std::string lines;
  for (const Report& report : reports) {
    nlohmann::ordered_json object;
    object["epoch"] = report.epoch;
    object["step"] = report.step;
    object["split"] = report.split;
    object["loss"] = report.loss;
    object["perplexity"] = nullptr;
    if (const double perplexity = std::exp(report.loss); std::isfinite(perplexity)) {
      object["perplexity"] = perplexity;
    }
    object["tokens_per_second"] = std::round(report.tokens_per_second);
    lines += object.dump() + '\n';
  }
  return lines;
}

}  // namespace

void Metrics::load(std::size_t keep) {
  reports_.clear();
  history_.clear();
  std::istringstream file(read_file(path_).value_or(""));
  for (std::string line; reports_.size() < keep && std::getline(file, line);) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    try {
      reports_.push_back({object.at("epoch"), object.at("step"), object.at("split"),
                          object.at("loss"), object.at("tokens_per_second")});
    } catch (const nlohmann::json::exception&) {
      break;  // a half-written line: it and what follows is not of this run
    }
    history_ += line + '\n';
  }
}

void Metrics::start() {
  write_file(path_, history_);
  written_ = reports_.size();
}

std::optional<std::string> Metrics::add(const Report& report) {
  reports_.push_back(report);
  try {
    write();
  } catch (const Error& error) {
    return error.what();
  }
  return std::nullopt;
}

void Metrics::finish() {
  try {
    write();
  } catch (const Error& error) {
    fail("the model is saved, but the last ", reports_.size() - written_,
         " reports are missing in its metrics: ", error.what());
  }
}

void Metrics::write() {
  const std::span unwritten = std::span(reports_).subspan(written_);
  if (!unwritten.empty()) append_lines(path_, lines_of(unwritten));
  written_ = reports_.size();
}

}  // namespace engram::language_model
