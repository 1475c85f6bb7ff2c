#include "engram/examples/language_model/flags.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include <CLI/CLI.hpp>

#include "engram/core/error.hpp"
#include "engram/examples/language_model/limits.hpp"

namespace engram::language_model {
namespace {

// A whole number is put into plain digits: the user may write 1e9, CLI11 only reads 1000000000, and
// 010 as 8.
template <class Int>
std::string whole(double value, std::string& word) {
  Int exact = 0;
  const char* const end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, exact);
  if (read.ec != std::errc() || read.ptr != end) {
    if (value != std::floor(value)) return "'" + word + "' is not a whole number";
    if (value >= std::ldexp(1.0, std::numeric_limits<Int>::digits))
      return "'" + word + "' is too large";
    exact = static_cast<Int>(value);
  }
  word = std::to_string(exact);
  return {};
}

template <class Value>
CLI::Validator number_within(const Limits& limits) {
  return CLI::Validator(
      [limits](std::string& word) -> std::string {
        double value = 0;
        if (!CLI::detail::lexical_cast(word, value)) return "'" + word + "' is not a number";
        if (const std::string wrong = problem(limits, value, word); !wrong.empty()) return wrong;
        if constexpr (std::is_integral_v<Value>) return whole<Value>(value, word);
        return {};
      },
      "");
}

CLI::Validator one_of(const Limits& limits) {
  return CLI::Validator([limits](std::string& word) { return problem(limits, word); }, "");
}

// Adds the flags of one group of the help text.
struct Group {
  CLI::App& app;
  const char* name;

  template <class Value>
  CLI::Option* number(const char* flag, Value& value, const Limits& limits, const char* about) {
    return app.add_option(flag, value, about)
        ->transform(number_within<Value>(limits))
        ->type_name("N")
        ->group(name);
  }
  // A setting, which is limited wherever it comes from.
  template <class Value>
  CLI::Option* number(const char* flag, Value& value, const char* about) {
    return number(flag, value, *limits_of(flag + 2), about);
  }
  CLI::Option* word(const char* flag, std::string& value, const char* type, const char* about) {
    return app.add_option(flag, value, about)->type_name(type)->group(name);
  }
  CLI::Option* choice(const char* flag, std::string& value, const Limits& limits,
                      const char* about) {
    return word(flag, value, "WORD", about)->check(one_of(limits));
  }
  CLI::Option* choice(const char* flag, std::string& value, const char* about) {
    return choice(flag, value, *limits_of(flag + 2), about);
  }
  CLI::Option* flag(const char* flag, bool& value, const char* about) {
    return app.add_flag(flag, value, about)->group(name);
  }
};

constexpr auto kCheckpoint = "The model: a checkpoint, or the folder of a run";

}  // namespace

