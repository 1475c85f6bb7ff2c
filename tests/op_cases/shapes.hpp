// What the rows of elementwise ops have in common.
#pragma once

#include "engram/tests/op_cases.hpp"

namespace engram::testing {

// Any shape will do: plain, scalar, size 1, empty, more than one SIMD batch, rank 3.
inline Shapes any_shape() { return {{{3, 5}}, {{}}, {{1}}, {{0, 3}}, {{37}}, {{2, 1, 4}}}; }

// Pairs that broadcast: equal, row, column, both ways, scalar, size 1, empty, odd lengths.
inline Shapes pairs_that_broadcast() {
  return {{{3, 5}, {3, 5}},       {{3, 5}, {5}},   {{3, 1}, {3, 5}},
          {{4, 1}, {1, 7}},       {{}, {2, 3}},    {{1}, {1}},
          {{0, 3}, {1, 3}},       {{2, 37}, {37}}, {{2, 3, 4}, {3, 1}},
          {{5, 1, 19}, {1, 6, 1}}};
}
inline std::vector<BadShapes> pairs_that_do_not() {
  return {{{{3, 4}, {3, 5}}, "do not broadcast: [3,4] and [3,5]"},
          {{{2}, {3}}, "do not broadcast"}};
}

template <class F>
OpCase unary(const std::string& name, const std::string& file, F f, double low = -2,
             double high = 2) {
  OpCase out = row(
      name, file, [f](auto x) { return f(x[0]); }, any_shape(), {}, low, high);
  out.takes = Takes::any_shape;
  return out;
}
template <class F>
OpCase binary(const std::string& name, const std::string& file, F f, double low = -2,
              double high = 2) {
  OpCase out = row(
      name, file, [f](auto x) { return f(x[0], x[1]); }, pairs_that_broadcast(),
      pairs_that_do_not(), low, high);
  out.takes = Takes::broadcast;
  return out;
}

}  // namespace engram::testing
