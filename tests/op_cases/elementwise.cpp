// Rows of the elementwise ops.
#include "engram/core/record.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

namespace {

// Derivatives that read every input and the result, each in its own way, as those of none of
// Engram's own ops do.
struct Mixed {  // tanh(a² + a³ b³)
  static constexpr auto name = "mixed";
  static auto f(auto a, auto b) { return tanh(a * a + a * a * a * b * b * b); }
  static auto da(auto a, auto b, auto y) { return (1 - y * y) * (2 * a + 3 * a * a * b * b * b); }
  static auto db(auto a, auto b, auto y) { return (1 - y * y) * (3 * a * a * a * b * b); }
};
struct MixedOfThree {  // tanh(a² + a b³ + b² c + a c²)
  static constexpr auto name = "mixed_of_three";
  static auto f(auto a, auto b, auto c) {
    return tanh(a * a + a * b * b * b + b * b * c + a * c * c);
  }
  static auto da(auto a, auto b, auto c, auto y) {
    return (1 - y * y) * (2 * a + b * b * b + c * c);
  }
  static auto db(auto a, auto b, auto c, auto y) {
    return (1 - y * y) * (3 * a * b * b + 2 * b * c);
  }
  static auto dc(auto a, auto b, auto c, auto y) { return (1 - y * y) * (b * b + 2 * a * c); }
};

struct MixedOfFour {  // exp(a b + c² d)
  static constexpr auto name = "mixed_of_four";
  static constexpr std::uint8_t needs = static_cast<std::uint8_t>(~needs_input(4));
  static auto f(auto a, auto b, auto c, auto d) { return exp(a * b + c * c * d); }
  static auto da(auto, auto b, auto, auto, auto y) { return y * b; }
  static auto db(auto a, auto, auto, auto, auto y) { return y * a; }
  static auto dc(auto, auto, auto c, auto d, auto y) { return y * 2 * c * d; }
  static auto dd(auto, auto, auto c, auto, auto y) { return y * c * c; }
};
struct SumOfSix {  // a + b - c + [d > 0] + e x
  static constexpr auto name = "sum_of_six";
  static constexpr std::uint8_t needs = needs_input(4) | needs_input(5);
  double least = 0;
  void check() const {
    if (least < 0) fail("least ", least, "; need 0 or more");
  }
  static auto f(auto a, auto b, auto c, auto d, auto e, auto x) {
    return a + b - c + greater(d, 0) + e * x;
  }
  static auto da(auto, auto, auto, auto, auto, auto, auto) { return Constant<1>{}; }
  static auto db(auto, auto, auto, auto, auto, auto, auto) { return Constant<1>{}; }
  static auto dc(auto, auto, auto, auto, auto, auto, auto) { return Constant<-1>{}; }
  static auto dd(auto, auto, auto, auto, auto, auto, auto) { return Constant<0>{}; }
  static auto de(auto, auto, auto, auto, auto, auto x, auto) { return x; }
  static auto df(auto, auto, auto, auto, auto e, auto, auto) { return e; }
};
// a b + c d, an op of four inputs that is not elementwise, for vectors of one length.
struct SumOfDots {
  static constexpr auto name = "sum_of_dots";
  static constexpr std::uint8_t needs = kNeedsInputs;
  static Shape shape(const Shape& a, const Shape& b, const Shape& c, const Shape& d) {
    if (a != b || a != c || a != d) fail(a, ", ", b, ", ", c, " and ", d, "; need one shape");
    return {};
  }
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, const Array<T>& c, const Array<T>& d,
               Array<T>& y) const {
    *y.edit() = 0;
    for (Index i = 0; i < a.size(); ++i) *y.edit() += a[i] * b[i] + c[i] * d[i];
  }
  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T> c, Var<T> d, Var<T>, Var<T> dy, Into<Var<T>> da,
                  Into<Var<T>> db, Into<Var<T>> dc, Into<Var<T>> dd) const {
    da += dy * b;
    db += dy * a;
    dc += dy * d;
    dd += dy * c;
  }
};

}  // namespace

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
  rows.push_back(binary("chain", "chain_rule", [](auto a, auto b) {
    return elementwise(kernels::Chain{}, Site::current(), a, b);
  }));
  rows.push_back(row(
      "derivatives that read all", "elementwise",
      [](auto x) { return elementwise(Mixed{}, Site::current(), x[0], x[1]); },
      {{{3, 4}, {3, 4}}, {{2, 3, 1}, {5}}, {{}, {2}}},
      {{{{3, 4}, {3, 5}}, "mixed: shapes do not broadcast"}}, -1, 1));
  rows.push_back(row(
      "derivatives of three inputs that read all", "elementwise",
      [](auto x) { return elementwise(MixedOfThree{}, Site::current(), x[0], x[1], x[2]); },
      {{{3, 4}, {3, 4}, {3, 4}}, {{2, 3, 1}, {5}, {3, 5}}, {{}, {2}, {}}},
      {{{{3, 4}, {3, 5}, {3, 5}}, "[3,4] and [3,5]"},
       {{{3, 5}, {3, 4}, {3, 5}}, "[3,5] and [3,4]"},
       {{{3, 5}, {3, 5}, {3, 4}}, "[3,5] and [3,4]"}},
      -1, 1));
  rows.push_back(row(
      "an op of four inputs", "elementwise",
      [](auto x) { return elementwise(MixedOfFour{}, Site::current(), x[0], x[1], x[2], x[3]); },
      {{{3, 4}, {3, 4}, {3, 4}, {3, 4}}, {{2, 3, 1}, {5}, {}, {3, 5}}, {{2, 40}, {40}, {2, 1}, {}}},
      {{{{3, 4}, {3, 5}, {3, 5}, {3, 5}}, "mixed_of_four: shapes do not broadcast"},
       {{{3, 5}, {3, 4}, {3, 5}, {3, 5}}, "[3,5] and [3,4]"},
       {{{3, 5}, {3, 5}, {3, 4}, {3, 5}}, "[3,5] and [3,4]"},
       {{{3, 5}, {3, 5}, {3, 5}, {3, 4}}, "[3,5] and [3,4]"}},
      -1, 1));
  const auto of_six = [](double least) {
    return [=](auto x) {
      return elementwise(SumOfSix{least}, Site::current(), x[0], x[1], x[2], x[3], x[4], x[5]);
    };
  };
  const Shapes six = {{{3, 4}, {3, 4}, {3, 4}, {3, 4}, {3, 4}, {3, 4}},
                      {{3, 1}, {4}, {}, {3, 4}, {2, 1, 4}, {1}}};
  std::vector<BadShapes> bad_six;
  for (std::size_t k = 0; k < 6; ++k) {
    bad_six.push_back({six[0], "sum_of_six: shapes do not broadcast"});
    bad_six.back().inputs[k] = {3, 5};
  }
  rows.push_back(row("an op of six inputs", "elementwise", of_six(0), six, bad_six));
  rows.push_back(row("an op of six inputs, refused", "elementwise", of_six(-1), {},
                     {{six[0], "sum_of_six: least -1; need 0 or more"}}));
  rows.push_back(
      row("a general op of four inputs", "record",
          [](auto x) { return record(SumOfDots{}, Site::current(), x[0], x[1], x[2], x[3]); },
          {{{3}, {3}, {3}, {3}}, {{2, 4}, {2, 4}, {2, 4}, {2, 4}}},
          {{{{2}, {3}, {3}, {3}}, "sum_of_dots: [2], [3], [3] and [3]; need one shape"},
           {{{3}, {2}, {3}, {3}}, "need one shape"},
           {{{3}, {3}, {2}, {3}}, "need one shape"},
           {{{3}, {3}, {3}, {2}}, "need one shape"}}));
  rows.push_back(binary("assignment", "arithmetic", [](auto a, auto b) {
    auto y = a;
    y += b;
    y *= a;
    y -= b * b;
    y /= 3 + a * a;
    y += 2;
    y -= 0.5;
    y *= 3;
    y /= 2;
    return y;
  }));
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

}  // namespace engram::testing
