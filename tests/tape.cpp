// Gradients of a tape are complete and never stale, and its values outlive it.
#include "engram/core/tape.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
BOOST_AUTO_TEST_SUITE(tape)

BOOST_AUTO_TEST_CASE(a_parameter_read_twice_has_one_gradient) {
  Tape<double> tape;
  Param<double> w(vector({1, 2}));
  const auto gradients = tape.backward(sum(tape.read(w) * tape.read(w) + tape.read(w)));
  BOOST_TEST(gradients.entries().size() == 1U);
  BOOST_TEST(equal(gradients[w], vector({3, 5})));
  // Copies are other parameters; references are the same.
  const Param<double> copy = w;
  const ParamRef<double> same = w;
  BOOST_TEST(!gradients.find(copy));
  BOOST_TEST(gradients.find(same));
}

BOOST_AUTO_TEST_CASE(gradients_of_values_in_between) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2, 3}));
  const auto y = x * x;
  const auto view = slice(y, 0, 1, 3);
  const auto z = sum(tanh(y)) + sum(view * view);
  const auto g = tape.gradients(z, std::array{y, view, x, y, z});
  for (Index i = 0; i < 3; ++i) {
    const double direct = 1 - std::pow(std::tanh(y.value()[i]), 2);
    const double dy = direct + (i > 0 ? 2 * y.value()[i] : 0);
    BOOST_TEST(std::abs(g[0].value()[i] - dy) < 1e-14);
    if (i > 0) BOOST_TEST(g[1].value()[i - 1] == 2 * y.value()[i]);
    BOOST_TEST(std::abs(g[2].value()[i] - 2 * dy * x.value()[i]) < 1e-13);
  }
  BOOST_TEST(equal(g[0].value(), g[3].value()));
  BOOST_TEST(g[4].item() == 1);
}

BOOST_AUTO_TEST_CASE(targets_that_are_not_reached_are_zeros) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2})), apart = tape.variable(vector({5, 6, 7}));
  const auto y = sum(x), later = tape.variable(vector({3}));
  for (const bool record : {false, true}) {
    const auto g = tape.gradients(y, std::array{apart, x, later}, {.record = record});
    BOOST_TEST(equal(g[0].value(), vector({0, 0, 0})));
    BOOST_TEST(equal(g[1].value(), vector({1, 1})));
    BOOST_TEST(equal(g[2].value(), vector({0})));
  }
  BOOST_TEST(tape.backward(y).entries().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_seed_weighs_the_results) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2}));
  const auto seed = tape.constant(vector({10, 100}));
  BOOST_TEST(equal(tape.backward(x * x, {.seed = seed})[x], vector({20, 400})));
  BOOST_TEST(equal(tape.backward(x, {.seed = seed})[x], vector({10, 100})));
  BOOST_TEST(tape.backward(x * x, {.seed = seed, .record = true}).var(x).value()[1] == 400);
}

// The gradient of two inputs begins as one array; adding to one must not show in the other.
BOOST_AUTO_TEST_CASE(shared_gradients_stay_apart) {
  Tape<double> tape;
  const auto a = tape.variable(vector({1})), b = tape.variable(vector({2}));
  const auto first = a + b;
  auto gradients = tape.backward(sum(a * a + first));
  BOOST_TEST(gradients[a].item() == 3);
  BOOST_TEST(gradients[b].item() == 1);
  gradients = tape.backward(sum(a + b));
  gradients.entries()[0].gradient.values().edit()[0] = 7;
  BOOST_TEST(gradients[a].item() == 7);
  BOOST_TEST(gradients[b].item() == 1);
}

// The same when what is added arrives through a view: a window onto the gradient of b only.
BOOST_AUTO_TEST_CASE(shared_gradients_of_views_stay_apart) {
  Tape<double> tape;
  const auto a = tape.variable(vector({1, 2})), b = tape.variable(vector({3, 4}));
  const auto through_view = sum(square(slice(b, 0, 1, 2)));  // before a + b: its turn comes after
  const auto gradients = tape.backward(sum(a + b) + through_view);
  BOOST_TEST(equal(gradients[a], vector({1, 1})));
  BOOST_TEST(equal(gradients[b], vector({1, 9})));
}

