#include "engram/tests/op_cases.hpp"

#include "engram/ops/fused.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

// Functions, not constants: other files ask for the rows before this one's constants are there.

// Any shape will do: plain, scalar, size 1, empty, more than one SIMD batch, rank 3.
Shapes any_shape() { return {{{3, 5}}, {{}}, {{1}}, {{0, 3}}, {{37}}, {{2, 1, 4}}}; }

// Pairs that broadcast: equal, row, column, both ways, scalar, size 1, empty, odd lengths.
Shapes pairs_that_broadcast() {
  return {{{3, 5}, {3, 5}},       {{3, 5}, {5}},   {{3, 1}, {3, 5}},
          {{4, 1}, {1, 7}},       {{}, {2, 3}},    {{1}, {1}},
          {{0, 3}, {1, 3}},       {{2, 37}, {37}}, {{2, 3, 4}, {3, 1}},
          {{5, 1, 19}, {1, 6, 1}}};
}
std::vector<BadShapes> pairs_that_do_not() {
  return {{{{3, 4}, {3, 5}}, "do not broadcast: [3,4] and [3,5]"},
          {{{2}, {3}}, "do not broadcast"}};
}

template <class F>
OpCase unary(const std::string& name, const std::string& file, F f, double low = -2,
             double high = 2) {
  return row(
      name, file, [f](auto x) { return f(x[0]); }, any_shape(), {}, low, high);
}
template <class F>
OpCase binary(const std::string& name, const std::string& file, F f, double low = -2,
              double high = 2) {
  return row(
      name, file, [f](auto x) { return f(x[0], x[1]); }, pairs_that_broadcast(),
      pairs_that_do_not(), low, high);
}

void elementwise_rows(std::vector<OpCase>& rows) {
  rows.push_back(binary("add", "arithmetic", [](auto a, auto b) { return a + b; }));
  rows.push_back(binary("sub", "arithmetic", [](auto a, auto b) { return a - b; }));
  rows.push_back(binary("mul", "arithmetic", [](auto a, auto b) { return a * b; }));
  rows.push_back(binary(
      "div", "arithmetic", [](auto a, auto b) { return a / b; }, 0.5, 2));
  rows.push_back(unary("neg", "arithmetic", [](auto x) { return -x; }));
  rows.push_back(unary("add_scalar", "arithmetic", [](auto x) { return 3 + x + 2; }));
  rows.push_back(unary("sub_scalar", "arithmetic", [](auto x) { return x - 2; }));
  rows.push_back(unary("scalar_sub", "arithmetic", [](auto x) { return 3 - x; }));
  rows.push_back(unary("mul_scalar", "arithmetic", [](auto x) { return 3 * x * 2; }));
  rows.push_back(unary("div_scalar", "arithmetic", [](auto x) { return x / 3; }));
  rows.push_back(unary(
      "scalar_div", "arithmetic", [](auto x) { return 3 / x; }, 0.5, 2));
  rows.push_back(unary("exp", "exp", [](auto x) { return exp(x); }));
  rows.push_back(unary(
      "log", "log", [](auto x) { return log(x); }, 0.5, 3));
  rows.push_back(unary(
      "sqrt", "sqrt", [](auto x) { return sqrt(x); }, 0.5, 3));
  rows.push_back(unary("square", "sqrt", [](auto x) { return square(x); }));
  rows.push_back(unary("abs", "abs", [](auto x) { return abs(x); }));
  rows.push_back(unary("tanh", "tanh", [](auto x) { return tanh(x); }));
  rows.push_back(unary(
      "sigmoid", "sigmoid", [](auto x) { return sigmoid(x); }, -6, 6));
  rows.push_back(unary("relu", "relu", [](auto x) { return relu(x); }));
  rows.push_back(unary(
      "softplus", "softplus", [](auto x) { return softplus(x); }, -6, 6));
  rows.push_back(binary("greater", "greater", [](auto a, auto b) { return greater(a, b) * a; }));
  rows.push_back(binary("maximum", "maximum", [](auto a, auto b) { return maximum(a, b); }));
  rows.push_back(binary("minimum", "maximum", [](auto a, auto b) { return minimum(a, b); }));
  rows.push_back(row(
      "dropout", "dropout",
      [](auto x) {
        Random random{7};
        return dropout(x[0], 0.3, random);
      },
      any_shape()));
}

