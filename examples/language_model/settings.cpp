#include "engram/examples/language_model/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "engram/examples/language_model/failure.hpp"

namespace engram::language_model {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 9> kMayChange{"text",         "epochs",     "threads",
                                                     "max-minutes",  "eval-batch", "report-every",
                                                     "save-minutes", "keep-best",  "out"};

// Settings that the first checkpoints did not have; without them the default is meant.
constexpr std::array<std::string_view, 2> kAdded{"softmax", "cutoffs"};

Json to_json(const Settings& settings) {
  Json json = Json::object();
  Settings::each(settings, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

}  // namespace

Settings Settings::for_level(Level level) {
  Settings s;
  if (level == Level::character) return s;
  s.level = "word";
  s.hidden = 200;
  s.tied = true;
  s.dropout = 0.2;
  s.init = 0.1;
  s.batch = 20;
  s.steps = 35;
  s.optimizer = "sgd";
  s.learning_rate = 20;
  s.clip = 0.25;
  s.schedule = "plateau";
  return s;
}

void Settings::check() const {
  if (tied && embedding_width() != hidden) {
    bad_usage("--tied uses one matrix for the embedding and the output, so that --embedding ",
              embedding, " would have to equal --hidden ", hidden,
              "; leave out --tied or --embedding");
  }
  if (batch < shards) {
    bad_usage("--shards ", shards, " cannot share --batch ", batch,
              " lanes; use at most one shard a lane");
  }
  if (schedule == "cosine" && epochs == 0) {
    bad_usage("--schedule cosine needs --epochs: the learning rate ends with them");
  }
  if (level == "char" && (vocabulary > 0 || min_count > 1)) {
    bad_usage("--vocabulary and --min-count cut words; they need --level word");
  }
  if (softmax == "adaptive" && level == "char") {
    bad_usage(
        "--softmax adaptive is for words, which are numbered by how often they come; it needs ",
        "--level word");
  }
  if (softmax == "adaptive" && tied) {
    bad_usage(
        "--softmax adaptive has few weights for rare words and cannot use the embedding's; it ",
        "needs --tied=false");
  }
  static_cast<void>(cutoff_list());
  if (schedule == "plateau" && decay == 1) {
    bad_usage("--schedule plateau with --decay 1 changes nothing; use --schedule constant");
  }
  if (momentum > 0 && optimizer != "sgd") {
    bad_usage("--momentum belongs to --optimizer sgd, not to ", optimizer);
  }
}

std::vector<std::int64_t> Settings::cutoff_list() const {
  std::vector<std::int64_t> list;
  if (softmax != "adaptive") return list;
  const char *at = cutoffs.data(), *const end = at + cutoffs.size();
  while (true) {
    std::int64_t value = 0;
    const auto [after, error] = std::from_chars(at, end, value);
    if (error != std::errc() || value <= (list.empty() ? 0 : list.back())) break;
    list.push_back(value);
    if (after == end) return list;
    if (*after != ',') break;
    at = after + 1;
  }
  bad_usage("--cutoffs '", cutoffs,
            "' are not rising numbers above 0 with commas between them, as ", "2000,10000");
}

std::string Settings::json() const { return to_json(*this).dump(); }

Settings Settings::from_json(const std::string& text) {
  Settings settings;
  try {
    const Json json = Json::parse(text);
    each(settings, [&](const char* name, auto& value) {
      if (std::ranges::find(kAdded, std::string_view(name)) != kAdded.end() && !json.contains(name))
        return;
      json.at(name).get_to(value);
    });
  } catch (const nlohmann::json::exception& error) {
    bad_data("its settings cannot be read: ", error.what());
  }
  const auto within = [](std::int64_t value, std::int64_t low, std::int64_t high) {
    return low <= value && value <= high;
  };
  if (!within(settings.layers, 1, 64) || !within(settings.hidden, 1, 65536) ||
      !within(settings.embedding, 0, 65536) || !within(settings.batch, 1, 1'000'000) ||
      !within(settings.steps, 1, 1'000'000) || !within(settings.shards, 1, settings.batch)) {
    bad_data("its settings have a size that cannot be: ", text);
  }
  return settings;
}

Settings Settings::resumed(const Settings& asked, const std::vector<std::string>& given) const {
  const Json wanted = to_json(asked), saved = to_json(*this);
  Json merged = saved;
  for (const std::string& name : given) {
    if (!saved.contains(name)) continue;
    if (std::ranges::find(kMayChange, name) != kMayChange.end()) {
      merged[name] = wanted[name];
    } else if (wanted[name] != saved[name]) {
      bad_usage("the run to resume has --", name, " ", saved[name].dump(), ", not ",
                wanted[name].dump(), "; leave the flag out, or start a new run without --resume");
    }
  }
  return from_json(merged.dump());
}

}  // namespace engram::language_model
