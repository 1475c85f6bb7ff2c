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

// What losses refuse that compare number with number.
inline std::vector<BadShapes> bad_pairs() {
  return {{{{3, 4}, {3, 5}}, ": shapes [3,4] and [3,5] differ; need one shape, or a scalar"},
          {{{2, 1}, {2}}, ": shapes [2,1] and [2] differ"},
          {{{3, 5}, {5}}, ": shapes [3,5] and [5] differ"},
          {{{1}, {3}}, ": shapes [1] and [3] differ"},
          {{{0}, {0}}, "no values in [0]"}};
}

// Triples that broadcast, each operand in its turn.
inline Shapes triples_that_broadcast() {
  return {{{3, 5}, {3, 5}, {3, 5}}, {{3, 17}, {17}, {3, 1}},
          {{}, {4, 1}, {1, 7}},     {{2, 3, 4}, {}, {3, 1}},
          {{1}, {1}, {1}},          {{}, {}, {}},
          {{0, 3}, {3}, {1, 1}},    {{5, 1, 19}, {6, 1}, {37, 1, 1, 1}}};
}
inline std::vector<BadShapes> triples_that_do_not() {
  return {{{{4, 4}, {3, 4}, {3, 4}}, "do not broadcast: [4,4] and [3,4]"},
          {{{3, 4}, {3, 5}, {3, 4}}, "do not broadcast: [3,4] and [3,5]"},
          {{{3, 4}, {3, 4}, {2, 4}}, "do not broadcast: [3,4] and [2,4]"}};
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

template <class F>
OpCase ternary(const std::string& name, const std::string& file, F f, double low = -2,
               double high = 2) {
  return row(
      name, file, [f](auto x) { return f(x[0], x[1], x[2]); }, triples_that_broadcast(),
      triples_that_do_not(), low, high);
}

// A row only for what is refused.
template <class F>
OpCase refused(const std::string& name, const std::string& file, F f, std::vector<BadShapes> bad) {
  return row(
      name, file, [f](auto x) { return f(x); }, {}, std::move(bad));
}

}  // namespace engram::testing