void product_rows(std::vector<OpCase>& rows) {
  const auto product = [&](const std::string& name, Transposed t, Shapes shapes,
                           std::vector<BadShapes> bad) {
    rows.push_back(row(
        name, "matmul", [t](auto x) { return matmul(x[0], x[1], t); }, std::move(shapes),
        std::move(bad)));
  };
  product(
      "matmul", {},
      {{{2, 3}, {3, 4}},
       {{1, 1}, {1, 1}},
       {{0, 3}, {3, 2}},
       {{2, 0}, {0, 3}},
       {{5, 17}, {17, 3}},
       {{2, 2, 3}, {2, 3, 4}},
       {{2, 3, 4}, {4, 5}},
       {{3, 4}, {2, 4, 5}},
       {{2, 1, 2, 3}, {3, 3, 2}}},
      {{{{32, 64}, {128, 10}}, "inner sizes differ: a [32,64] . b [128,10]; need a.cols == b.rows"},
       {{{3}, {3, 2}}, "at least two axes"},
       {{{2, 2, 3}, {3, 3, 4}}, "do not broadcast"}});
  product("matmul_ta", {.a = true},
          {{{3, 2}, {3, 4}}, {{2, 3, 2}, {2, 3, 4}}, {{2, 3, 2}, {3, 4}}, {{0, 2}, {0, 3}}},
          {{{{2, 3}, {3, 4}}, "inner sizes differ"}});
  product("matmul_tb", {.b = true},
          {{{2, 3}, {4, 3}}, {{2, 2, 3}, {2, 4, 3}}, {{2, 2, 3}, {4, 3}}, {{1, 3}, {2, 4, 3}}},
          {{{{2, 3}, {3, 4}}, "inner sizes differ"}});
  product("matmul_tatb", {.a = true, .b = true},
          {{{3, 2}, {4, 3}}, {{2, 3, 2}, {2, 4, 3}}, {{1, 5}, {3, 1}}, {{2, 3, 2}, {4, 3}}},
          {{{{2, 3}, {3, 4}}, "inner sizes differ"}});
  rows.push_back(row("affine", "matmul", [](auto x) { return affine(x[0], x[1], x[2]); },
                     {{{2, 3}, {3, 4}, {4}},
                      {{5, 2, 3}, {3, 4}, {4}},
                      {{3}, {3, 2}, {2}},
                      {{0, 3}, {3, 2}, {2}},
                      {{2, 1}, {1, 1}, {1}},
                      {{2, 3}, {3, 4}, {2, 4}},
                      {{5, 2, 3}, {3, 4}, {2, 1}}},
                     {{{{2, 3}, {4, 3}, {3}}, "need x [..., k], w [k, n] and b [n]"},
                      {{{2, 3}, {3, 4}, {3, 4}}, "need x [..., k], w [k, n] and b [n]"}}));
}

void fused_rows(std::vector<OpCase>& rows) {
  const std::vector<BadShapes> bad = {{{{3}, {4}, {3}}, "shapes do not broadcast"}};
  rows.push_back(row(
      "fused", "fused",
      [](auto x) {
        return fused(
            [](auto a, auto b, auto c) {
              return sigmoid(a) * b + 2 * tanh(c) - exp(-a) / (1 + square(b)) +
                     maximum(a, c) * minimum(b, 0.5 * c) + (3 - b) / 4;
            },
            x[0], x[1], x[2]);
      },
      {{{3, 5}, {3, 5}, {3, 5}},
       {{2, 20}, {2, 20}, {2, 20}},
       {{3, 20}, {20}, {3, 1}},
       {{4, 1}, {1, 7}, {}},
       {{0, 3}, {0, 3}, {3}}},
      bad));
  rows.push_back(row("fused, of one input", "fused",
                     [](auto x) {
                       return fused(
                           [](auto a) {
                             return abs(a) + log(1 + square(a)) * relu(a) - softplus(a) +
                                    sqrt(2 + a * a) + 1 / (2 + sigmoid(a)) - (a - 1) * 2;
                           },
                           x[0]);
                     },
                     {{{3, 5}}, {{}}, {{2, 33}}}, {}));
  rows.push_back(row("fused columns", "fused",
                     [](auto x) {
                       const auto [a, b] = split<2>(x[0]);
                       return fused([](auto v, auto w, auto u) { return v * tanh(w) + u * v; }, a,
                                    b, a);
                     },
                     {{{3, 40}}, {{2, 66}}, {{3, 4}}}, {{{{3}}, "cannot be cut into 2"}}));
}

