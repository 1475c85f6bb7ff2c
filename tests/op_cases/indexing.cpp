// Rows of the ops that pick and place values by their numbers, and of those that name axes.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

void by_lists(std::vector<OpCase>& rows) {
  rows.push_back(row("index_select", "index_select",
                     [](auto x) {
                       return index_select(x[0], 1, Indices({4}, {2, 0, 2, 1}));
                     },
                     {{{2, 3}}, {{2, 3, 4}}, {{2, 3, 37}}, {{17, 5}}, {{0, 3}}, {{2, 3, 0}}},
                     {{{{2, 2}}, "index 2 at position 0 is out of range; need 0 <= index < 2"},
                      {{{3}}, "index_select: axis 1 of [3] does not exist"}}));
  rows.push_back(row("index_select, a table of numbers and gaps", "index_select",
                     [](auto x) {
                       const Indices index({2, 3}, {0, 1, kNothing, 2, 1, kNothing});
                       return index_select(x[0], -2, index, 3);
                     },
                     {{{3, 4}}, {{2, 3, 5}}, {{3, 1}}}));
  rows.push_back(row("index_select, a negative number", "index_select",
                     [](auto x) { return index_select(x[0], 0, Indices({1}, {-1})); }, {},
                     {{{{2}}, "index -1 at position 0 is out of range"}}));
  rows.push_back(row("index_select, too many axes", "index_select",
                     [](auto x) {
                       return index_select(x[0], 0, Indices(Shape{1, 1, 1, 1}));
                     },
                     {}, {{{{1, 1, 1, 1, 1}}, "a shape of 8 axes; at most 7"}}));
  rows.push_back(
      row("index_add", "index_select",
          [](auto x) {
            const Indices index({4}, {2, 0, 2, kNothing});
            return index_add(x[0], 1, index, 5);
          },
          {{{2, 4}}, {{3, 4, 2}}, {{2, 4, 37}}, {{0, 4}}, {{2, 4, 0}}},
          {{{{2, 3}}, "x [2,3] and index [4]; x must have the axes of index from axis 1"},
           {{{4}}, "x must have the axes of index from axis 1 on"}}));
  rows.push_back(row("index_add, a table of numbers", "index_select",
                     [](auto x) {
                       const Indices index({2, 2}, {1, 0, 1, 1});
                       return index_add(x[0], -2, index, 2);
                     },
                     {{{2, 2, 3}}, {{4, 2, 2, 1}}}, {{{{2, 2}}, "from axis -2 on"}}));
  rows.push_back(row("index_add, out of range", "index_select",
                     [](auto x) {
                       return index_add(x[0], 0, Indices({2}, {0, 2}), 2);
                     },
                     {}, {{{{2}}, "index 2 at position 1 is out of range; need 0 <= index < 2"}}));
  rows.push_back(row("take", "index_select",
                     [](auto x) {
                       return take(x[0], Indices({2, 3}, {5, 0, 5, kNothing, 1, 3}));
                     },
                     {{{2, 3}}, {{6}}, {{1, 37}}, {{3, 2, 4}}},
                     {{{{5}}, "take: index 5 at position 0 is out of range"}}));
  rows.push_back(row("put", "index_select",
                     [](auto x) {
                       return put(x[0], Indices({2, 2}, {5, 0, kNothing, 5}), Shape{2, 3});
                     },
                     {{{2, 2}}}, {{{{4}}, "put: x [4] and index [2,2]; they must have the same"}}));
  rows.push_back(row("put, out of range", "index_select",
                     [](auto x) {
                       return put(x[0], Indices({1}, {6}), Shape{2, 3});
                     },
                     {}, {{{{1}}, "index 6 at position 0 is out of range; need 0 <= index < 6"}}));

  const auto gathered = [](auto x) { return gather(x[0], 1, Indices({2, 3}, {0, 2, 2, 1, 0, 1})); };
  rows.push_back(row("gather", "gather", gathered, {{{2, 3}}, {{4, 17}}, {{2, 3}}},
                     {{{{2, 2}}, "index 2 at position 1 is outside axis 1 of x [2,2]; need 0 <= "},
                      {{{1, 3}}, "index [2,3] is longer than x [1,3] along axis 0"},
                      {{{2, 3, 1}}, "index [2,3] and x [2,3,1]; they must have equally many axes"},
                      {{{3}}, "gather: axis 1 of [3] does not exist"}}));
  rows.push_back(row("gather along the first axis", "gather",
                     [](auto x) {
                       return gather(x[0], 0, Indices({3, 1, 2}, {1, 0, 1, 1, 0, 0}));
                     },
                     {{{2, 1, 2}}, {{2, 3, 2}}, {{5, 4, 7}}}));
  rows.push_back(row("gather nothing", "gather",
                     [](auto x) {
                       return gather(x[0], -1, Indices(Shape{2, 0}));
                     },
                     {{{2, 3}}, {{2, 0}}}));
  rows.push_back(
      row("scatter_add", "gather",
          [](auto x) {
            return scatter_add(x[0], 1, Indices({2, 3}, {0, 2, 2, 1, 0, 1}), x[1]);
          },
          {{{2, 3}, {2, 3}}, {{4, 5}, {3, 7}}, {{2, 37}, {2, 4}}},
          {{{{2, 2}, {2, 3}}, "scatter_add: index 2 at position 1 is outside axis 1 of x [2,2]"},
           {{{2, 3}, {2, 2}}, "index [2,3] is longer than source [2,2] along axis 1"},
           {{{2, 3}, {6}}, "index [2,3] and source [6]; they must have equally many axes"},
           {{{6}, {2, 3}}, "axis 1 of [6] does not exist"}}));

  rows.push_back(row("masked_fill", "masked",
                     [](auto x) { return masked_fill(x[0], greater(x[1], 0.5), 3); },
                     {{{3, 5}, {3, 5}},
                      {{3, 5}, {5}},
                      {{3, 1}, {1, 5}},
                      {{}, {2, 3}},
                      {{2, 37}, {37}},
                      {{2, 3, 4}, {3, 1}},
                      {{0, 3}, {1, 3}},
                      {{1}, {1}}},
                     {{{{3, 4}, {3, 5}}, "do not broadcast: [3,4] and [3,5]"}}));
  rows.push_back(row("masked_fill of columns", "masked",
                     [](auto x) {
                       auto [a, b] = split<2>(x[0]);
                       return masked_fill(a, greater(b, 0.5), -1) * b;
                     },
                     {{{3, 40}}, {{2, 2}}}));
  rows.push_back(row("masked_select", "masked",
                     [](auto x) {
                       const auto mask = greater(x[0].tape().constant(x[1].value()), 0.25);
                       return masked_select(x[0], mask);
                     },
                     {{{3, 5}, {3, 5}}, {{3, 4}, {3, 1}}, {{2, 3, 37}, {37}}, {{0, 2}, {2}}},
                     {{{{3}, {2, 3}}, "masked_select: mask [2,3] does not broadcast to x [3]"}}));
  rows.push_back(row("one_hot", "one_hot",
                     [](auto x) {
                       return one_hot(x[0].tape(), Indices({2, 2}, {0, 2, 1, 2}), 3) * x[0];
                     },
                     {{{2, 2, 3}}, {{3}}, {{1}}}, {{{{2, 2, 4}}, "do not broadcast"}}));
  rows.push_back(row("one_hot, no class", "one_hot",
                     [](auto x) { return one_hot(x[0].tape(), Indices({1}, {3}), 3); }, {},
                     {{{{1}}, "label 3 at position 0 is no class; need 0 <= label < 3"}}));
}