BOOST_AUTO_TEST_CASE(detached_values_pass_no_gradient) {
  Tape<double> tape;
  const auto x = tape.variable(vector({3}));
  BOOST_TEST(tape.backward(sum(detach(x) * x))[x].item() == 3);
  BOOST_TEST(error_of([&] { tape.backward(sum(detach(x))); }).starts_with("backward: "));
}

BOOST_AUTO_TEST_CASE(without_recording_only_values_are_kept) {
  Tape<double> tape;
  Param<double> w(vector({3}));
  const auto x = tape.variable(vector({2}));
  Var<double> y;
  {
    const NoRecord off(tape);
    BOOST_TEST(!tape.recording());
    y = tanh(x * tape.read(w));
    for (Id id = 1; id < tape.size(); ++id) BOOST_TEST(!tape.node(id).operation);
    const NoRecord inner(tape);
  }
  BOOST_TEST(tape.recording());
  BOOST_TEST(y.item() == std::tanh(6.0));
  // Recording again, the same parameter is read anew and differentiated; y is a number.
  const auto gradients = tape.backward(sum(y * tape.read(w) * x));
  BOOST_TEST(gradients[w].item() == 2 * std::tanh(6.0));
}

// A value read without recording is a constant: an edit afterwards must not reach the rules.
BOOST_AUTO_TEST_CASE(a_parameter_read_without_recording_stays) {
  Tape<double> tape;
  Param<double> w(vector({2}));
  const auto x = tape.variable(vector({3}));
  const auto constant = [&] {
    const NoRecord off(tape);
    return tape.read(w);
  }();
  const auto y = sum(x * constant);
  w.edit()[0] = 100;
  BOOST_TEST(tape.backward(y)[x].item() == 2);
}

// What a pass computes on the way is not left on the tape.
BOOST_AUTO_TEST_CASE(backward_leaves_the_tape_as_it_was) {
  Tape<double> tape;
  const auto x = tape.variable(vector({3}));
  const auto y = sum(tanh(x) * x);
  const std::size_t size = tape.size();
  for (const bool rules_only : {false, true}) {
    tape.backward(y, {.rules_only = rules_only});
    BOOST_TEST(tape.size() == size);
  }
}

BOOST_AUTO_TEST_CASE(float_and_double) {
  const auto gradient = []<class T>(T x) {
    Tape<T> tape;
    const auto v = tape.variable(Array<T>::scalar(x));
    return tape.backward(tanh(v))[v].item();
  };
  const double exact = 1 - std::pow(std::tanh(0.7), 2);
  BOOST_TEST(std::abs(gradient(0.7) - exact) < 1e-15);
  BOOST_TEST(std::abs(gradient(0.7F) - exact) < 1e-7);
}

BOOST_AUTO_TEST_CASE(arrays_outlive_their_tape) {
  Array<double> value, dx;
  Gradients<double> gradients;
  Param<double> w(vector({1, 2, 3}));
  {
    Tape<double> tape;
    const auto x = tape.read(w);
    const auto y = slice(x * x, 0, 1, 3);
    value = y.value();
    gradients = tape.backward(sum(y));
    dx = gradients[w];
    tape.clear();
    BOOST_TEST(equal(value, vector({4, 9})));
  }
  BOOST_TEST(equal(value, vector({4, 9})));
  BOOST_TEST(equal(dx, vector({0, 4, 6})));
  gradients.add(gradients);
  BOOST_TEST(equal(gradients[w], vector({0, 8, 12})));
}

// Gradients without an entry can be added to when their tape is gone.
BOOST_AUTO_TEST_CASE(empty_gradients_outlive_their_tape) {
  Param<double> w(vector({1}));
  Tape<double> tape;
  const auto some = tape.backward(sum(tape.read(w)));
  auto none = [] {
    Tape<double> other;
    return other.backward(sum(greater(other.variable(vector({1})), 0)));
  }();
  BOOST_TEST(none.entries().empty());
  none.add(some);
  BOOST_TEST(none[w].item() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
