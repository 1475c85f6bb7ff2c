// How the time and the memory of a step grow with its size: forward and backward of one LSTM layer.
#include <cmath>

#include "engram/nn/lstm.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {
namespace {

class Step {
 public:
  Step(Index steps, Index batch, Index hidden)
      : lstm_({.input = hidden, .hidden = hidden}, random_),
        x_(random_.uniform<float>({steps, batch, hidden}, -1, 1)) {}

  void run(Tape<float>& tape) const {
    tape.clear();
    tape.backward(sum(lstm_(tape.constant(x_)).y));
  }

 private:
  Random random_{1};
  nn::Lstm<float> lstm_;
  Array<float> x_;
};

/// The exponent of a power law through all points, by least squares of the logarithms, and that
/// of the last two points, where what does not grow weighs least.
struct Growth {
  double exponent, last;
};
Growth growth(const std::vector<Index>& sizes, const std::vector<double>& values, double power) {
  std::vector<double> x, y;
  for (const Index size : sizes) x.push_back(power * std::log(static_cast<double>(size)));
  for (const double value : values) y.push_back(std::log(value));
  const auto n = static_cast<double>(x.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    sx += x[k], sy += y[k], sxx += x[k] * x[k], sxy += x[k] * y[k];
  }
  const std::size_t end = x.size() - 1;
  return {(n * sxy - sx * sy) / (n * sxx - sx * sx), (y[end] - y[end - 1]) / (x[end] - x[end - 1])};
}

/// A line of the table, without exponents or with them.
Json line(const char* measured, const char* over, const std::vector<Index>& sizes,
          const std::vector<double>& values) {
  return {{"measured", measured}, {"over", over},        {"sizes", sizes},
          {"values", values},     {"exponent", nullptr}, {"last_exponent", nullptr}};
}
Json growing(const char* measured, const char* over, const std::vector<Index>& sizes,
             const std::vector<double>& values, double power = 1) {
  Json out = line(measured, over, sizes, values);
  const Growth found = growth(sizes, values, power);
  out["exponent"] = found.exponent;
  out["last_exponent"] = found.last;
  return out;
}

double milliseconds(const Step& step, double seconds) {
  Tape<float> tape;
  return 1e3 * quantile(times(seconds, 1, [&] { step.run(tape); }), 0.5);
}

/// Bytes of a tape's pool: the most that are out in a step, those that are out when the tape is
/// cleared, and those that are not back with the system when it is gone.
struct Memory {
  double peak, cleared, gone;
};
Memory memory(const Step& step) {
  auto tape = std::make_unique<Tape<float>>();
  step.run(*tape);
  const auto peak = static_cast<double>(tape->pool().usage().peak);
  tape->clear();
  const std::size_t cleared = tape->pool().usage().in_use;
  // The pool stays for as long as one array of it does, and can be asked.
  const auto witness = Array<float>::uninitialized({}, tape->pool());
  const std::size_t own = tape->pool().usage().in_use - cleared;
  tape.reset();
  const std::size_t gone = witness.pool().usage().reserved - own;
  return {peak, static_cast<double>(cleared), static_cast<double>(gone)};
}

}  // namespace

Json scaling(const Options& options) {
  const double seconds = options.seconds / 5;  // of each size
  const std::vector<Index> steps{10, 100, 1000, 10000}, batches{1, 2, 4, 8, 16, 32, 64, 128, 256},
      widths{32, 64, 128, 256, 512, 1024};

  std::vector<double> by_steps, by_batch, by_width, peak, cleared, gone;
  for (const Index t : steps) {
    const Step step(t, 4, 64);
    by_steps.push_back(milliseconds(step, seconds));
    const Memory found = memory(step);
    peak.push_back(found.peak), cleared.push_back(found.cleared), gone.push_back(found.gone);
  }
  for (const Index b : batches) by_batch.push_back(milliseconds(Step(20, b, 128), seconds));
  for (const Index h : widths) by_width.push_back(milliseconds(Step(10, 16, h), seconds));

  // The weights, and the work on them, are as many as the square of the hidden size.
  return {{"rows",
           {growing("ms", "steps", steps, by_steps), growing("ms", "batch", batches, by_batch),
            growing("ms", "hidden, squared", widths, by_width, 2),
            growing("bytes at the peak", "steps", steps, peak),
            line("bytes after clear()", "steps", steps, cleared),
            line("bytes after ~Tape", "steps", steps, gone)}}};
}

}  // namespace engram::bench