void matrices(std::vector<OpCase>& rows) {
  for (const int k : {0, 1, -2}) {
    const std::string which = k == 0 ? "" : text(" ", k);
    rows.push_back(row("diag" + which, "diagonal", [k](auto x) { return diag(x[0], k); },
                       {{{3}}, {{1}}, {{0}}, {{2, 17}}, {{2, 3, 4}}},
                       {{{{}}, "diag: x is a scalar; need [..., n]"}}));
    rows.push_back(row("diagonal" + which, "diagonal", [k](auto x) { return diagonal(x[0], k); },
                       {{{3, 3}}, {{2, 5}}, {{17, 3}}, {{2, 3, 4}}, {{1, 1}}, {{0, 3}}},
                       {{{{3}}, "diagonal: x [3] is no matrix; need [..., rows, columns]"}}));
    rows.push_back(row("triu" + which, "diagonal", [k](auto x) { return triu(x[0], k); },
                       {{{3, 3}}, {{2, 5}}, {{4, 17}}, {{2, 3, 4}}, {{1, 1}}, {{0, 3}}},
                       {{{{3}}, "triu: x [3] is no matrix"}}));
    rows.push_back(row("tril" + which, "diagonal", [k](auto x) { return tril(x[0], k); },
                       {{{3, 3}}, {{2, 5}}, {{17, 3}}, {{2, 3, 4}}, {{1, 1}}, {{0, 3}}},
                       {{{{3}}, "tril: x [3] is no matrix"}}));
  }
  rows.push_back(row("trace", "diagonal", [](auto x) { return trace(x[0]); },
                     {{{3, 3}}, {{2, 5}}, {{2, 3, 4}}, {{0, 0}}},
                     {{{{3}}, "trace: x [3] is no matrix"}}));

  const Shapes any = {{{3, 5}}, {{1}}, {{0, 3}}, {{2, 1, 4}}};
  rows.push_back(row("unsqueeze", "squeeze", [](auto x) { return unsqueeze(x[0], 1); }, any,
                     {{{{}}, "unsqueeze: an axis number 1 in x []; need -1 <= axis < 1"}}));
  rows.push_back(row(
      "unsqueeze last", "squeeze", [](auto x) { return unsqueeze(x[0], -1); }, any));
  rows.push_back(row("squeeze", "squeeze", [](auto x) { return squeeze(x[0]) * 2; },
                     {{{3, 5}}, {{1, 1}}, {{2, 1, 4}}, {{}}}));
  rows.push_back(row("squeeze an axis", "squeeze", [](auto x) { return squeeze(x[0], 1); },
                     {{{3, 1}}, {{2, 1, 1}}},
                     {{{{1, 3}}, "squeeze: axis 1 of x [1,3] has extent 3; need 1"},
                      {{{1}}, "squeeze: axis 1 of [1] does not exist"}}));
  rows.push_back(row("squeeze several axes", "squeeze",
                     [](auto x) {
                       const auto y = squeeze(x[0], {0, -1});
                       return y * squeeze(x[0], std::vector<int>{2, 0});
                     },
                     {{{1, 5, 1}}, {{1, 0, 1}}},
                     {{{{1, 3, 2}}, "squeeze: axis -1 of x [1,3,2] has extent 2; need 1"},
                      {{{1}}, "squeeze: axis -1 of [1] is named twice"}}));
  rows.push_back(row("squeeze no axes", "squeeze",
                     [](auto x) { return squeeze(x[0], std::vector<int>()) * 2; }, {{{3, 1}}}));
  rows.push_back(row("unsqueeze several axes", "squeeze",
                     [](auto x) {
                       return unsqueeze(x[0], {0, -1}) * unsqueeze(x[0], std::vector<int>{-1, 0});
                     },
                     {{{3, 5}}, {{}}, {{0, 3}}}));
  rows.push_back(
      row("unsqueeze, bad axes", "squeeze",
          [](auto x) {
            return x[0].size() == 1 ? unsqueeze(x[0], {0, 0}) : unsqueeze(x[0], {1, 3});
          },
          {},
          {{{{1}}, "unsqueeze: axis 0 is named twice"},
           {{{2}}, "unsqueeze: an axis number 3 in x [2] with 2 more; need -3 <= axis < 3"}}));
  rows.push_back(row("flatten", "squeeze", [](auto x) { return flatten(x[0]); },
                     {{{3, 5}}, {{}}, {{0, 3}}, {{2, 1, 4}}}));
  rows.push_back(row("flatten the last two", "squeeze", [](auto x) { return flatten(x[0], -2); },
                     {{{3, 5}}, {{2, 3, 4}}}, {{{{3}}, "flatten: axis -2 of [3] does not exist"}}));
  rows.push_back(row("flatten in the wrong order", "squeeze",
                     [](auto x) { return flatten(x[0], 1, 0); }, {},
                     {{{{3, 2}}, "flatten: axis 1 comes after axis 0 in x [3,2]"}}));
  rows.push_back(row("swap_axes", "transpose", [](auto x) { return swap_axes(x[0], 0, -1); },
                     {{{3, 5}}, {{2, 3, 4}}, {{7}}, {{0, 3}}},
                     {{{{}}, "swap_axes: axis 0 of [] does not exist"}}));
  rows.push_back(row("swap_axes, the second", "transpose",
                     [](auto x) { return swap_axes(x[0], 0, 1); }, {},
                     {{{{3}}, "swap_axes: axis 1 of [3] does not exist"}}));
}

}  // namespace

void indexing_rows(std::vector<OpCase>& rows) {
  by_lists(rows);
  matrices(rows);
}

}  // namespace engram::testing
