#include "engram/examples/language_model/commands.hpp"

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/examples/language_model/corpus.hpp"
#include "engram/examples/language_model/evaluate.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/generate.hpp"
#include "engram/examples/language_model/picture.hpp"
#include "engram/examples/language_model/run.hpp"
#include "engram/examples/language_model/standard_streams.hpp"

namespace engram::language_model {
namespace {

// "1.6412 nats a character (2.368 bits, perplexity 5.16)"
std::string losses(double loss, Level level) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(4) << loss << " nats a " << unit(level) << " ("
      << std::setprecision(3) << loss / std::numbers::ln2 << " bits, perplexity "
      << std::setprecision(2) << std::exp(loss) << ")";
  return out.str();
}

// A word of a command line as a shell takes it.
std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?[]{}#~`!^=") == std::string::npos) {
    return word;
  }
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

void write_out(std::string_view piece) { std::cout << piece; }

}  // namespace

void carry_out(const Print& asked, const std::string&) { std::cout << asked.text; }

void carry_out(const Train& asked, const std::string& program) {
  Run run(asked);
  const End end = run.go();
  const Level level = level_of(run.settings().level);
  const std::filesystem::path picture = run.file(kPicture);
  const auto no_picture = draw_losses(picture, run.metrics().reports(), std::string(unit(level)));
  const std::string resume =
      quoted(program) + " train --resume --out " + quoted(run.settings().out);
  if (end == End::signal) {
    run.progress().line(text("stopped after step ", run.position().step, " and saved in ",
                             run.file(kCheckpoint).string(), "; go on with\n  ", resume));
    return;
  }
  run.progress().line("");
  Generate sample;
  sample.length = level == Level::word ? 120 : 600;
  generate(run.model(), run.vocabulary(), sample, run.workers(), write_out);
  std::cout << "\n\n";
  if (!run.metrics().reports().empty() && run.metrics().reports().back().split == "valid") {
    std::cout << "held-out loss  " << losses(run.metrics().reports().back().loss, level) << '\n';
  }
  std::cout << "checkpoint     " << run.file(kCheckpoint).string() << '\n'
            << "metrics        " << run.file(kMetrics).string() << '\n'
            << "picture        " << no_picture.value_or(picture.string()) << '\n'
            << "write more     " << quoted(program) << " generate --checkpoint "
            << quoted(run.settings().out) << '\n'
            << "train on       " << resume
            << (end == End::epochs ? text(" --epochs ", 2 * run.settings().epochs) : "") << '\n';
  flush_results();  // while a reader that is gone is an error and no signal
}

void carry_out(const Evaluate& asked, const std::string&) {
  const Checkpoint checkpoint = load_checkpoint(asked.checkpoint);
  const LanguageModel model = make_model(checkpoint);
  const bool own = asked.text.empty();
  const std::string split = !asked.split.empty() ? asked.split : own ? "valid" : "all";
  const Corpus corpus = make_corpus(read_texts(own ? checkpoint.settings.text : asked.text),
                                    checkpoint.settings.cut(), checkpoint.vocabulary);
  const Stream part = corpus.part(split);
  if (part.size() < 2) bad_data("the text has no '", split, "' part that could be measured");
  if (own && corpus.checksum != checkpoint.text_checksum) {
    std::cerr << "warning: the text has changed since the model was trained\n";
  }
  const Workers workers(static_cast<int>(asked.threads));
  Shards<float> shards(static_cast<int>(checkpoint.settings.shards), workers);
  const auto found = evaluate(model, part, asked.batch, asked.steps, shards);
  const Level level = level_of(checkpoint.settings.level);
  std::cout << split << "  " << losses(found->loss, level) << " over " << found->tokens << ' '
            << unit(level) << "s\n";
}

void carry_out(const Generate& asked, const std::string&) {
  const Checkpoint checkpoint = load_checkpoint(asked.checkpoint);
  generate(make_model(checkpoint), checkpoint.vocabulary, asked, Workers(), write_out);
  std::cout << '\n';
}

}  // namespace engram::language_model
