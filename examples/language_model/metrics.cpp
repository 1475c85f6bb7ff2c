#include "engram/examples/language_model/metrics.hpp"

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "engram/core/error.hpp"
#include "engram/examples/language_model/files.hpp"

namespace engram::language_model {

void Metrics::restart(std::size_t keep) {
  reports_.clear();
  std::string kept;
  std::ifstream file(path_);
  for (std::string line; reports_.size() < keep && std::getline(file, line);) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    try {
      reports_.push_back({object.at("epoch"), object.at("step"), object.at("split"),
                          object.at("loss"), object.at("tokens_per_second")});
    } catch (const nlohmann::json::exception&) {
      break;  // a half-written line: it and what follows is not of this run
    }
    kept += line + '\n';
  }
  write_file(path_, kept);
}

void Metrics::add(const Report& report) {
  nlohmann::ordered_json object;
  object["epoch"] = report.epoch;
  object["step"] = report.step;
  object["split"] = report.split;
  object["loss"] = report.loss;
  object["perplexity"] = std::exp(report.loss);
  object["tokens_per_second"] = std::round(report.tokens_per_second);
  append_line(path_, object.dump());
  reports_.push_back(report);
}

}  // namespace engram::language_model
