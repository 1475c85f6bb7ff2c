#include "engram/examples/language_model/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/limits.hpp"
#include "engram/examples/language_model/utf8.hpp"

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

// Takes a value from JSON, if it has the right type and is within the limits of that setting.
template <class Value>
void take(const Json& json, const char* name, Value& value) {
  std::string wrong;
  const Limits* limits = limits_of(name);
  if constexpr (std::is_same_v<Value, std::string>) {
    json.get_to(value);
    if (limits) wrong = problem(*limits, value);
  } else if constexpr (std::is_same_v<Value, bool>) {
    json.get_to(value);
  } else {
    wrong = problem(*limits, json.get<double>(), json.dump());
    if (wrong.empty() && std::is_integral_v<Value> && !json.is_number_integer()) {
      wrong = json.dump() + " is not a whole number";
    }
    if (wrong.empty()) json.get_to(value);
  }
  if (!wrong.empty()) bad_data("its setting '", name, "' cannot be: ", wrong);
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

void Settings::check_paths() const {
  for (const auto& [name, path] : {std::pair{"text", &text}, std::pair{"out", &out}}) {
    if (is_utf8(*path)) continue;
    bad_usage("--", name, " '", printable(*path), "' is not UTF-8, as which paths are kept in a ",
              "checkpoint; rename it, or give a link with another name");
  }
  if (out.empty()) bad_usage("--out is empty; give a folder, . for the one you are in");
}

void Settings::check() const {
  check_paths();
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
      take(json.at(name), name, value);
    });
  } catch (const nlohmann::json::exception& error) {
    bad_data("its settings cannot be read: ", error.what());
  }
  return settings;
}

std::string Settings::schedule_change(const Settings& earlier) const {
  const auto change = [](const char* name, std::int64_t now, std::int64_t before) {
    return engram::text("--", name, " ", now, " in place of ", before,
                        " changes the course of the run from here on: ");
  };
  if (schedule == "cosine" && epochs != earlier.epochs) {
    return change("epochs", epochs, earlier.epochs) +
           "by --schedule cosine the learning rate reaches 0 at their end";
  }
  if (schedule == "plateau" && eval_batch != earlier.eval_batch) {
    return change("eval-batch", eval_batch, earlier.eval_batch) +
           "--schedule plateau goes by the held-out loss, which depends on it a little";
  }
  return {};
}

bool Settings::has(std::string_view name) {
  bool found = false;
  const Settings any;
  each(any, [&](const char* setting, const auto&) { found |= name == setting; });
  return found;
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
