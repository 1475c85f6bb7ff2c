#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {
namespace {

template <class F>
Golden indexed(const std::string& name, F f) {
  return {name, [f](const Vars& x, const Indices& i) { return f(x[0], i); }};
}

}  // namespace

void indexing_goldens(std::vector<Golden>& rows) {
  rows.push_back(indexed("index_select", [](V x, auto& i) { return index_select(x, 1, i); }));
  rows.push_back(indexed("index_select_axis0", [](V x, auto& i) { return index_select(x, 0, i); }));
  rows.push_back(indexed("index_select_table", [](V x, auto& i) { return index_select(x, 1, i); }));
  rows.push_back(indexed("index_add", [](V x, auto& i) { return index_add(x, 1, i, 5); }));
  rows.push_back(indexed("take", [](V x, auto& i) { return take(x, i); }));
  rows.push_back(indexed("gather", [](V x, auto& i) { return gather(x, 1, i); }));
  rows.push_back(indexed("gather_axis0", [](V x, auto& i) { return gather(x, 0, i); }));
  for (const char* name : {"scatter_add", "scatter_add_longer"}) {
    rows.push_back(
        {name, [](const Vars& x, const Indices& i) { return scatter_add(x[0], 1, i, x[1]); }});
  }
  const auto put = [&](const std::string& name, auto f) {
    rows.push_back({name, [f](const Vars& x, const Indices& i) { return f(x[0], 1, i, x[1]); }});
  };
  put("scatter", [](V x, int k, const Indices& i, V s) { return scatter(x, k, i, s); });
  put("scatter_max", [](V x, int k, const Indices& i, V s) { return scatter_max(x, k, i, s); });
  put("scatter_min", [](V x, int k, const Indices& i, V s) { return scatter_min(x, k, i, s); });
  put("scatter_prod", [](V x, int k, const Indices& i, V s) { return scatter_prod(x, k, i, s); });
  rows.push_back(indexed("gather_nd", [](V x, auto& i) { return gather_nd(x, i); }));
  rows.push_back(indexed("scatter_nd", [](V x, auto& i) {
    return scatter_nd(x, i, Shape{2, 3, 4});
  }));
  rows.push_back(
      binary("masked_fill", [](V x, V m) { return masked_fill(x, greater(m, 0), 0.5) * m; }));
  rows.push_back(binary("masked_fill_broadcast",
                        [](V x, V m) { return masked_fill(x, greater(m, 0), -1) * m; }));
  rows.push_back(
      binary("masked_select", [](V x, V m) { return masked_select(x, greater(m, 0)) * sum(m); }));
  rows.push_back(indexed("one_hot", [](V x, auto& i) { return one_hot(x.tape(), i, 4) * x; }));

  rows.push_back(unary("slice_steps", [](V x) { return slice(x, {{.begin = 1}, {.step = 2}}); }));
  rows.push_back(unary("slice_ranges", [](V x) {
    return slice(x, {{.begin = -2}, {.end = -1}, {.begin = 1, .step = 3}});
  }));
  rows.push_back(unary("flip", [](V x) { return flip(x, {0, 2}); }));
  rows.push_back(unary("flip_all", [](V x) { return flip(x); }));
  rows.push_back(unary("roll", [](V x) { return roll(x, 2, 1); }));
  rows.push_back(unary("roll_back", [](V x) { return roll(x, -7, 0); }));
  for (const char* name : {"reverse_sequence", "reverse_sequence_rank3"}) {
    rows.push_back(indexed(name, [](V x, auto& i) { return reverse_sequence(x, i); }));
  }

  rows.push_back(unary("pad_zeros", [](V x) { return pad(x, 1, {1, 2}); }));
  rows.push_back(unary("pad_value", [](V x) {
    return pad(x, {{}, {1, 2}, {0, 3}}, {.value = 1.5});
  }));
  const auto padded = [&](const std::string& name, PadMode mode) {
    rows.push_back(unary("pad_" + name, [=](V x) { return pad(x, 1, {2, 3}, {.mode = mode}); }));
    rows.push_back(unary("pad_" + name + "_axes", [=](V x) {
      return pad(x, {{}, {2, 1}, {1, 2}}, {.mode = mode});
    }));
  };
  padded("reflect", PadMode::reflect);
  padded("replicate", PadMode::replicate);
  padded("circular", PadMode::circular);
  rows.push_back(unary("repeat", [](V x) { return repeat(x, 3, 1); }));
  rows.push_back(indexed("repeat_each", [](V x, auto& i) { return repeat(x, i, 1); }));
  rows.push_back(unary("tile", [](V x) { return tile(x, {2, 3}); }));
  rows.push_back(unary("tile_more", [](V x) { return tile(x, {2, 1, 2}); }));
  rows.push_back(unary("tile_fewer", [](V x) { return tile(x, {2}); }));

  for (const int k : {0, 1, -2}) {
    const std::string name = k < 0 ? text("m", -k) : text(k);
    rows.push_back(unary("diag_" + name, [k](V x) { return diag(x, k); }));
    rows.push_back(unary("diagonal_" + name, [k](V x) { return diagonal(x, k); }));
    rows.push_back(unary("triu_" + name, [k](V x) { return triu(x, k); }));
    rows.push_back(unary("tril_" + name, [k](V x) { return tril(x, k); }));
  }
  rows.push_back(unary("trace", [](V x) { return trace(x); }));
  rows.push_back(unary("trace_batched", [](V x) { return trace(x); }));
  rows.push_back(unary("unsqueeze", [](V x) { return unsqueeze(x, 1); }));
  rows.push_back(unary("squeeze", [](V x) { return squeeze(x); }));
  rows.push_back(unary("flatten", [](V x) { return flatten(x, 1); }));
  rows.push_back(unary("swap_axes", [](V x) { return swap_axes(x, 0, -1); }));
}

}  // namespace engram::testing
