// Rows of the ops that reorder, repeat and surround values.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void order_rows(std::vector<OpCase>& rows) {
  rows.push_back(row("slice with steps", "ranges",
                     [](auto x) {
                       return slice(x[0], {{.step = 2}, {-2, std::nullopt, -1}});
                     },
                     {{{3, 4}}, {{1, 2}}, {{5, 17, 2}}, {{0, 3}}, {{4, 0}}},
                     {{{{3}}, "slice: 2 ranges for x [3]; need at most one for each axis"}}));
  rows.push_back(row("slice of a range", "ranges",
                     [](auto x) {
                       return slice(x[0], 1, {1, -1});
                     },
                     {{{3, 4}}, {{2, 37}}, {{2, 2}}, {{2, 5, 3}}},
                     {{{{3}}, "slice: axis 1 of [3] does not exist"}}));
  rows.push_back(row("slice with a step of 0", "ranges",
                     [](auto x) { return slice(x[0], 0, {.step = 0}); }, {},
                     {{{{3}}, "slice: a step of 0; need another"}}));
  rows.push_back(row("flip", "flip", [](auto x) { return flip(x[0]) * x[0]; },
                     {{{3, 5}}, {{}}, {{1}}, {{0, 3}}, {{37}}, {{2, 1, 4}}}));
  rows.push_back(row("flip of axes 0 and -1", "flip",
                     [](auto x) {
                       return flip(x[0], {0, -1});
                     },
                     {{{3, 5}}, {{4, 2, 17}}},
                     {{{{3}}, "flip: axis -1 of [3] is named twice"},
                      {{{}}, "flip: axis 0 of [] does not exist"}}));
  rows.push_back(row("roll", "flip", [](auto x) { return roll(x[0], -4, 1); },
                     {{{2, 3}}, {{2, 17}}, {{2, 5, 4}}, {{2, 1}}, {{2, 0}}},
                     {{{{3}}, "roll: axis 1 of [3] does not exist"}}));
  rows.push_back(
      row("reverse_sequence", "reverse_sequence",
          [](auto x) {
            return reverse_sequence(x[0], Indices({3}, {4, 0, 2}));
          },
          {{{4, 3}}, {{17, 3, 5}}, {{4, 3, 2, 2}}, {{4, 3, 0}}},
          {{{{3, 3}}, "reverse_sequence: length 4 at position 0 is out of range; need 0 <= length"},
           {{{4, 2}}, "x [4,2] and lengths [3]; need one length for each of 2 sequences"},
           {{{3}}, "x [3] has no axes for time and batch"}}));

  rows.push_back(row("pad with a value", "pad",
                     [](auto x) {
                       return pad(x[0], {{1, 2}, {0, 3}}, {.value = 1.5});
                     },
                     {{{2, 3}}, {{1, 1}}, {{0, 2}}, {{3, 37}}},
                     {{{{3}}, "pad: 2 paddings for x [3]; need one for each axis"}}));
  rows.push_back(row("pad with zeros", "pad",
                     [](auto x) {
                       return pad(x[0], 1, {2, 1});
                     },
                     {{{2, 3}}, {{3, 0}}, {{2, 17, 3}}}, {{{{3}}, "pad: axis 1 of [3] does not"}}));
  const auto padded = [&](const std::string& name, PadMode mode, BadShapes bad) {
    rows.push_back(row("pad, " + name, "pad",
                       [mode](auto x) {
                         return pad(x[0], 1, {2, 3}, {.mode = mode});
                       },
                       {{{2, 4}}, {{3, 5, 2}}, {{1, 37}}}, {bad}));
  };
  padded("reflect", PadMode::reflect,
         {{{2, 3}}, "padding 2 before and 3 after axis 1 of x [2,3]; a reflection has at most 2"});
  padded("replicate", PadMode::replicate, {{{2, 0}}, "axis 1 of x [2,0] has no entries to copy"});
  padded("circular", PadMode::circular, {{{2, 0}}, "axis 1 of x [2,0] has no entries to copy"});
  rows.push_back(row("pad of short axes", "pad",
                     [](auto x) {
                       return pad(x[0], 0, {3, 2}, {.mode = PadMode::replicate}) *
                              pad(x[0], 0, {3, 2}, {.mode = PadMode::circular});
                     },
                     {{{1}}, {{2, 3}}}));
  rows.push_back(row("pad, negative", "pad",
                     [](auto x) {
                       return pad(x[0], 0, {-1, 0});
                     },
                     {}, {{{{3}}, "padding -1 before and 0 after axis 0; need 0 or more"}}));

  rows.push_back(row("repeat", "repeat", [](auto x) { return repeat(x[0], 3, 1); },
                     {{{2, 3}}, {{2, 17}}, {{2, 3, 4}}, {{2, 0}}, {{1, 1}}},
                     {{{{3}}, "repeat: axis 1 of [3] does not exist"}}));
  rows.push_back(row("repeat, not at all", "repeat", [](auto x) { return repeat(x[0], 0, -1); },
                     {{{2, 3}}, {{4}}}));
  rows.push_back(row("repeat, a negative number", "repeat",
                     [](auto x) { return repeat(x[0], -1, 0); }, {},
                     {{{{2}}, "repeat: -1 times; need 0 or more"}}));
  rows.push_back(row("repeat of each", "repeat",
                     [](auto x) {
                       return repeat(x[0], Indices({3}, {2, 0, 3}), -1);
                     },
                     {{{3}}, {{2, 3}}, {{2, 17, 3}}},
                     {{{{2, 2}}, "times [3] for axis -1 of x [2,2]; need one number for each of"},
                      {{{}}, "axis -1 of [] does not exist"}}));
  rows.push_back(row("repeat of each, a negative number", "repeat",
                     [](auto x) {
                       return repeat(x[0], Indices({2}, {1, -2}), 0);
                     },
                     {}, {{{{2}}, "-2 times at position 1; need 0 or more"}}));
  rows.push_back(row("tile", "repeat",
                     [](auto x) {
                       return tile(x[0], {2, 3});
                     },
                     {{{2, 3}}, {{3}}, {{}}, {{2, 3, 4}}, {{0, 3}}, {{1, 17}}}));
  rows.push_back(row("tile, a negative number", "repeat",
                     [](auto x) {
                       return tile(x[0], {1, -2});
                     },
                     {}, {{{{2}}, "tile: -2 times; need 0 or more"}}));
}

}  // namespace engram::testing
