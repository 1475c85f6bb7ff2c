#include "engram/examples/language_model/run.hpp"

#include <algorithm>

#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/files.hpp"
#include "engram/nn/summary.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// Where Engram's own sources are, which is what is read without --text.
std::string default_text() {
#ifdef ENGRAM_SOURCE_DIR
  return ENGRAM_SOURCE_DIR;
#else
  bad_usage("--text is needed: a file or a folder to learn from");
#endif
}

Settings settings_of(const Train& asked, const std::optional<Checkpoint>& checkpoint) {
  Settings s =
      checkpoint ? checkpoint->settings.resumed(asked.settings, asked.given) : asked.settings;
  s.check();
  if (s.text.empty()) s.text = default_text();
  s.text = fs::absolute(s.text).lexically_normal().string();  // it is resumed from anywhere
  s.out = asked.settings.out;
  return s;
}

Corpus corpus_of(const Settings& settings, const std::optional<Checkpoint>& checkpoint) {
  const Texts texts = read_texts(settings.text);
  if (!checkpoint) return make_corpus(texts, settings.cut());
  Corpus corpus = make_corpus(texts, settings.cut(), checkpoint->vocabulary);
  if (corpus.checksum != checkpoint->text_checksum) {
    bad_data("the text ", settings.text, " has changed since the run began, and the run cannot go ",
             "on with another one; give the earlier text by --text, or leave out --resume");
  }
  return corpus;
}

// The model and the metrics of an earlier run in the same folder stay, under other names.
void put_aside(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  fs::path other = path;
  other.replace_extension(".previous" + path.extension().string());
  fs::remove(other, error);
  fs::create_hard_link(path, other, error);
  if (error) fs::copy_file(path, other, error);
  if (error) fail("cannot keep ", path.string(), " as ", other.string(), ": ", error.message());
}

}  // namespace

Run::Run(const Train& asked)
    : Run(asked, asked.resume ? std::optional(load_checkpoint(asked.settings.out)) : std::nullopt) {
}

Run::Run(const Train& asked, const std::optional<Checkpoint>& checkpoint)
    : settings_(settings_of(asked, checkpoint)),
      resumed_(checkpoint.has_value()),
      corpus_(corpus_of(settings_, checkpoint)),
      workers_(static_cast<int>(settings_.threads)),
      model_(checkpoint ? make_model(*checkpoint) : make_model(settings_, corpus_.vocabulary)),
      trainer_(settings_, model_, corpus_.train, workers_),
      metrics_(file("metrics.jsonl")),
      progress_(level_of(settings_.level)) {
  if (settings_.schedule == "plateau" && corpus_.valid.size() < 2) {
    bad_usage("--schedule plateau goes by the held-out loss, and no text is held out; use another ",
              "--schedule, or a --train-fraction below 1");
  }
  if (checkpoint) using_checkpoint(checkpoint->path, [&] { trainer_.restore(checkpoint->file); });
}

fs::path Run::file(const char* name) const { return fs::path(settings_.out) / name; }

bool Run::time_is_up() const {
  const std::chrono::duration<double> passed = Clock::now() - start_;
  return settings_.seconds() > 0 && passed.count() >= settings_.seconds();
}

void Run::begin() {
  const std::string_view unit = language_model::unit(level_of(settings_.level));
  progress_.line(text("text: ", settings_.text, ": ", corpus_.train.size(), " ", unit,
                      "s to learn from, ", corpus_.valid.size(), " held out, ",
                      corpus_.vocabulary.size(), " different"));
  progress_.line(text("model: ", settings_.layers, " x ", settings_.hidden, " LSTM, ",
                      count_parameters(model_), " weights; ", trainer_.chunks(),
                      " steps an epoch on ", workers_.threads(), " threads"));
  make_folder(settings_.out);
  if (!resumed_) {
    put_aside(file(kCheckpoint));
    put_aside(file("metrics.jsonl"));
  }
  save();  // a folder that cannot be written to, or too full, is found out now
  metrics_.restart(static_cast<std::size_t>(trainer_.position().reports));
  if (resumed_) progress_.line(text("going on from step ", trainer_.position().step));
  start_ = Clock::now();
}

End Run::go() {
  begin();
  while (settings_.epochs == 0 || trainer_.position().epoch < settings_.epochs) {
    if (const auto end = train_epoch()) return *end;
    if (const auto end = finish_epoch()) return *end;
  }
  return End::epochs;
}

