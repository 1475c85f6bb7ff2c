#include "engram/examples/language_model/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include "engram/examples/language_model/signals.hpp"
#include "engram/examples/language_model/standard_streams.hpp"

namespace engram::language_model {
namespace {

bool can_redraw() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) && kind && std::string_view(kind) != "dumb";
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

template <class... Values>
std::string print(const char* format, Values... values) {
  char out[160];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

// When the program is asked to stop, saving does not wait for a reader.
void show(const std::string& text) { write_to_standard_error(text, StopSignals::asked); }

std::string speed(Level level, double tokens_per_second) {
  return short_number(tokens_per_second) + (level == Level::word ? " words/s" : " chars/s");
}

}  // namespace

std::string measure(Level level, double loss) {
  return level == Level::word ? print("perplexity %.2f", std::exp(loss))
                              : print("bits/char %.3f", loss / std::numbers::ln2);
}

std::string clock(double seconds) {
  const auto all = std::llround(std::clamp(seconds, 0.0, 3.6e8));
  const int s = static_cast<int>(all % 60), m = static_cast<int>(all / 60 % 60);
  return all < 3600 ? print("%d:%02d", m, s) : print("%lld:%02d:%02d", all / 3600, m, s);
}

std::string short_number(double number) {
  if (number < 999.5) return print("%.0f", number);
  return number < 999'500 ? print("%.3gk", number / 1e3) : print("%.3gM", number / 1e6);
}

Progress::Progress(Level level) : Progress(level, can_redraw()) {}

std::string Progress::bar(const Status& status, int columns) const {
  std::string left = print("epoch %lld", static_cast<long long>(status.epoch));
  if (status.epochs > 0) left += print("/%lld", static_cast<long long>(status.epochs));
  const double loss = mean_weight_ > 0 ? mean_loss_ / mean_weight_ : status.loss;
  const std::string right = print(" %3.0f%%  loss %.3f  ", 100 * status.done, loss) +
                            measure(level_, loss) + print("  |g| %.2f  ", status.gradient_norm) +
                            speed(level_, status.tokens_per_second) + "  " +
                            clock(status.seconds_left) + " left";
  const auto taken = static_cast<int>(left.size() + right.size()) + 3;  // " [" and "]"
  const int width = std::min(columns - taken, 40);
  std::string line = left;
  if (width >= 5) {
    const int full = std::clamp(static_cast<int>(width * status.done), 0, width);
    line += " [" + std::string(static_cast<std::size_t>(full), '=') +
            std::string(static_cast<std::size_t>(width - full), ' ') + "]";
    if (full < width) line[left.size() + 2 + static_cast<std::size_t>(full)] = '>';
  }
  return (line + right).substr(0, static_cast<std::size_t>(std::max(columns, 0)));
}

void Progress::step(const Status& status) {
  mean_loss_ = 0.99 * mean_loss_ + 0.01 * status.loss;
  mean_weight_ = 0.99 * mean_weight_ + 0.01;
  last_ = status;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  // The rest of the line is erased after, not before, it is drawn over: it does not flicker. The
  // last column stays free: some terminals go to the next line when it is written.
  show('\r' + bar(status, terminal_columns() - 1) + "\033[K");
  drawn_ = true;
}

void Progress::report(const Report& report) {
  const bool held_out = report.split != "train";
  if (terminal_ && !held_out) return;
  std::string line = print("epoch %lld  step %lld  ", static_cast<long long>(report.epoch),
                           static_cast<long long>(report.step));
  line += held_out ? "held-out loss " : "loss ";
  line += print("%.4f  ", report.loss) + measure(level_, report.loss);
  if (!held_out) line += print("  |g| %.2f", last_.gradient_norm);
  line += "  " + speed(level_, report.tokens_per_second);
  if (!held_out) line += "  " + clock(last_.seconds_left) + " left";
  this->line(line);
}

void Progress::line(const std::string& line) {
  clear();
  show(line + '\n');
}

void Progress::clear() {
  if (drawn_) show("\r\033[K");
  drawn_ = false;
}

}  // namespace engram::language_model
