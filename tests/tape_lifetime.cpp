// What outlives what: handles of a tape that is gone or cleared, gradients of another tape, and a
// tape that is never cleared.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/shards.hpp"
#include "engram/nn/recurrent.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using Numbers = boost::mpl::list<float, double>;

constexpr auto kGone = "this Var is stale: its tape is gone";
constexpr auto kStale = "this Var is stale: its tape was cleared after it was recorded, or is gone";

}  // namespace

BOOST_AUTO_TEST_SUITE(tape_lifetime)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_var_of_a_tape_that_is_gone_is_refused, T, Numbers) {
  Var<T> x, y;
  {
    auto tape = std::make_unique<Tape<T>>();
    x = tape->variable(Array<T>({2}, {1, 2}));
    y = sum(x * x);
    BOOST_TEST(y.item() == T{5});
  }
  for (const auto& use : std::vector<std::function<void()>>{
           [&] { static_cast<void>(x.value()); }, [&] { static_cast<void>(y.item()); },
           [&] { static_cast<void>(x.shape()); }, [&] { static_cast<void>(x.tape()); },
           [&] { static_cast<void>(x + x); }, [&] { static_cast<void>(T{2} * x); },
           [&] { y.tape().backward(y); }}) {
    const std::string message = error_of(use);
    BOOST_TEST(message.find("this Var is stale: its tape") != std::string::npos, message);
  }
  Tape<T> other;  // perhaps in its place
  const Var<T> z = other.variable(Array<T>({2}, {3, 4}));
  BOOST_CHECK_THROW(static_cast<void>(z + x), Error);
  BOOST_CHECK_THROW(static_cast<void>(x + z), Error);
  BOOST_TEST(!x.is(z));
  BOOST_TEST(z.value()[0] == T{3});
}

// The same address, and the same number of times cleared.
BOOST_AUTO_TEST_CASE(a_tape_in_the_place_of_another_takes_none_of_its_values) {
  std::optional<Tape<double>> place;
  std::vector<Var<double>> old;
  for (int k = 0; k < 20; ++k) {
    place.emplace();
    const Var<double> x = place->variable(vector({1, 2}));
    for (const Var<double>& v : old) {
      BOOST_TEST(error_of([&] { static_cast<void>(v.value()); }).starts_with(kStale));
      BOOST_CHECK_THROW(static_cast<void>(x * v), Error);
      BOOST_CHECK_THROW(place->backward(v), Error);
    }
    old.push_back(x);
    BOOST_TEST(place->backward(sum(x))[x][1] == 1.0);
    place.reset();
    for (const Var<double>& v : old) {
      BOOST_TEST(error_of([&] { static_cast<void>(v.value()); }).starts_with(kGone));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_var_of_a_cleared_tape_is_refused) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2}));
  tape.clear();
  const auto y = tape.variable(vector({3, 4}));
  BOOST_TEST(error_of([&] { static_cast<void>(x.value()); }).starts_with(kStale));
  BOOST_TEST(error_of([&] { static_cast<void>(y + x); }).find(kStale) != std::string::npos);
  BOOST_TEST(error_of([] {
               static_cast<void>(Var<double>().value());
             }).starts_with("this Var holds no value: it was default-constructed"));
}

