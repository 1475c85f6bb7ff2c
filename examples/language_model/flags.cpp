#include "engram/examples/language_model/flags.hpp"

#include <CLI/CLI.hpp>

#include "engram/core/error.hpp"

namespace engram::language_model {
namespace {

constexpr double kHuge = 1e9;

// A number in [low, high]; unlike CLI::Range it refuses nan.
CLI::Validator within(double low, double high) {
  return CLI::Validator(
      [low, high](std::string& word) -> std::string {
        double value = 0;
        if (!CLI::detail::lexical_cast(word, value)) return "'" + word + "' is not a number";
        if (value >= low && value <= high) return {};
        return text("'", word, "' is not between ", low, " and ", high);
      },
      "");
}

// A number over 0 and up to high.
CLI::Validator positive(double high = kHuge) {
  return CLI::Validator(
      [high](std::string& word) -> std::string {
        double value = 0;
        if (!CLI::detail::lexical_cast(word, value)) return "'" + word + "' is not a number";
        if (value > 0 && value <= high) return {};
        return text("'", word, "' is not over 0 and up to ", high);
      },
      "");
}

// One of a few words.
CLI::Validator one_of(const std::vector<std::string>& choices) {
  return CLI::Validator(
      [choices](std::string& word) -> std::string {
        if (std::ranges::find(choices, word) != choices.end()) return {};
        return "'" + word + "' is none of " + CLI::detail::join(choices, ", ");
      },
      "");
}

// Adds the flags of one group of the help text.
struct Group {
  CLI::App& app;
  const char* name;

