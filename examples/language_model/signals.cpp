#include "engram/examples/language_model/signals.hpp"

#include <atomic>

namespace engram::language_model {
namespace {

// Two signals may be handled by two threads at the same time: the one that comes second must know.
std::atomic<bool> stop_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may wait for no lock");

extern "C" void ask_to_stop(int signal) {
  if (!stop_asked.exchange(true)) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

StopSignals::StopSignals() {
  stop_asked = false;
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  action.sa_flags = SA_RESTART | SA_NODEFER;
  for (std::size_t k = 0; k < kSignals.size(); ++k) {
    sigaction(kSignals[k], nullptr, &before_[k]);
    if (before_[k].sa_handler != SIG_IGN) sigaction(kSignals[k], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t k = 0; k < kSignals.size(); ++k) sigaction(kSignals[k], &before_[k], nullptr);
}

bool StopSignals::asked() { return stop_asked; }

WriteErrors::WriteErrors() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  for (std::size_t k = 0; k < kSignals.size(); ++k) sigaction(kSignals[k], &ignore, &before_[k]);
}

WriteErrors::~WriteErrors() {
  for (std::size_t k = 0; k < kSignals.size(); ++k) sigaction(kSignals[k], &before_[k], nullptr);
}

}  // namespace engram::language_model
