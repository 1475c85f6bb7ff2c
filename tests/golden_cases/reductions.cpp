#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void reduction_goldens(std::vector<Golden>& rows) {
  const auto reduction = [&](const std::string& name, auto f) {
    rows.push_back(unary(name, [f](V x) { return f(x, Axes{1}); }));
    rows.push_back(unary(name + "_axes02", [f](V x) { return f(x, Axes{0, 2}); }));
    rows.push_back(unary(name + "_all", [f](V x) { return f(x, Axes{}); }));
  };
  reduction("sum", [](V x, const Axes& axes) { return sum(x, axes); });
  reduction("mean", [](V x, const Axes& axes) { return mean(x, axes); });
  reduction("max", [](V x, const Axes& axes) { return max(x, axes); });
  reduction("logsumexp", [](V x, const Axes& axes) { return logsumexp(x, axes); });
  rows.push_back(unary("softmax", [](V x) { return softmax(x); }));
  rows.push_back(unary("softmax_axis0", [](V x) { return softmax(x, 0); }));
  rows.push_back(unary("log_softmax", [](V x) { return log_softmax(x); }));
  rows.push_back(unary("log_softmax_axis0", [](V x) { return log_softmax(x, 0); }));
}

}  // namespace engram::testing
