// What a checkpoint's function takes beside its arguments, and whether it does the same again.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/checkpoint.hpp"
#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoints_captured)

// Values that a function captured, beside its arguments and in nested functions.
BOOST_AUTO_TEST_CASE(of_what_is_captured_have_its_gradients) {
  Random random{2};
  Tape<double> tape;
  const Param<double> w(random.normal<double>({3, 3}));
  const V x = tape.variable(random.normal<double>({2, 3}));
  const V a = tape.variable(random.normal<double>({2, 3}));
  const V between = tanh(a * 2.0);  // no leaf
  const V read = tape.read(w);      // a parameter, read outside
  const V fixed = tape.constant(random.normal<double>({2, 3}));
  const auto inner = [=](std::span<const V> v) { return sigmoid(v[0] * between + fixed); };
  struct Case {
    const char* what;
    std::function<V(std::span<const V>)> f;
    V argument;
  };
  const std::vector<Case> cases{
      {"a leaf", [=](auto v) { return v[0] * a + a; }, x},
      {"a value between", [=](auto v) { return tanh(v[0] * between) * between; }, x},
      {"a parameter that was read", [=](auto v) { return matmul(tanh(v[0]), read); }, x},
      {"with a constant for its argument", [=](auto v) { return v[0] * square(a); }, fixed},
      {"the argument itself", [=](auto v) { return v[0] * square(x); }, x},
      {"what it returns", [=](auto) { return between; }, x},
      {"in a function within", [=](auto v) { return checkpoint<double>(inner, {tanh(v[0])}) * a; },
       x},
      {"of a function within, from one around",
       [=](auto v) {
         const V own = exp(v[0]);
         return checkpoint<double>([=](auto u) { return u[0] * own * a; }, {v[0]});
       },
       x},
      {"two of a kind", [=](auto v) { return checkpoint<double>(inner, {a}) * v[0]; }, x}};
  const std::vector all{x, a, read};
  std::vector<V> directions;
  for (const V& v : all) directions.push_back(tape.constant(random.normal<double>(v.shape())));
  for (const auto& [what, f, argument] : cases) {
    BOOST_TEST_CONTEXT(what) {
      const V plain = f(std::vector{argument}), kept = checkpoint<double>(f, {argument});
      BOOST_TEST(equal(kept.value(), plain.value()));
      const V dy = tape.constant(random.normal<double>(plain.shape()));
      for (const bool record : {false, true}) {
        for (const bool rules_only : {false, true}) {
          const BackwardOptions<double> options{dy, record, rules_only};
          const auto expected = tape.gradients(plain, all, options);
          const auto got = tape.gradients(kept, all, options);
          for (std::size_t k = 0; k < all.size(); ++k) {
            BOOST_TEST(relative_difference(got[k].value(), expected[k].value()) < 1e-13);
          }
        }
        const auto expected = hvp(sum(square(plain)), all, directions, {record});
        const auto got = hvp(sum(square(kept)), all, directions, {record});
        for (std::size_t k = 0; k < all.size(); ++k) {
          BOOST_TEST(relative_difference(got[k].value(), expected[k].value()) < 1e-12);
        }
        BOOST_TEST(relative_difference(jvp(kept, all, directions, {record}).value(),
                                       jvp(plain, all, directions, {record}).value()) < 1e-12);
      }
      const auto expected = tape.backward(sum(plain)), got = tape.backward(sum(kept));
      BOOST_REQUIRE(got.entries().size() == expected.entries().size());
      for (std::size_t k = 0; k < got.entries().size(); ++k) {
        BOOST_TEST(relative_difference(got.entries()[k].gradient.dense(),
                                       expected.entries()[k].gradient.dense()) < 1e-13);
      }
    }
  }
}

// A value that is captured is kept as long as the checkpoint may want it.
BOOST_AUTO_TEST_CASE(keep_what_they_captured) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, 2})), h = x + 1.0;
  const V loss = sum(checkpoint<double>([=](auto v) { return v[0] * h; }, {x}));
  tape.give_back(0, static_cast<Id>(tape.size()));
  BOOST_TEST(equal(tape.backward(loss)[x], vector({3, 5})));
}