BOOST_AUTO_TEST_CASE(a_var_that_left_a_function_that_is_over_is_refused) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2}));
  Var<double> left;
  tape.transient([&] { return left = x * 2.0; });
  BOOST_TEST(error_of([&] { static_cast<void>(left.value()); }).find("(Tape::transient)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(gradients_outlive_their_tape) {
  std::optional<Tape<double>> tape(std::in_place);
  const auto x = tape->variable(vector({1, 2}));
  const auto gradients = tape->backward(sum(x * x));
  tape.reset();
  BOOST_TEST(equal(gradients[x], vector({2, 4})));
}

// On both tapes x is the first value.
BOOST_AUTO_TEST_CASE(gradients_know_the_variables_of_their_own_tape_alone) {
  Tape<double> tape, other;
  const auto x = tape.variable(vector({1, 2})), a = other.variable(vector({5, 6}));
  const auto gradients = tape.backward(sum(x * x));
  BOOST_TEST(error_of([&] {
               gradients[a];
             }).starts_with("no gradient of this Var: it is of another tape than these gradients"));
  BOOST_CHECK_THROW(gradients.var(a), Error);
  tape.clear();
  const auto later = tape.variable(vector({7, 8}));
  BOOST_TEST(error_of([&] { gradients[later]; }).find("before or after a clear()") !=
             std::string::npos);
  BOOST_TEST(equal(gradients[x], vector({2, 4})));

  const Workers workers(1);
  Shards<double> shards(2, workers);
  const Param<double> w(vector({1, 2}));
  Var<double> last;
  const auto result = shards.run([&](int, Tape<double>& own) {
    last = own.variable(vector({1, 1}));
    return sum(own.read(w) * last);
  });
  BOOST_TEST(error_of([&] { result.gradients[last]; }).find("another tape") != std::string::npos);
}

// A cell that takes what it made two steps before: the error names what helps, and that helps.
BOOST_AUTO_TEST_CASE(a_value_of_two_steps_ago_is_kept_on_request) {
  const auto run = [](bool keeps) {
    Tape<double> tape;
    const auto x = tape.variable(Array<double>({6, 2}, std::vector<double>(12, 0.5)));
    std::vector<Var<double>> made;
    const auto y = nn::over_time(x, [&](const Var<double>& now) {
      auto h = now + 1.0;  // that no derivative reads
      if (made.size() > 1) h = h + made[made.size() - 2];
      if (keeps) tape.keep(h);
      made.push_back(h);
      return tanh(h);
    });
    return tape.backward(sum(y))[x][0];
  };
  const std::string message = error_of([&] { run(false); });
  BOOST_TEST(message.find("the value [2] was given back after its step") != std::string::npos);
  BOOST_TEST(message.find("call tape.keep(it) in its own step") != std::string::npos);
  BOOST_TEST(run(true) > 0.0);
}

// A training loop that never clears its tape.
template <class Turn>
std::string never_cleared(Tape<double>& tape, const Turn& turn) {
  return error_of([&] {
    for (int k = 0; k < 2 * Tape<double>::kMostUnrelatedPasses; ++k) tape.backward(turn(k));
  });
}

BOOST_AUTO_TEST_CASE(a_tape_that_grows_by_steps_without_end_says_clear) {
  Tape<double> tape;
  Param<double> w(vector({1}));
  const auto step = [&](int k) {
    w.edit()[0] = k;  // the optimiser's
    return sum(square(tape.read(w)));
  };
  const std::string message = never_cleared(tape, step);
  BOOST_TEST(message.starts_with("backward: the tape holds 3003 values of 1001 passes that have "
                                 "nothing in common; call tape.clear() before each step, or "
                                 "tape.let_grow()"),
             message);
  tape.clear();
  BOOST_TEST(tape.backward(step(3))[w][0] == 6.0);
  BOOST_TEST(never_cleared(tape, [&](int k) {
               tape.clear();
               return step(k);
             }) == "no error");
  tape.let_grow();
  BOOST_TEST(never_cleared(tape, step) == "no error");
  tape.clear();
  BOOST_TEST(never_cleared(tape, step) == "no error");
}

// Passes over one graph, over what is added to it, and over steps that have a variable in common.
BOOST_AUTO_TEST_CASE(passes_that_have_something_in_common_are_as_many_as_one_likes) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1}));
  const auto y = sum(x * x);
  BOOST_TEST(never_cleared(tape, [&](int) { return y; }) == "no error");
  BOOST_TEST(never_cleared(tape, [&](int k) { return sum(x * static_cast<double>(k)); }) ==
             "no error");
  auto h = x;
  BOOST_TEST(never_cleared(tape, [&](int) { return sum(h = tanh(h)); }) == "no error");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
