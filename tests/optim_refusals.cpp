// What an optimiser, a clip or an average does with numbers that are none, or too large: it refuses
// them by name and changes nothing, or it scales them right.
#include <cstring>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {
namespace {

template <class T>
constexpr T kMost = std::numeric_limits<T>::max();
template <class T>
constexpr T kLeast = std::numeric_limits<T>::denorm_min();

const std::vector<bool> kLazyOrNot{false, true};

template <class T>
bool same_bits(const Array<T>& a, const Array<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0;
}

// All that a step may change.
template <class T>
struct Snapshot {
  explicit Snapshot(const Optimizer<T>& optimizer) : state(optimizer.state()) {
    for (const auto& param : optimizer.parameters()) values.push_back(param.value());
    for (const auto& param : optimizer.parameters()) versions.push_back(param.version());
  }
  OptimizerState<T> state;
  std::vector<Array<T>> values;
  std::vector<std::uint64_t> versions;
};

template <class T>
void expect_unchanged(const Snapshot<T>& before, const Optimizer<T>& optimizer) {
  const Snapshot<T> after(optimizer);
  BOOST_TEST(after.state.steps == before.state.steps);
  BOOST_TEST(after.state.updates == before.state.updates);
  BOOST_TEST(after.versions == before.versions);
  for (std::size_t k = 0; k < before.values.size(); ++k) {
    BOOST_TEST(same_bits(after.values[k], before.values[k]));
  }
  for (const auto& [name, values] : before.state.arrays) {
    BOOST_TEST(same_bits(after.state.arrays.at(name), values));
  }
}

// Parameters [4] and [60,700], the second with a gradient of rows 3 and 58.
template <class T>
struct Two {
  Two(const std::string& name, bool lazy)
      : p{Param<T>(Array<T>({4}, {1, 2, 3, 4})), Param<T>(Array<T>::full({60, 700}, 1))},
        optimizer(make<T>(name, p, lazy)) {
    optimizer->step(gradients(1, 1));  // so that there is a state to lose
  }
  // With `bad` as the last element but one of the first, and [58,5] of the second.
  Gradients<T> gradients(T first, T second) const {
    Gradients<T> out;
    put(out, p[0], Gradient<T>(Array<T>({4}, {1, 1, first, 1})));
    Array<T> rows = Array<T>::full({2, 700}, 1);
    rows.edit()[700 + 5] = second;
    put(out, p[1], Gradient<T>({60, 700}, Indices({2}, {3, 58}), rows));
    return out;
  }
  Parameters<T> p;
  Pointer<T> optimizer;
};

template <class T>
void expect_refused(const std::string& name, bool lazy, T bad) {
  const Two<T> two(name, lazy);
  const Snapshot<T> before(*two.optimizer);
  const Workers workers{2};
  const std::string who = name.starts_with("adam") ? "adam" : "sgd";
  for (const Workers* threads : {static_cast<const Workers*>(nullptr), &workers}) {
    refuses([&] { two.optimizer->step(two.gradients(1, bad), threads); },
            text(who, ": the gradient of parameter 1 [60,700] is ", bad, " at [58,5]"));
    refuses([&] { two.optimizer->step(two.gradients(bad, 1), threads); },
            text(who, ": the gradient of parameter 0 [4] is ", bad, " at [2]"));
    expect_unchanged(before, *two.optimizer);
  }
  two.optimizer->step(two.gradients(1, 1));
  BOOST_TEST(two.optimizer->steps() == 2);
}

template <class T>
bool all_finite(const Array<T>& x) {
  return std::all_of(x.begin(), x.end(), [](T v) { return std::isfinite(v); });
}

// 50 steps of this gradient and 50 of its opposite: either each is refused, or all numbers stay
// finite and the parameter never stops moving.
template <class T>
void expect_not_frozen(const std::string& name, T g) {
  const Parameters<T> p{Param<T>(Array<T>({1}))};
  const Pointer<T> optimizer = make<T>(name, p);
  int refused = 0;
  for (int step = 0; step < 100; ++step) {
    const T before = p[0].value()[0];
    Gradients<T> gradients;
    put(gradients, p[0], Gradient<T>(Array<T>({1}, {step < 50 ? g : -g})));
    try {
      optimizer->step(gradients);
    } catch (const Error&) {
      ++refused;
      continue;
    }
    BOOST_TEST(p[0].value()[0] != before);
    BOOST_TEST(all_finite(p[0].value()));
    for (const auto& [slot, values] : optimizer->state().arrays) BOOST_TEST(all_finite(values));
  }
  BOOST_TEST((refused == 0 || refused == 100));
}

template <class T>
void expect_clipped(double size, double max_norm) {
  const Parameters<T> p{Param<T>(Array<T>({40'000})), Param<T>(Array<T>({5, 3}))};
  Gradients<T> gradients;
  put(gradients, p[0], Gradient<T>(Array<T>::full({40'000}, static_cast<T>(size))));
  put(gradients, p[1],
      Gradient<T>({5, 3}, Indices({1}, {2}), Array<T>::full({1, 3}, static_cast<T>(-2 * size))));
  const double norm = static_cast<double>(static_cast<T>(size)) * std::sqrt(40'012.0);
  BOOST_TEST(std::abs(clip_global_norm(gradients, max_norm) / norm - 1) < 1e-6);
  const double clipped = std::min(size, max_norm / std::sqrt(40'012.0));
  BOOST_TEST(std::abs(gradients[p[0]][39'999] / clipped - 1) < 2e-6);
  BOOST_TEST(std::abs(gradients[p[1]][7] / (-2 * clipped) - 1) < 2e-6);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_refusals)

BOOST_DATA_TEST_CASE(what_is_not_finite_changes_nothing, kNames* kLazyOrNot, name, lazy) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    expect_refused<float>(name, lazy, static_cast<float>(bad));
    expect_refused<double>(name, lazy, bad);
  }
  expect_refused<float>(name, lazy, kMost<float>);
  expect_refused<double>(name, lazy, -kMost<double>);
}

BOOST_DATA_TEST_CASE(no_size_of_a_gradient_freezes_a_parameter, kNames, name) {
  for (int power = -18; power <= 38; ++power) {
    expect_not_frozen<float>(name, static_cast<float>(std::pow(10.0, power)));
  }
  for (const double g : {1e-150, 1e-30, 1e19, 1e30, 1e150, 1e160, 1e300}) {
    expect_not_frozen<double>(name, g);
  }
}

BOOST_AUTO_TEST_CASE(a_large_gradient_says_what_to_do) {
  const Parameters<float> p{Param<float>(Array<float>({2, 2}))};
  Gradients<float> gradients;
  put(gradients, p[0], Gradient<float>(Array<float>({2, 2}, {0, 0, -1e20f, 0})));
  Adam<float> adam{p};
  refuses([&] { adam.step(gradients); },
          "adam: the gradient of parameter 0 [2,2] is -1e+20 at [1,0], beyond 9.22337e+18");
  clip_global_norm(gradients, 1);
  adam.step(gradients);
  BOOST_TEST(std::abs(p[0].value()[2] - 1e-3f) < 1e-8f);
  // The limit goes with the rate.
  Sgd<float> sgd{p, {.learning_rate = 100}};
  Gradients<float> less;
  put(less, p[0], Gradient<float>(Array<float>::full({2, 2}, 1e17f)));
  refuses([&] { sgd.step(less); }, "sgd: the gradient of parameter 0 [2,2] is 1e+17 at [0,0]");
  sgd.set_learning_rate(10);
  sgd.step(less);
  BOOST_TEST(all_finite(p[0].value()));
}

BOOST_AUTO_TEST_CASE(options_out_of_the_range_of_float_are_refused) {
  const Parameters<float> p{Param<float>(Array<float>({2}))};
  refuses([&] { Sgd<float>(p, {.learning_rate = 1e39}); }, "learning_rate is 1e+39");
  refuses([&] { Sgd<float>(p, {.learning_rate = 1e-40}); }, "learning_rate is 1e-40");
  refuses([&] { Sgd<float>(p, {.weight_decay = 1e39}); }, "weight_decay is 1e+39");
  refuses([&] { Adam<float>(p, {.epsilon = 1e39}); }, "epsilon is 1e+39");
  refuses([&] { Adam<float>(p, {.epsilon = 1e-25}); }, "epsilon is 1e-25; need at least 1.08");
  refuses([&] { Adam<float>(p, {.weight_decay = 1e39}); }, "weight_decay is 1e+39");
  refuses([&] { Sgd<float>(p).set_learning_rate(1e39); }, "learning_rate is 1e+39");
  const Parameters<double> q{Param<double>(Array<double>({2}))};
  Adam<double>(q, {.learning_rate = 1e39, .epsilon = 1e-25, .weight_decay = 1e39});
}

BOOST_AUTO_TEST_CASE(gradients_of_any_size_are_clipped) {
  for (const double size : {1e30, 3e35, 1.0, 1e-30, 1e-37}) {
    for (const double max_norm : {1e3, 1.0, 1e-3, 1e-20}) {
      expect_clipped<float>(size, max_norm);
    }
  }
  expect_clipped<float>(1e-30, 1e-33);
  for (const double size : {1e300, 1e200, 1e-160, 1e-200, 1e-290}) {
    for (const double max_norm : {1e3, 1e-5, 1e-250}) expect_clipped<double>(size, max_norm);
  }
  const Parameters<float> p{Param<float>(Array<float>({3}))};
  Gradients<float> least;
  put(least, p[0], Gradient<float>(Array<float>::full({3}, kLeast<float>)));
  BOOST_TEST(clip_global_norm(least, 1) == std::sqrt(3.0) * kLeast<float>);
  BOOST_TEST(least[p[0]][0] == kLeast<float>);
  Gradients<float> none;
  put(none, p[0], Gradient<float>(Array<float>({3})));
  BOOST_TEST(clip_global_norm(none, 1e-30) == 0);
}

BOOST_AUTO_TEST_CASE(a_damaged_state_is_not_restored) {
  const Parameters<double> p = golden_parameters<double>();
  Adam<double> adam{p};
  adam.step(golden_gradients(p, 0));
  const Snapshot<double> before(adam);
  const auto attempt = [&](const char* array, double bad, const char* text) {
    OptimizerState<double> state = before.state;
    state.arrays.at("m.0").edit()[0] += 1;
    state.arrays.at(array).edit()[3] = bad;
    refuses([&] { adam.restore(state); }, text);
    expect_unchanged(before, adam);
  };
  attempt("m.1", kNan, "adam: m.1 of the state to restore is nan at element 3; it is damaged");
  attempt("v.0", -kInfinity, "v.0 of the state to restore is -inf at element 3");
  attempt("v.1", -1e-9, "v of the state to restore, a mean of squares, is -1e-09 at element 3");
}

BOOST_AUTO_TEST_CASE(plateau_takes_no_metric_that_is_none) {
  Plateau plateau{{.rate = 1, .factor = 0.5, .patience = 0}};
  plateau(3);
  for (const double bad : {kNan, -kInfinity, -1.0}) {
    refuses([&] { plateau(bad); },
            text("plateau: the metric is ", bad, "; need a number, 0 or more"));
    BOOST_TEST((plateau.rate() == 1 && plateau.state().best == 3));
  }
  BOOST_TEST(plateau(kInfinity) == 0.5);
  BOOST_TEST(plateau(2) == 0.5);
  BOOST_TEST(plateau.state().best == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
