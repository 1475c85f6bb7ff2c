// Rows of the ops that put values at places, and of those that name places by coordinates.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void scatter_rows_of_ops(std::vector<OpCase>& rows) {
  // Some places get nothing, some one value, one of them three.
  const Indices index({2, 4}, {0, 2, 2, 0, 1, 1, 1, 0});
  const auto put = [&](const std::string& name, const auto& f) {
    rows.push_back(
        row(name, "scatter", [=](auto x) { return f(x[0], 1, index, x[1]); },
            {{{2, 3}, {2, 4}}, {{4, 5}, {3, 7}}, {{2, 37}, {2, 4}}},
            {{{{2, 2}, {2, 4}}, name + ": index 2 at position 1 is outside axis 1 of x [2,2]"},
             {{{2, 3}, {2, 2}}, name + ": index [2,4] is longer than source [2,2] along axis 1"},
             {{{2, 3}, {8}}, "index [2,4] and source [8]; they must have equally many axes"},
             {{{6}, {2, 4}}, "axis 1 of [6] does not exist"}}));
  };
  put("scatter", [](auto x, int k, const Indices& i, auto s) { return scatter(x, k, i, s); });
  put("scatter_max",
      [](auto x, int k, const Indices& i, auto s) { return scatter_max(x, k, i, s); });
  put("scatter_min",
      [](auto x, int k, const Indices& i, auto s) { return scatter_min(x, k, i, s); });
  put("scatter_prod",
      [](auto x, int k, const Indices& i, auto s) { return scatter_prod(x, k, i, s); });
  rows.push_back(row("scatter nothing", "scatter",
                     [](auto x) {
                       const Indices none(Shape{2, 0});
                       return scatter(x[0], -1, none, x[1]) * scatter_prod(x[0], -1, none, x[1]) +
                              scatter_max(x[0], -1, none, x[1]);
                     },
                     {{{2, 3}, {2, 0}}, {{2, 3}, {2, 1}}}));

  const Indices pairs({2, 2, 2}, {1, 0, 0, 2, 1, 0, 1, 1});
  rows.push_back(
      row("gather_nd", "gather_nd", [=](auto x) { return gather_nd(x[0], pairs); },
          {{{2, 3}}, {{2, 3, 4}}, {{3, 3, 1, 17}}},
          {{{{2, 2}}, "gather_nd: coordinate 2 of entry 1 is outside axis 1 of [2,2]"},
           {{{2}}, "gather_nd: index [2,2,2] for [2]; its last axis has the coordinates"}}));
  rows.push_back(row("gather_nd, one coordinate", "gather_nd",
                     [](auto x) {
                       return gather_nd(x[0], Indices({3, 1}, {1, 0, 1}));
                     },
                     {{{2, 3}}, {{2}}}, {{{{1, 3}}, "coordinate 1 of entry 0"}}));
  rows.push_back(row("gather_nd, no coordinates", "gather_nd",
                     [](auto x) {
                       return gather_nd(x[0], Indices(Shape{3, 0}));
                     },
                     {}, {{{{2, 3}}, "gather_nd: index [3,0] for [2,3]"}}));
  rows.push_back(row("scatter_nd", "gather_nd",
                     [=](auto x) {
                       return scatter_nd(x[0], pairs, Shape{2, 3, 4});
                     },
                     {{{2, 2, 4}}},
                     {{{{2, 2}},
                       "scatter_nd: x [2,2] for index [2,2,2] and shape [2,3,4]; need "
                       "[2,2] and then [4]"},
                      {{{2, 2, 3}}, "need [2,2] and then [4]"}}));
  rows.push_back(row("scatter_nd of single elements", "gather_nd",
                     [=](auto x) {
                       return scatter_nd(x[0], pairs, Shape{3, 3});
                     },
                     {{{2, 2}}}, {{{{2, 2, 3}}, "need [2,2] and then []"}}));
}

}  // namespace engram::testing