// Reads on to the end of the epoch, unless something ends the run before.
std::optional<End> Run::train_epoch() {
  const Position& at = trainer_.position();
  const Index every =
      settings_.report_every > 0 ? settings_.report_every : (trainer_.chunks() + 9) / 10;
  while (!trainer_.epoch_done()) {
    if (signals_.asked()) {
      save();
      return End::signal;
    }
    if (time_is_up()) return out_of_time();
    const auto begin = Clock::now();
    const Trainer::Step step = trainer_.step();
    training_ += Clock::now() - begin;
    tokens_ += step.tokens;
    ++steps_;
    progress_.step(status(step));
    if (at.chunk % every == 0) report_training();
    if (Clock::now() - saved_ > std::chrono::duration<double>(60 * settings_.save_minutes)) save();
  }
  return std::nullopt;
}

std::optional<End> Run::finish_epoch() {
  report_training();
  const auto held_out = evaluate_held_out();
  if (signals_.asked() && !held_out && corpus_.valid.size() >= 2) {
    save();
    return End::signal;
  }
  Position& at = trainer_.position();
  const bool best = held_out && (!at.best_loss || held_out->loss < *at.best_loss);
  if (best) at.best_loss = held_out->loss;
  trainer_.end_epoch(held_out ? std::optional(held_out->loss) : std::nullopt);
  save();
  if (best && settings_.keep_best) save("best.safetensors");
  return std::nullopt;
}

// The epoch stays open: with more time, the run goes on in the middle of it.
End Run::out_of_time() {
  report_training();
  const bool done = evaluate_held_out() || corpus_.valid.size() < 2;
  save();
  return done ? End::time : End::signal;
}

void Run::report_training() {
  Position& at = trainer_.position();
  if (at.since_report.tokens == 0) return;
  const double seconds = (training_ - training_reported_).count();
  report({.epoch = at.epoch + 1,
          .step = at.step,
          .split = "train",
          .loss = at.since_report.mean(),
          .tokens_per_second =
              seconds > 0 ? static_cast<double>(tokens_ - tokens_reported_) / seconds : 0});
  at.since_report = {};
  tokens_reported_ = tokens_;
  training_reported_ = training_;
}

// Empty when a signal came or nothing is held out.
std::optional<Evaluation> Run::evaluate_held_out() {
  if (corpus_.valid.size() < 2) return std::nullopt;
  const auto found = evaluate(model_, corpus_.valid, settings_.eval_batch, settings_.steps,
                              trainer_.shards(), [&] { return signals_.asked(); });
  if (found) {
    report({.epoch = trainer_.position().epoch + 1,
            .step = trainer_.position().step,
            .split = "valid",
            .loss = found->loss,
            .tokens_per_second = found->tokens_per_second});
  }
  return found;
}

void Run::report(const Report& report) {
  progress_.report(report);
  metrics_.add(report);
  trainer_.position().reports = std::ssize(metrics_.reports());
}

void Run::save(const char* name) {
  nn::Tensors contents = describe(settings_, corpus_.vocabulary, corpus_.checksum, model_);
  trainer_.save(contents);
  nn::save(file(name), contents);
  saved_ = Clock::now();
}

Status Run::status(const Trainer::Step& step) {
  const Position& at = trainer_.position();
  Status s{.epoch = at.epoch + 1,
           .epochs = settings_.epochs,
           .step = at.step,
           .loss = step.loss,
           .gradient_norm = step.gradient_norm,
           .tokens_per_second = static_cast<double>(tokens_) / training_.count()};
  const double passed = std::chrono::duration<double>(Clock::now() - start_).count();
  s.seconds_left = 1e9;
  if (settings_.epochs > 0) {
    const auto all = static_cast<double>(settings_.epochs * trainer_.chunks());
    s.done = static_cast<double>(at.step) / all;
    s.seconds_left = passed / static_cast<double>(steps_) * (all - static_cast<double>(at.step));
  }
  if (const double limit = settings_.seconds(); limit > 0) {
    s.done = std::max(s.done, std::min(passed / limit, 1.0));
    s.seconds_left = std::min(s.seconds_left, limit - passed);
  }
  return s;
}

}  // namespace engram::language_model
