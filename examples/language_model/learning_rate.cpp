#include "engram/examples/language_model/learning_rate.hpp"

#include <utility>

#include "engram/optim/schedule.hpp"

namespace engram::language_model {

LearningRate::LearningRate(Settings settings) : settings_(std::move(settings)) {}

double LearningRate::operator()(std::int64_t epoch, double done) const {
  const Settings& s = settings_;
  const auto whole = static_cast<double>(epoch);
  if (s.schedule == "step") {
    return optim::StepSchedule{.rate = s.learning_rate,
                               .factor = s.decay,
                               .every = static_cast<double>(s.decay_every)}(whole);
  }
  if (s.schedule == "exponential") {
    return optim::ExponentialSchedule{.rate = s.learning_rate, .factor = s.decay}(whole);
  }
  if (s.schedule == "cosine") {
    return optim::CosineSchedule{.rate = s.learning_rate,
                                 .epochs = static_cast<double>(s.epochs)}(whole + done);
  }
  return state_ ? state_->rate : s.learning_rate;
}

// The rule of PyTorch's example word_language_model: every epoch that did not improve counts.
optim::Plateau LearningRate::plateau() const {
  optim::Plateau plateau(
      {.rate = settings_.learning_rate, .factor = settings_.decay, .patience = 0, .threshold = 0});
  if (state_) plateau.restore(*state_);
  return plateau;
}

void LearningRate::epoch_ended(double held_out_loss) {
  if (settings_.schedule != "plateau") return;
  optim::Plateau next = plateau();
  next(held_out_loss);
  state_ = next.state();
}

void LearningRate::restore(const std::optional<optim::PlateauState>& state) {
  state_ = state;
  if (state_) static_cast<void>(plateau());  // throws for a state that cannot be
}

}  // namespace engram::language_model
