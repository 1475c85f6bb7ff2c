#include "engram/examples/language_model/signals.hpp"

#include <atomic>
#include <csignal>
#include <initializer_list>

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
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);
}

StopSignals::~StopSignals() {
  for (const int signal : {SIGINT, SIGTERM, SIGXFSZ}) std::signal(signal, SIG_DFL);
}

bool StopSignals::asked() const { return stop_asked; }

}  // namespace engram::language_model
