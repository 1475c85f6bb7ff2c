// Schedules: the learning rate as a function of the epoch.
#pragma once

namespace engram::optim {

/// Each is called with an epoch, from 0 on, and returns the rate to use in it, for
/// `optimizer.set_learning_rate(schedule(epoch))`. They hold no state: training that resumes at
/// epoch e just asks for e. The unit may be a step, and an epoch may be fractional. Calling one
/// throws `Error` for a rate that is negative or not finite, a factor outside (0, 1], a length
/// that is not above 0, or an epoch before 0.

/// rate · factor^⌊epoch / every⌋, as torch's StepLR.
struct StepSchedule {
  double rate;
  double factor = 0.1;
  double every;
  double operator()(double epoch) const;
};

/// rate · factor^epoch, as torch's ExponentialLR.
struct ExponentialSchedule {
  double rate;
  double factor;
  double operator()(double epoch) const;
};

/// Half a cosine from `rate` at epoch 0 down to `minimum` at `epochs`, where it stays:
/// minimum + (rate - minimum) (1 + cos(π epoch / epochs)) / 2. As torch's CosineAnnealingLR,
/// which rises again after that.
/// Source: I. Loshchilov and F. Hutter (2017), "SGDR: stochastic gradient descent with warm
///         restarts", equation 5
struct CosineSchedule {
  double rate;
  double minimum = 0;
  double epochs;
  double operator()(double epoch) const;
};

/// A factor for any of them, min(1, (step + 1) / steps): rates that begin small.
/// Source: P. Goyal et al. (2017), "Accurate, large minibatch SGD", section 2.2
struct Warmup {
  double steps;
  double operator()(double step) const;
};

}  // namespace engram::optim
