// Rows in which the gradient of one value is written where that of another lies, and rows where it
// must not be.
#include <array>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void memory_rows(std::vector<OpCase>& rows) {
  // The steps of a sequence [T, B, N] after one another, h [B, N], w [N, N].
  const Shapes shapes = {
      {{3, 2, 4}, {2, 4}, {4, 4}}, {{2, 3, 20}, {3, 20}, {20, 20}}, {{4, 1, 1}, {1, 1}, {1, 1}}};
  const auto over = [&](const std::string& name, auto steps) {
    rows.push_back(row(
        name, "slice", [steps](auto x) { return steps(tanh(x[0]), x[1], x[2]); }, shapes));
  };
  over("steps of a sequence", [](auto p, auto h, auto w) {
    for (Index t = 0; t < p.extent(0); ++t) h = tanh(affine(h, w, select(p, 0, t)));
    return h;
  });
  over("steps, some left out", [](auto p, auto h, auto w) {
    const auto last = p.extent(0) - 1;
    for (Index t = 0; t <= last; ++t) {
      const auto next = affine(h, w, select(p, 0, t));
      if (t != 1) h = tanh(next);
    }
    return h * affine(h, w, select(p, 0, last));
  });
  over("steps whose outputs are stacked and used", [](auto p, auto h, auto w) {
    std::array<decltype(h), 4> out;
    const auto steps = static_cast<std::size_t>(p.extent(0));
    for (std::size_t t = 0; t < steps; ++t) {
      out[t] = h = tanh(affine(h, w, select(p, 0, static_cast<Index>(t))));
    }
    const auto all = stack(std::span<const decltype(h)>(out.data(), steps));
    return all * all + h;
  });
  over("one output stacked twice", [](auto p, auto h, auto w) {
    h = tanh(affine(h, w, select(p, 0, 0)));
    const std::array all{h, select(p, 0, 1), h};
    return tanh(stack(std::span<const decltype(h)>(all))) + h;
  });
  over("a step used twice", [](auto p, auto h, auto w) {
    const auto step = select(p, 0, 0);
    h = tanh(affine(h, w, step)) * step;
    return affine(h, w, select(p, 0, 1)) * h;
  });
  over("a step taken twice", [](auto p, auto h, auto w) {
    h = tanh(affine(h, w, select(p, 0, 0)));
    return tanh(affine(h, w, select(p, 0, 0))) * affine(h, w, select(p, 0, 1));
  });
  over("a sequence used beside its steps", [](auto p, auto h, auto w) {
    h = tanh(affine(h, w, select(p, 0, 0)));
    return affine(h, w, select(p, 0, 1)) * sum(p, {0});
  });
  over("steps read side by side", [](auto p, auto h, auto w) {
    const auto a = affine(h, w, select(p, 0, 0)), b = affine(h, w, select(p, 0, 1));
    return a * b + a;
  });
  over("sums passed on", [](auto p, auto h, auto w) {
    const auto a = affine(h, w, select(p, 0, 0));
    return (a + h) + a + affine(a, w, select(p, 0, 1));
  });
  // Columns whose gradients are written in any order, all or some of them.
  const auto columns = [&](const std::string& name, auto use) {
    rows.push_back(row(name, "slice", [use](auto x) { return use(split<3>(tanh(x[0]))); },
                       {{{3, 60}}, {{40, 3}}, {{2, 2, 51}}}));
  };
  columns("columns in order", [](auto x) { return tanh(x[0]) * x[1] * sigmoid(x[2]); });
  columns("columns, the middle first", [](auto x) {
    const auto ends = x[0] * x[2];
    return tanh(x[1]) * ends * x[1];
  });
  columns("columns, one unused", [](auto x) { return tanh(x[0]) * x[2]; });
  columns("columns, only the middle", [](auto x) { return tanh(x[1]) * x[1]; });
  rows.push_back(row("columns of different widths", "slice",
                     [](auto x) {
                       const auto y = tanh(x[0]);
                       return sum(slice(y, 1, 0, 40) * tanh(slice(y, 1, 20, 60)), {1}) +
                              sum(tanh(slice(y, 1, 5, 35)), {1}) + sum(slice(y, 0, 0, 2), {1});
                     },
                     {{{2, 60}}}));
}

}  // namespace engram::testing
