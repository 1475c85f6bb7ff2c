#include "engram/examples/language_model/position.hpp"

#include <nlohmann/json.hpp>

#include "engram/examples/language_model/failure.hpp"

namespace engram::language_model {

// Numbers survive it exactly: they are written with as many digits as that takes.
std::string Position::json() const {
  nlohmann::ordered_json json{{"epoch", epoch},
                              {"chunk", chunk},
                              {"step", step},
                              {"loss_since_report", since_report.loss},
                              {"tokens_since_report", since_report.tokens},
                              {"reports", reports}};
  if (best_loss) json["best_loss"] = *best_loss;
  if (plateau) {
    json["plateau"] = {
        {"rate", plateau->rate}, {"best", plateau->best}, {"bad_epochs", plateau->bad_epochs}};
  }
  return json.dump();
}

Position Position::from_json(const std::string& text) {
  Position p;
  try {
    const auto json = nlohmann::json::parse(text);
    json.at("epoch").get_to(p.epoch);
    json.at("chunk").get_to(p.chunk);
    json.at("step").get_to(p.step);
    json.at("loss_since_report").get_to(p.since_report.loss);
    json.at("tokens_since_report").get_to(p.since_report.tokens);
    json.at("reports").get_to(p.reports);
    if (json.contains("best_loss")) p.best_loss = json["best_loss"].get<double>();
    if (json.contains("plateau")) {
      const auto& plateau = json["plateau"];
      p.plateau = {plateau.at("rate"), plateau.at("best"), plateau.at("bad_epochs")};
    }
  } catch (const nlohmann::json::exception& error) {
    bad_data("its position cannot be read: ", error.what());
  }
  if (p.epoch < 0 || p.chunk < 0 || p.step < 0 || p.since_report.tokens < 0 || p.reports < 0) {
    bad_data("its position counts below zero");
  }
  return p;
}

}  // namespace engram::language_model