void reduction_rows(std::vector<OpCase>& rows) {
  const std::vector<BadShapes> bad = {{{{3}}, "axis 1 of [3] does not exist"}};
  const auto reduction = [&](const std::string& name, const auto& f, bool empty) {
    Shapes shapes = {{{3, 4}}, {{2, 3, 5}}, {{1, 1}}, {{2, 37}}, {{4, 1, 3}}};
    if (empty) shapes.push_back({{3, 0}});
    rows.push_back(row(
        name, "reduce", [f](auto x) { return f(x[0], Axes{}, false); }, shapes));
    rows.push_back(row(
        name + " over axis 1", "reduce", [f](auto x) { return f(x[0], Axes{1}, false); }, shapes,
        bad));
    rows.push_back(row(
        name + " over axes 0 and -1, kept", "reduce",
        [f](auto x) {
          return f(x[0], Axes{0, -1}, true);
        },
        shapes));
  };
  reduction(
      "sum", [](auto x, const Axes& a, bool k) { return sum(x, a, k); }, true);
  reduction(
      "mean", [](auto x, const Axes& a, bool k) { return mean(x, a, k); }, false);
  reduction(
      "max", [](auto x, const Axes& a, bool k) { return max(x, a, k); }, false);
  reduction(
      "logsumexp", [](auto x, const Axes& a, bool k) { return logsumexp(x, a, k); }, false);
  rows.push_back(row("sum, an axis twice", "reduce",
                     [](auto x) {
                       return sum(x[0], {0, 0});
                     },
                     {}, {{{{3, 4}}, "named twice"}}));
  rows.push_back(row("mean of nothing", "reduce", [](auto x) { return mean(x[0]); }, {},
                     {{{{0, 3}}, "no values in [0,3]"}}));

  const Shapes rows_of = {{{3, 5}}, {{4}}, {{1, 1}}, {{2, 3, 37}}, {{0, 3}}};
  rows.push_back(row(
      "softmax", "softmax", [](auto x) { return softmax(x[0]); }, rows_of));
  rows.push_back(row("softmax over axis 0", "softmax", [](auto x) { return softmax(x[0], 0); },
                     {{{3, 5}}, {{4}}, {{5, 1, 3}}}, {{{{}}, "axis 0 of [] does not exist"}}));
  rows.push_back(row(
      "log_softmax", "softmax", [](auto x) { return log_softmax(x[0]); }, rows_of));
  rows.push_back(row("log_softmax over axis 0", "softmax",
                     [](auto x) { return log_softmax(x[0], 0); }, {{{3, 5}}, {{4}}, {{5, 1, 3}}},
                     {{{{}}, "axis 0 of [] does not exist"}}));
}

// Labels 1, 3, 0, ... for logits of `classes` classes.
Indices labels(const Shape& shape, Index classes) {
  Indices out(shape);
  for (Index i = 0; i < out.size(); ++i)
    out.edit()[i] = static_cast<std::int32_t>((1 + 2 * i) % classes);
  return out;
}

