#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void elementwise_goldens(std::vector<Golden>& rows) {
  const auto both = [&](const std::string& name, auto f) {
    rows.push_back(binary(name, f));
    rows.push_back(binary(name + "_broadcast", f));
  };
  both("add", [](V a, V b) { return a + b; });
  both("sub", [](V a, V b) { return a - b; });
  both("mul", [](V a, V b) { return a * b; });
  both("div", [](V a, V b) { return a / b; });
  both("maximum", [](V a, V b) { return maximum(a, b); });
  both("minimum", [](V a, V b) { return minimum(a, b); });
  rows.push_back(unary("neg", [](V x) { return -x; }));
  rows.push_back(unary("exp", [](V x) { return exp(x); }));
  rows.push_back(unary("square", [](V x) { return square(x); }));
  rows.push_back(unary("abs", [](V x) { return abs(x); }));
  rows.push_back(unary("tanh", [](V x) { return tanh(x); }));
  rows.push_back(unary("sigmoid", [](V x) { return sigmoid(x); }));
  rows.push_back(unary("relu", [](V x) { return relu(x); }));
  rows.push_back(unary("softplus", [](V x) { return softplus(x); }));
  rows.push_back(unary("log", [](V x) { return log(x); }));
  rows.push_back(unary("sqrt", [](V x) { return sqrt(x); }));
}

}  // namespace engram::testing