void add_train_flags(CLI::App& app, Train& train) {
  Settings& s = train.settings;
  Group data{app, "The text"};
  data.word("--text", s.text, "PATH",
            "A file; a folder with train, valid and test.txt; or\na folder of texts"
#ifdef ENGRAM_SOURCE_DIR
            ". Default: Engram's own sources"
#endif
  );
  data.choice("--level", s.level,
              "What the model reads and writes: char or word. Words have other\n"
              "defaults; train --level word --dump-config shows them");
  data.number("--train-fraction", s.train_fraction,
              "Part of an unsplit text to learn from; the rest is held out");
  data.number("--vocabulary", s.vocabulary, "The most words to know, others are <unk>; 0: all");
  data.number("--min-count", s.min_count, "Know only words that come as often");

  Group model{app, "The model"};
  model.number("--layers", s.layers, "LSTM layers");
  model.number("--hidden", s.hidden, "Units of each layer");
  model.number("--embedding", s.embedding, "Width of the embedding; 0: as --hidden");
  model.flag("--tied", s.tied, "The output uses the embedding's weights");
  model.number("--dropout", s.dropout, "Probability to drop a value");
  model.number("--init", s.init, "Weight matrices start uniform in +-N; 0: each layer's own way");
  model.choice("--softmax", s.softmax,
               "full: over all words alike; adaptive: rare words in clusters\n"
               "that have few weights and are seldom computed");
  model.word("--cutoffs", s.cutoffs, "N,N",
             "For --softmax adaptive: where the clusters begin, in words by\n"
             "falling frequency");

  Group learning{app, "Learning"};
  learning.number("--batch", s.batch, "Lanes of text read side by side");
  learning.number("--steps", s.steps, "Tokens to look back through time");
  learning.number("--epochs", s.epochs, "Times through the text; 0: until --max-minutes");
  learning.choice("--optimizer", s.optimizer, "How the weights change: adam, adamw or sgd");
  learning.number("--learning-rate", s.learning_rate, "How far");
  learning.number("--momentum", s.momentum, "For sgd");
  learning.number("--weight-decay", s.weight_decay, "Pull of the weights to 0");
  learning.number("--clip", s.clip, "Longest gradient, over all weights; 0: no limit");
  learning.choice("--schedule", s.schedule,
                  "How the learning rate goes down. constant: not at all;\nplateau: by --decay "
                  "when an epoch did not "
                  "improve the held-out loss;\nstep: by --decay every --decay-every epochs; "
                  "exponential: by --decay\nan epoch; cosine: to 0 at the end of --epochs");
  learning.number("--decay", s.decay, "What the learning rate is multiplied by");
  learning.number("--decay-every", s.decay_every, "For --schedule step");
  learning.number("--seed", s.seed, "Other initial weights and dropout");
  learning.number("--shards", s.shards,
                  "Parts of the batch that may run at once. The result depends\non it in the last "
                  "digits, and not on --threads");

  Group run{app, "The run"};
  run.word("--out", s.out, "FOLDER", "For checkpoint, metrics and picture");
  run.flag("--resume", train.resume,
           "Go on with the run in --out. Its settings stay; those of this group,\n--epochs and "
           "--text may be given anew")
      ->configurable(false);
  run.number("--max-minutes", s.max_minutes,
             "Stop after so many; 0: no limit, or 2 if --epochs is 0 too");
  run.number("--threads", s.threads, "At most; 0: one a processor");
  run.number("--eval-batch", s.eval_batch, "Lanes of the held-out text");
  run.number("--report-every", s.report_every, "Steps between reports; 0: about 10 an epoch");
  run.number("--save-minutes", s.save_minutes,
             "Time between checkpoints, beside one after every epoch");
  run.flag("--keep-best", s.keep_best, "Keep the best held-out model as best.safetensors");
}

void add_evaluate_flags(CLI::App& app, Evaluate& e) {
  Group group{app, "Options"};
  group.word("--checkpoint,--out", e.checkpoint, "PATH", kCheckpoint);
  group.word("--text", e.text, "PATH", "Default: the text the model was trained on");
  group.choice(
      "--split", e.split, {.words = {"train", "valid", "test", "all"}},
      "Part of the text: train, valid, test or all. Default: valid,\nand all of another --text");
  group.number("--batch", e.batch, {.low = 1, .high = 1e6}, "Lanes of text read side by side");
  group.number("--steps", e.steps, {.low = 1, .high = 1e6}, "Tokens at a time");
  group.number("--threads", e.threads, {.low = 0, .high = 4096}, "At most; 0: one a processor");
}

void add_generate_flags(CLI::App& app, Generate& g) {
  Group group{app, "Options"};
  group.word("--checkpoint,--out", g.checkpoint, "PATH", kCheckpoint);
  group.word("--prompt", g.prompt, "TEXT", "What the text begins with");
  group.number("--length", g.length, {.low = 1}, "Characters or words to write");
  group.number("--temperature", g.sampler.temperature, {.low = 0, .high = 1e3, .above = true},
               "Below 1 the likely ones come more often, above 1 the unlikely ones do");
  group.number("--top-k", g.sampler.top_k, {.low = 0}, "Only the N most probable; 0: all");
  group.number("--top-p", g.sampler.top_p, {.low = 0, .high = 1, .above = true},
               "Only the most probable that together reach N");
  group.flag("--greedy", g.sampler.greedy, "Always the most probable");
  group.flag("--unknown", g.unknown, "A word model may write <unk>");
  group.number("--seed", g.seed, {.low = 0, .high = 0x1p64}, "Another text");
}

}  // namespace engram::language_model
