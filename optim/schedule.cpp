#include "engram/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engram/optim/require.hpp"

namespace engram::optim {
namespace {

void check_rate(const char* who, const char* option, double rate) {
  require(rate >= 0 && rate < kInfinity, who, option, rate, "a finite number, 0 or more");
}
void check_factor(const char* who, double factor) {
  require(factor > 0 && factor <= 1, who, "factor", factor, "0 < factor <= 1");
}
void check_length(const char* who, const char* option, double length) {
  require(length > 0 && length < kInfinity, who, option, length, "a finite number above 0");
}
void check_epoch(const char* who, double epoch) {
  require(epoch >= 0, who, "epoch", epoch, "0 or more");
}

}  // namespace

double StepSchedule::operator()(double epoch) const {
  check_rate("step schedule", "rate", rate);
  check_factor("step schedule", factor);
  check_length("step schedule", "every", every);
  check_epoch("step schedule", epoch);
  return rate * std::pow(factor, std::floor(epoch / every));
}

double ExponentialSchedule::operator()(double epoch) const {
  check_rate("exponential schedule", "rate", rate);
  check_factor("exponential schedule", factor);
  check_epoch("exponential schedule", epoch);
  return rate * std::pow(factor, epoch);
}

double CosineSchedule::operator()(double epoch) const {
  check_rate("cosine schedule", "rate", rate);
  check_rate("cosine schedule", "minimum", minimum);
  check_length("cosine schedule", "epochs", epochs);
  check_epoch("cosine schedule", epoch);
  const double part = std::min(epoch / epochs, 1.0);
  return minimum + (rate - minimum) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

double Warmup::operator()(double step) const {
  check_length("warmup", "steps", steps);
  check_epoch("warmup", step);
  return std::min(1.0, (step + 1) / steps);
}

}  // namespace engram::optim