// The gradient by one argument does not go through another that was made of it.
BOOST_AUTO_TEST_CASE(of_arguments_that_are_made_of_one_another) {
  Random random{4};
  Tape<double> tape;
  const V x = tape.variable(random.normal<double>({3})), h = tanh(x), g = h * x;
  const auto f = [](std::span<const V> v) { return v[0] * v[1] * square(v[2]); };
  const V plain = f(std::vector{x, h, g}), kept = checkpoint<double>(f, {x, h, g});
  const V v = tape.constant(random.normal<double>({3}));
  for (const bool record : {false, true}) {
    for (const bool rules_only : {false, true}) {
      const BackwardOptions<double> options{v, record, rules_only};
      const std::vector all{x, h, g};
      const auto expected = tape.gradients(plain, all, options);
      const auto got = tape.gradients(kept, all, options);
      for (std::size_t k = 0; k < all.size(); ++k) {
        BOOST_TEST(relative_difference(got[k].value(), expected[k].value()) < 1e-14);
      }
    }
    BOOST_TEST(relative_difference(hvp(sum(kept), x, v, {record}).value(),
                                   hvp(sum(plain), x, v, {record}).value()) < 1e-13);
    BOOST_TEST(relative_difference(jvp(kept, x, v, {record}).value(),
                                   jvp(plain, x, v, {record}).value()) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(of_a_function_that_does_not_repeat_itself_are_refused) {
  Tape<double> tape;
  Random random{1};
  const V x = tape.variable(Array<double>::full({100}, 1.0));
  const V captures = checkpoint<double>([&](auto v) { return dropout(v[0], 0.5, random); }, {x});
  int calls = 0;
  const V grows = checkpoint<double>(
      [&](auto v) { return concat(std::vector(static_cast<std::size_t>(++calls), v[0]), 0); }, {x});
  const std::string remedy = "; it must do the same each time: let it draw from the generator";
  for (const bool rules_only : {false, true}) {
    const BackwardOptions<double> options{.rules_only = rules_only};
    const std::string message = error_of([&] { tape.backward(sum(captures), options); });
    BOOST_TEST(message.starts_with("checkpoint (backward): f gave "), message);
    BOOST_TEST(message.find(" of [100] when it ran again, ") != std::string::npos, message);
    BOOST_TEST(message.find(remedy) != std::string::npos);
    BOOST_TEST(error_of([&] {
                 tape.backward(sum(grows), options);
               }).find("when it ran again, of shape [100] before" + remedy) != std::string::npos);
  }
  BOOST_CHECK_THROW(grad(sum(captures), {x}), Error);
  BOOST_CHECK_THROW(jvp(captures, x, x), Error);
}

// NaN and infinities repeat themselves; a number in place of one does not.
BOOST_AUTO_TEST_CASE(compare_values_that_are_no_numbers) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> values{kNan, kInfinity, -kInfinity, 0.0, 1.0};
  for (const double first : values) {
    for (const double later : values) {
      Tape<double> tape;
      const V x = tape.variable(vector({1, 1}));
      double added = first;
      const V y = checkpoint<double>([&](auto v) { return v[0] + added; }, {x});
      added = later;
      const bool same = first == later || (std::isnan(first) && std::isnan(later));
      BOOST_TEST((error_of([&] { tape.backward(sum(y)); }) == "no error") == same,
                 first << " and then " << later);
    }
  }
}

// A matrix that others were multiplied by in between takes another way through the product, in
// float with other rounding: that is the same function.
BOOST_AUTO_TEST_CASE(of_products_repeat_themselves_but_for_rounding) {
  Random random{5};
  Tape<float> tape;
  const Param<float> w(random.normal<float>({65, 65}, 0, 0.2F));
  Var<float> h = tape.variable(random.normal<float>({16, 65}));
  const auto f = [&](std::span<const Var<float>> v) {
    return tanh(matmul(v[0], v[0].tape().read(w)));
  };
  for (int k = 0; k < 30; ++k) h = checkpoint<float>(f, {h});
  BOOST_TEST(tape.backward(sum(h)).entries().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
