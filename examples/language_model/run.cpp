#include "engram/examples/language_model/run.hpp"

#include <algorithm>
#include <cmath>

#include "engram/core/summary.hpp"
#include "engram/examples/language_model/aside.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/files.hpp"
#include "engram/examples/language_model/signals.hpp"

namespace engram::language_model {

namespace fs = std::filesystem;

Run::Run(const Train& asked) : Run(asked, earlier_run(asked)) {}

Run::Run(const Train& asked, Earlier earlier)
    : lock_(std::move(earlier.lock)),
      settings_(settings_of(asked, earlier.checkpoint)),
      resumed_(earlier.checkpoint.has_value()),
      corpus_(corpus_of(settings_, earlier.checkpoint, notes_)),
      workers_(static_cast<int>(settings_.threads)),
      model_(earlier.checkpoint ? make_model(*earlier.checkpoint)
                                : make_model(settings_, corpus_.vocabulary)),
      trainer_(settings_, model_, corpus_.train, workers_),
      metrics_(file(kMetrics)),
      progress_(level_of(settings_.level)) {
  if (settings_.schedule == "plateau" && corpus_.valid.size() < 2) {
    bad_usage("--schedule plateau goes by the held-out loss, and no text is held out; use another ",
              "--schedule, or a --train-fraction below 1");
  }
  if (earlier.checkpoint) resume(*earlier.checkpoint);
}

void Run::resume(const Checkpoint& checkpoint) {
  using_checkpoint(checkpoint.path, [&] { trainer_.restore(checkpoint.file); });
  const std::int64_t reports = trainer_.position().reports;
  metrics_.load(static_cast<std::size_t>(reports));
  const auto found = std::ssize(metrics_.reports());
  if (found < reports) {
    notes_.push_back(text("warning: ", file(kMetrics).string(), " has only ", found, " of the ",
                          reports, " reports of the run; what is there is kept as ",
                          previous(file(kMetrics)).string()));
  }
  if (const std::string change = settings_.schedule_change(checkpoint.settings); !change.empty()) {
    notes_.push_back(change);
  }
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
  prepare_folder();
  for (const std::string& note : notes_) progress_.line(note);
  if (resumed_) progress_.line(text("going on from step ", trainer_.position().step));
  start_ = Clock::now();
}

// Makes the folder this run's own and keeps the one of an earlier run beside it.
void Run::prepare_folder() {
  make_folder(settings_.out);
  if (!lock_) lock_ = std::make_unique<FolderLock>(settings_.out);
  if (!lock_->held()) {
    notes_.push_back(text("warning: the file system of ", settings_.out,
                          " has no locks; nothing keeps a second run out of it"));
  }
  const fs::path checkpoint = file(kCheckpoint), metrics = file(kMetrics), best = file(kBest);
  for (std::string& note : tidy({checkpoint, metrics, best})) notes_.push_back(std::move(note));
  Position& at = trainer_.position();
  if (!resumed_) {
    put_aside({checkpoint, metrics, best});
  } else if (std::ssize(metrics_.reports()) < at.reports) {
    put_aside({metrics});
    at.reports = std::ssize(metrics_.reports());
  }
  save();  // a folder that cannot be written to, or too full, is found out now
  if (!resumed_) remove_file(best);
  metrics_.start();
}

End Run::go() {
  const StopSignals signals;  // from here on there is something to save
  begin();
  const End end = train();
  metrics_.finish();
  return end;
}

End Run::train() {
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
    if (StopSignals::asked()) {
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
  if (StopSignals::asked() && !held_out && corpus_.valid.size() >= 2) {
    save();
    return End::signal;
  }
  Position& at = trainer_.position();
  const bool best = held_out && (!at.best_loss || held_out->loss < *at.best_loss);
  if (best) at.best_loss = held_out->loss;
  trainer_.end_epoch(held_out ? std::optional(held_out->loss) : std::nullopt);
  save();
  if (best && settings_.keep_best) save(kBest);
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
                              trainer_.shards(), StopSignals::asked);
  if (found && !std::isfinite(found->loss)) {
    fail("training went astray: the held-out loss after step ", trainer_.position().step, " is ",
         found->loss,
         "; the last checkpoint is from before\nTry a smaller --learning-rate or --clip.");
  }
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
  if (const auto problem = metrics_.add(report)) {
    progress_.line("warning: " + *problem + "; it is tried again with the next report");
  }
  trainer_.position().reports = std::ssize(metrics_.reports());
}

void Run::save(const char* name) {
  files::Tensors contents = describe(settings_, corpus_.vocabulary, corpus_.checksum, model_);
  trainer_.save(contents);
  files::save(file(name), contents);
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
