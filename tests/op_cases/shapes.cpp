// Rows of the ops that move values around.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void shape_rows(std::vector<OpCase>& rows) {
  rows.push_back(row("reshape", "reshape",
                     [](auto x) {
                       return reshape(x[0], {2, -1});
                     },
                     {{{4, 3}}, {{2}}, {{2, 0, 3}}, {{2, 5, 1}}},
                     {{{{3, 3}}, "no multiple of the 2 of the other extents"}}));
  rows.push_back(row("reshape to a wrong size", "reshape",
                     [](auto x) {
                       return reshape(x[0], Shape{2, 3});
                     },
                     {}, {{{{5}}, "x [5] has 5 elements and [2,3] has 6"}}));
  rows.push_back(row("reshape to two open extents", "reshape",
                     [](auto x) {
                       return reshape(x[0], {-1, -1});
                     },
                     {}, {{{{4}}, "more than one extent is -1"}}));
  rows.push_back(row("transpose", "transpose", [](auto x) { return transpose(x[0]); },
                     {{{3, 4}}, {{}}, {{1, 1}}, {{2, 3, 4}}, {{0, 3}}, {{5}}}));
  rows.push_back(row("transpose (2,0,1)", "transpose",
                     [](auto x) {
                       return transpose(x[0], {2, 0, 1});
                     },
                     {{{2, 3, 4}}, {{1, 5, 1}}},
                     {{{{2, 3}}, "axis 2 of [2,3] does not exist"},
                      {{{2, 3, 4, 5}}, "(2,0,1) is no permutation of the axes of [2,3,4,5]"}}));
  rows.push_back(
      row("slice of rows", "slice", [](auto x) { return slice(x[0], 0, 1, 3); },
          {{{4, 3}}, {{3}}, {{5, 0}}},
          {{{{2, 3}}, "[1, 3) is outside axis 0 of x [2,3]; need 0 <= begin <= end <= 2"}}));
  rows.push_back(row("slice of columns", "slice", [](auto x) { return slice(x[0], -1, 1, 3); },
                     {{{4, 3}}, {{3}}, {{2, 3, 5}}, {{0, 3}}},
                     {{{{2, 2}}, "outside axis 1 of x [2,2]"}}));
  rows.push_back(row("overlapping slices", "slice",
                     [](auto x) { return slice(x[0], 0, 0, 2) * slice(x[0], 0, 1, 3); },
                     {{{3, 2}}, {{4}}}));
  rows.push_back(row("select", "slice", [](auto x) { return select(x[0], 1, 2); },
                     {{{2, 3}}, {{2, 4, 3}}}, {{{{3}}, "axis 1 of [3] does not exist"}}));
  rows.push_back(row(
      "select of the first axis", "slice",
      [](auto x) { return select(x[0], 0, 1) * select(x[0], 0, 0); },
      {{{2, 3}}, {{3, 4, 2}}, {{4}}, {{2, 1}}},
      {{{{}}, "axis 0 of [] does not exist"},
       {{{1, 2}}, "select: entry 1 of axis 0 of x [1,2] does not exist; need -1 <= index < 1"}}));
  rows.push_back(row("select from the end", "slice",
                     [](auto x) { return select(x[0], 0, -1) * select(x[0], -1, -2); },
                     {{{3, 3}}, {{2, 2}}}, {{{{1, 1}}, "select: entry -2 of axis -1 of x [1,1]"}}));
  rows.push_back(row("split in unequal parts", "slice",
                     [](auto x) {
                       const std::vector<Index> extents{1, 0, 3};
                       const auto parts = split(x[0], extents, 1);
                       return parts[0] * parts[2] + sum(parts[1]) + sum(split(x[0], {4}, 1)[0]);
                     },
                     {{{3, 4}}, {{2, 4, 17}}},
                     {{{{3, 5}},
                       "split: 3 parts of 4 entries together along axis 1 of x [3,5]; they "
                       "must add up to 5"},
                      {{{3, 2}}, "split: a part of 3 along axis 1 of x [3,2]"},
                      {{{3}}, "split: axis 1 of [3] does not exist"}}));
  rows.push_back(row("lists that are known at run time", "slice",
                     [](auto x) {
                       const std::vector<int> axes{0, -1}, order{1, 0};
                       const std::vector<Index> extents{-1, 2}, times{2, 1};
                       const std::vector<Padding> paddings{{1, 0}, {0, 2}};
                       const std::vector<Range> ranges{{.begin = 1}, {.step = 2}};
                       const auto y = transpose(reshape(tile(x[0], times), extents), order);
                       return slice(pad(y, paddings), ranges) * sum(x[0] * x[0], axes);
                     },
                     {{{3, 4}}, {{2, 2}}}, {{{{4, 3, 2}}, "shapes do not broadcast"}}));
  rows.push_back(row("split", "slice",
                     [](auto x) {
                       auto [a, b] = split<2>(x[0]);
                       return a * tanh(b);
                     },
                     {{{3, 4}}, {{2}}, {{2, 3, 6}}, {{3, 40}}, {{40, 2}}, {{3, 2, 38}}},
                     {{{{3}}, "cannot be cut into 2 equal parts"}}));
  // Columns that stay where they are, used by kernels that can read them there and by one that
  // cannot, which adds to the gradient before the others and after them.
  rows.push_back(row("columns in place and out of it", "slice",
                     [](auto x) {
                       const auto [a, b] = split<2>(x[0]);
                       const auto first = matmul(a, b, {.b = true});
                       return sum(a * b, {1}, true) * first + matmul(b, tanh(a), {.b = true});
                     },
                     {{{3, 40}}, {{2, 33 * 2}}, {{3, 4}}}, {{{{3}}, "cannot be cut into 2"}}));
  rows.push_back(row("pad_to", "slice", [](auto x) { return pad_to(x[0], 1, 1, 5); },
                     {{{3, 4}}, {{2, 2, 3}}, {{2, 0}}},
                     {{{{2, 5}}, "does not fit into an extent of 5"}}));
  const auto joined = [](auto x) { return concat(x, 1); };
  rows.push_back(
      row("concat", "concat", joined,
          {{{2, 3}, {2, 1}}, {{2, 1, 3}, {2, 2, 3}, {2, 4, 3}}, {{2, 0}, {2, 3}}, {{1, 1}}},
          {{{{2, 3}, {3, 3}}, "shapes differ beyond axis 1: [2,3] and [3,3]"}}));
  rows.push_back(row("concat of rows", "concat", [](auto x) { return concat(x, 0); },
                     {{{2, 3}, {1, 3}}, {{1}, {4}, {2}}}, {{{{2, 3}, {3}}, "shapes differ"}}));
  rows.push_back(row("stack", "concat", [](auto x) { return stack(x, 0); },
                     {{{2, 3}, {2, 3}}, {{}, {}}, {{0}, {0}}}, {{{{2}, {3}}, "shapes differ"}}));
  rows.push_back(row("stack beyond the axes", "concat", [](auto x) { return stack(x, 3); }, {},
                     {{{{2}, {2}}, "axis 3 for values of rank 1; need -2 <= axis <= 1"}}));
  rows.push_back(row("stack last", "concat", [](auto x) { return stack(x, -1); },
                     {{{2, 3}, {2, 3}, {2, 3}}}, {{{{2}, {2, 1}}, "shapes differ"}}));
  rows.push_back(row("broadcast_to", "broadcast_to",
                     [](auto x) {
                       return broadcast_to(x[0], Shape{2, 3, 4});
                     },
                     {{{4}}, {{3, 1}}, {{2, 3, 4}}, {{}}, {{1, 1, 1}}},
                     {{{{3}}, "x [3] does not broadcast to [2,3,4]"}}));
  rows.push_back(row("accumulate", "broadcast_to",
                     [](auto x) {
                       return accumulate(x, Shape{3, 1});
                     },
                     {{{3, 1}, {3, 4}}, {{2, 3, 4}, {3, 1}, {3, 19}}},
                     {{{{2, 4}}, "a term of shape [2,4] does not sum to [3,1]"}}));
  rows.push_back(row("gather_rows", "gather_rows",
                     [](auto x) {
                       return gather_rows(x[0], Indices({2, 2}, {2, 0, 2, 1}));
                     },
                     {{{4, 3}}, {{3}}, {{3, 2, 2}}, {{3, 0}}},
                     {{{{2, 3}}, "row 2 at position 0 is outside the table; need 0 <= row < 2"},
                      {{{}}, "the table is a scalar"}}));
  rows.push_back(row("scatter_rows", "gather_rows",
                     [](auto x) {
                       return scatter_rows(x[0], Indices({3}, {2, 2, 0}), 4);
                     },
                     {{{3, 2}}, {{3}}, {{3, 0}}},
                     {{{{2, 3}}, "x must begin with the axes of rows"}}));
}

}  // namespace engram::testing
