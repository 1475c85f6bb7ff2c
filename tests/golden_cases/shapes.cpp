#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void shape_goldens(std::vector<Golden>& rows) {
  rows.push_back(unary("transpose", [](V x) { return transpose(x, {2, 0, 1}); }));
  rows.push_back(unary("slice", [](V x) { return slice(x, 1, 1, 3); }));
  rows.push_back({"concat", [](const Vars& x, const Indices&) { return concat(x, 1); }});
  rows.push_back({"stack", [](const Vars& x, const Indices&) { return stack(x); }});
  rows.push_back(unary("broadcast_to", [](V x) { return broadcast_to(x, {2, 3, 4}); }));
  rows.push_back(
      {"gather_rows", [](const Vars& x, const Indices& i) { return gather_rows(x[0], i); }});
}

}  // namespace engram::testing