  template <class Value>
  CLI::Option* number(const char* flag, Value& value, const CLI::Validator& valid,
                      const char* about) {
    return app.add_option(flag, value, about)->check(valid)->type_name("N")->group(name);
  }
  CLI::Option* word(const char* flag, std::string& value, const char* type, const char* about) {
    return app.add_option(flag, value, about)->type_name(type)->group(name);
  }
  CLI::Option* choice(const char* flag, std::string& value, const std::vector<std::string>& choices,
                      const char* about) {
    return word(flag, value, "WORD", about)->check(one_of(choices));
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
  data.choice("--level", s.level, {"char", "word"},
              "What the model reads and writes: char or word. Words have other\n"
              "defaults; train --level word --dump-config shows them");
  data.number("--train-fraction", s.train_fraction, positive(1),
              "Part of an unsplit text to learn from; the rest is held out");
  data.number("--vocabulary", s.vocabulary, within(0, kHuge),
              "The most words to know, others are <unk>; 0: all");
  data.number("--min-count", s.min_count, within(1, kHuge), "Know only words that come as often");

  Group model{app, "The model"};
  model.number("--layers", s.layers, within(1, 64), "LSTM layers");
  model.number("--hidden", s.hidden, within(1, 65536), "Units of each layer");
  model.number("--embedding", s.embedding, within(0, 65536),
               "Width of the embedding; 0: as --hidden");
  model.flag("--tied", s.tied, "The output uses the embedding's weights");
  model.number("--dropout", s.dropout, within(0, 0.99), "Probability to drop a value");
  model.number("--init", s.init, within(0, 1e3),
               "Weight matrices start uniform in +-N; 0: each layer's own way");
  model.choice("--softmax", s.softmax, {"full", "adaptive"},
               "full: over all words alike; adaptive: rare words in clusters\n"
               "that have few weights and are seldom computed");
  model.word("--cutoffs", s.cutoffs, "N,N",
             "For --softmax adaptive: where the clusters begin, in words by\n"
             "falling frequency");

  Group learning{app, "Learning"};
  learning.number("--batch", s.batch, within(1, 1e6), "Lanes of text read side by side");
  learning.number("--steps", s.steps, within(1, 1e6), "Tokens to look back through time");
  learning.number("--epochs", s.epochs, within(0, kHuge),
                  "Times through the text; 0: until --max-minutes");
  learning.choice("--optimizer", s.optimizer, {"adam", "adamw", "sgd"},
                  "How the weights change: adam, adamw or sgd");
  learning.number("--learning-rate", s.learning_rate, positive(1e6), "How far");
  learning.number("--momentum", s.momentum, within(0, 0.9999), "For sgd");
  learning.number("--weight-decay", s.weight_decay, within(0, 1e3), "Pull of the weights to 0");
  learning.number("--clip", s.clip, within(0, kHuge),
                  "Longest gradient, over all weights; 0: no limit");
  learning.choice("--schedule", s.schedule,
                  {"constant", "step", "exponential", "cosine", "plateau"},
                  "How the learning rate goes down. constant: not at all;\nplateau: by --decay "
                  "when an epoch did not "
                  "improve the held-out loss;\nstep: by --decay every --decay-every epochs; "
                  "exponential: by --decay\nan epoch; cosine: to 0 at the end of --epochs");
  learning.number("--decay", s.decay, positive(1), "What the learning rate is multiplied by");
  learning.number("--decay-every", s.decay_every, within(1, kHuge), "For --schedule step");
  learning.number("--seed", s.seed, within(0, 0x1p64), "Other initial weights and dropout");
  learning.number("--shards", s.shards, within(1, 4096),
                  "Parts of the batch that may run at once. The result depends\non it in the last "
                  "digits, and not on --threads");

  Group run{app, "The run"};
  run.word("--out", s.out, "FOLDER", "For checkpoint, metrics and picture");
  run.flag("--resume", train.resume,
           "Go on with the run in --out. Its settings stay; those of this group,\n--epochs and "
           "--text may be given anew")
      ->configurable(false);
  run.number("--max-minutes", s.max_minutes, within(0, kHuge),
             "Stop after so many; 0: no limit, or 2 if --epochs is 0 too");
  run.number("--threads", s.threads, within(0, 4096), "At most; 0: one a processor");
  run.number("--eval-batch", s.eval_batch, within(1, 1e6), "Lanes of the held-out text");
  run.number("--report-every", s.report_every, within(0, kHuge),
             "Steps between reports; 0: about 10 an epoch");
  run.number("--save-minutes", s.save_minutes, positive(),
             "Time between checkpoints, beside one after every epoch");
  run.flag("--keep-best", s.keep_best, "Keep the best held-out model as best.safetensors");
}

void add_evaluate_flags(CLI::App& app, Evaluate& e) {
  Group group{app, "Options"};
  group.word("--checkpoint,--out", e.checkpoint, "PATH", kCheckpoint);
  group.word("--text", e.text, "PATH", "Default: the text the model was trained on");
  group.choice(
      "--split", e.split, {"train", "valid", "test", "all"},
      "Part of the text: train, valid, test or all. Default: valid,\nand all of another --text");
  group.number("--batch", e.batch, within(1, 1e6), "Lanes of text read side by side");
  group.number("--steps", e.steps, within(1, 1e6), "Tokens at a time");
  group.number("--threads", e.threads, within(0, 4096), "At most; 0: one a processor");
}

void add_generate_flags(CLI::App& app, Generate& g) {
  Group group{app, "Options"};
  group.word("--checkpoint,--out", g.checkpoint, "PATH", kCheckpoint);
  group.word("--prompt", g.prompt, "TEXT", "What the text begins with");
  group.number("--length", g.length, within(1, kHuge), "Characters or words to write");
  group.number("--temperature", g.sampler.temperature, positive(1e3),
               "Below 1 is bolder, above 1 is wilder");
  group.number("--top-k", g.sampler.top_k, within(0, kHuge), "Only the N most probable; 0: all");
  group.number("--top-p", g.sampler.top_p, positive(1),
               "Only the most probable that together reach N");
  group.flag("--greedy", g.sampler.greedy, "Always the most probable");
  group.flag("--unknown", g.unknown, "A word model may write <unk>");
  group.number("--seed", g.seed, within(0, 0x1p64), "Another text");
}

}  // namespace engram::language_model