void loss_rows(std::vector<OpCase>& rows) {
  const Shapes logits = {{{4, 5}}, {{1, 2}}, {{2, 3, 4}}, {{3, 41}}, {{6}}};
  const auto loss = [](CrossEntropyOptions options) {
    return [options](auto x) {
      const Shape shape = x[0].shape();
      return cross_entropy(x[0], labels(shape.without(shape.rank() - 1), shape.extent(-1)),
                           options);
    };
  };
  rows.push_back(row("cross_entropy", "cross_entropy", loss({}), logits));
  rows.push_back(
      row("cross_entropy, sum", "cross_entropy", loss({.reduction = Reduction::sum}), logits));
  rows.push_back(row("cross_entropy, ignoring", "cross_entropy", loss({.ignore_index = 3}),
                     {{{4, 5}}, {{2, 3, 4}}, {{3, 41}}}));
  rows.push_back(row("cross_entropy, bad targets", "cross_entropy",
                     [](auto x) {
                       return cross_entropy(x[0], Indices({2}, {1, 7}));
                     },
                     {},
                     {{{{2, 4}}, "target 7 at position 1 is no class; need 0 <= target < 4"},
                      {{{3, 4}}, "logits [3,4] and targets [2]"}}));
  rows.push_back(
      row("cross_entropy, all ignored", "cross_entropy",
          [](auto x) { return cross_entropy(x[0], Indices({1}, {2}), {.ignore_index = 2}); }, {},
          {{{{1, 4}}, "a mean over no targets"}}));
  const auto affine_loss = [](bool transposed, CrossEntropyOptions options) {
    return [=](auto x) {
      const Shape shape = x[0].shape();
      const Index classes = x[2].size();
      return affine_cross_entropy(
          x[0], x[1], x[2], labels(shape.without(shape.rank() - 1), classes), options, transposed);
    };
  };
  const std::vector<BadShapes> bad_readouts = {{{{2, 3}, {4, 5}, {5}}, "need x [..., k], w "},
                                               {{{2, 3}, {3, 3}, {5}}, "] and b [V]"}};
  rows.push_back(row("affine_cross_entropy", "affine_cross_entropy", affine_loss(false, {}),
                     {{{4, 3}, {3, 5}, {5}},
                      {{1, 2}, {2, 2}, {2}},
                      {{2, 3, 2}, {2, 41}, {41}},
                      {{3}, {3, 6}, {6}},
                      {{2, 2}, {2, 600}, {600}}},
                     bad_readouts));
  rows.push_back(row("affine_cross_entropy, transposed", "affine_cross_entropy",
                     affine_loss(true, {.reduction = Reduction::sum, .ignore_index = 3}),
                     {{{4, 3}, {5, 3}, {5}}, {{1, 1}, {2, 1}, {2}}, {{2, 3, 2}, {41, 2}, {41}}},
                     bad_readouts));
  rows.push_back(row("affine_cross_entropy of one value", "affine_cross_entropy",
                     [](auto x) {
                       return affine_cross_entropy(x[0], x[0], x[1], Indices({3}, {2, 0, 1}));
                     },
                     {{{3, 3}, {3}}}, {{{{3, 2}, {2}}, "x [3,2] . w [3,2]"}}));
  const Shapes pairs = {
      {{3, 5}, {3, 5}}, {{3, 5}, {5}}, {{3, 1}, {3, 5}}, {{}, {2, 3}}, {{1}, {1}}};
  const std::vector<BadShapes> bad = {{{{3, 4}, {3, 5}}, "do not broadcast"},
                                      {{{0}, {0}}, "no values in [0]"}};
  rows.push_back(row(
      "mse", "mse", [](auto x) { return mse(x[0], x[1]); }, pairs, bad));
  rows.push_back(row(
      "binary_cross_entropy_with_logits", "binary_cross_entropy",
      [](auto x) { return binary_cross_entropy_with_logits(x[0], x[1]); }, pairs, bad));
}

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
      {{{{}}, "axis 0 of [] does not exist"}, {{{1, 2}}, "[1, 2) is outside axis 0 of x [1,2]"}}));
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
  rows.push_back(row("pad", "slice", [](auto x) { return pad(x[0], 1, 1, 5); },
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
                       return scatter_rows(x[0], Indices({3}, {2, 0, 2}), 4);
                     },
                     {{{3, 2}}, {{3}}, {{3, 0}}},
                     {{{{2, 3}}, "x must begin with the axes of rows"}}));
}

}  // namespace

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows;
    elementwise_rows(rows);
    product_rows(rows);
    fused_rows(rows);
    reduction_rows(rows);
    loss_rows(rows);
    shape_rows(rows);
    memory_rows(rows);
    return rows;
  }();
  return all;
}

}  // namespace engram::testing
