// Optimisers, clipping and schedules against PyTorch's trajectories, and what they promise besides.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/nn/safetensors.hpp"
#include "engram/ops/mse.hpp"
#include "engram/optim/optim.hpp"

namespace engram::testing {
namespace {

using namespace engram::optim;

template <class T>
using Parameters = std::vector<ParamRef<T>>;
template <class T>
using Pointer = std::unique_ptr<Optimizer<T>>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The optimisers of tests/golden/generate.py, under their names there.
const std::vector<std::string> kNames{"sgd",          "sgd_momentum", "sgd_nesterov",
                                      "sgd_weight_decay", "sgd_clipped", "adam",
                                      "adam_weight_decay", "adamw"};
template <class T>
Pointer<T> make(const std::string& name, const Parameters<T>& p) {
  const double rate = name.starts_with("adam") ? 1e-2 : 0.1;
  const double decay = name.ends_with("weight_decay") ? 1e-2 : 0;
  if (name == "adamw") return std::make_unique<AdamW<T>>(p, AdamWOptions{.learning_rate = rate});
  if (name.starts_with("adam")) {
    return std::make_unique<Adam<T>>(p, AdamOptions{.learning_rate = rate, .weight_decay = decay});
  }
  const bool plain = name == "sgd" || name == "sgd_clipped";
  return std::make_unique<Sgd<T>>(p, SgdOptions{.learning_rate = rate,
                                                .momentum = plain ? 0 : 0.9,
                                                .nesterov = name == "sgd_nesterov",
                                                .weight_decay = decay});
}

const nn::Tensors& gold() {
  static const nn::Tensors tensors =
      nn::load(std::string(ENGRAM_SOURCE_DIR) + "/tests/golden/optim.safetensors");
  return tensors;
}
template <class T = double>
Array<T> gold(const std::string& name) {
  const Array<double>& x = gold().get<double>(name);
  return Array<T>(x.shape(), std::vector<T>(x.begin(), x.end()));
}
template <class T>
Array<T> row(const Array<T>& x, Index i) {
  const Shape shape = x.shape().without(0);
  return x.window(i * shape.size(), shape);
}

template <class T>
void put(Gradients<T>& gradients, const ParamRef<T>& param, Gradient<T> gradient) {
  gradients.entries().push_back({param, {}, std::move(gradient), {}});
}
template <class T>
Gradients<T> golden_gradients(const Parameters<T>& p, Index step) {
  Gradients<T> out;
  put(out, p[0], Gradient<T>(row(gold<T>("grads.p0"), step)));
  put(out, p[1], Gradient<T>(row(gold<T>("grads.p1"), step)));
  return out;
}
template <class T>
Parameters<T> golden_parameters() {
  return {Param<T>(gold<T>("init.p0")), Param<T>(gold<T>("init.p1"))};
}

template <class T>
double difference(const Array<T>& a, const Array<T>& b) {
  BOOST_REQUIRE_EQUAL(a.shape(), b.shape());
  double worst = 0;
  for (Index i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return worst;
}

template <class T>
void follow(const std::string& name, double tolerance) {
  const Parameters<T> p = golden_parameters<T>();
  const Pointer<T> optimizer = make(name, p);
  for (Index step = 0; step < 10; ++step) {
    Gradients<T> gradients = golden_gradients(p, step);
    if (name == "sgd_clipped") {
      const double norm = clip_global_norm(gradients, 1);
      BOOST_TEST(std::abs(norm - gold("sgd_clipped.norm")[step]) < tolerance);
    }
    optimizer->step(gradients);
    BOOST_TEST(difference(p[0].value(), row(gold<T>(name + ".p0"), step)) < tolerance);
    BOOST_TEST(difference(p[1].value(), row(gold<T>(name + ".p1"), step)) < tolerance);
  }
  BOOST_TEST(optimizer->steps() == 10);
}

// Checks that `act` throws an Error that says `text`.
void refuses(const std::function<void()>& act, const std::string& text) {
  BOOST_CHECK_EXCEPTION(act(), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optim)

BOOST_DATA_TEST_CASE(trajectories_equal_pytorch, kNames, name) {
  follow<double>(name, 1e-10);
  follow<float>(name, 2e-6);
}

// A table of 100 rows of which some are listed: the gaps are longer than the runs of zeros that
// stand for them.
BOOST_DATA_TEST_CASE(sparse_is_dense_with_zeros, kNames, name) {
  Random random{2};
  const Array<float> start = random.uniform<float>({100, 33}, -1, 1);
  const Parameters<float> a{Param<float>(start)}, b{Param<float>(start)};
  const Pointer<float> sparse = make(name, a), dense = make(name, b);
  const std::vector<Indices> rows{{{3}, {0, 1, 60}}, {{0}, {}}, {{2}, {7, 99}}, {{1}, {60}}};
  for (const Indices& listed : rows) {
    const Gradient<float> gradient({100, 33}, listed,
                                   random.uniform<float>({listed.size(), 33}, -1, 1));
    Gradients<float> to_a, to_b;
    put(to_a, a[0], gradient);
    put(to_b, b[0], Gradient<float>(gradient.dense()));
    if (name == "sgd_clipped") {
      BOOST_TEST(std::abs(clip_global_norm(to_a, 1) - clip_global_norm(to_b, 1)) < 1e-9);
    }
    sparse->step(to_a);
    dense->step(to_b);
    BOOST_TEST(difference(a[0].value(), b[0].value()) <= (name == "sgd_clipped" ? 1e-6 : 0));
  }
}

BOOST_AUTO_TEST_CASE(plain_sgd_touches_only_listed_rows) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Parameters<float> p{Param<float>(Array<float>({3, 1}, {infinity, 1, infinity}))};
  Gradients<float> gradients;
  put(gradients, p[0], Gradient<float>({3, 1}, Indices({1}, {1}), Array<float>({1, 1}, {1})));
  Sgd<float>(p, {.learning_rate = 0.5}).step(gradients);
  BOOST_TEST((p[0].value()[0] == infinity && p[0].value()[1] == 0.5f));
}

BOOST_DATA_TEST_CASE(restored_it_continues_bit_for_bit, kNames, name) {
  const Parameters<float> p = golden_parameters<float>();
  const Pointer<float> whole = make(name, p);
  for (Index step = 0; step < 4; ++step) whole->step(golden_gradients(p, step));
  whole->set_learning_rate(0.03);

  const OptimizerState<float> state = whole->state();
  const Parameters<float> q{Param<float>(p[0].value()), Param<float>(p[1].value())};
  for (Index step = 4; step < 10; ++step) whole->step(golden_gradients(p, step));

  const Pointer<float> rest = make(name, q);
  rest->restore(state);
  BOOST_TEST(rest->steps() == 4);
  BOOST_TEST(rest->learning_rate() == 0.03);
  for (Index step = 4; step < 10; ++step) rest->step(golden_gradients(q, step));
  for (std::size_t k = 0; k < 2; ++k) BOOST_TEST(difference(p[k].value(), q[k].value()) == 0);
}

BOOST_AUTO_TEST_CASE(only_a_fitting_state_is_restored) {
  const Parameters<double> p = golden_parameters<double>();
  Adam<double> adam{p};
  adam.step(golden_gradients(p, 0));
  const OptimizerState<double> before = adam.state();
  const auto attempt = [&](const std::string& text, const auto& damage) {
    OptimizerState<double> state = before;
    state.arrays[0].second = Array<double>({3, 4});  // what a partial restore would leave
    damage(state);
    refuses([&] { adam.restore(state); }, text);
    const OptimizerState<double> after = adam.state();
    BOOST_TEST((after.steps == before.steps && after.learning_rate == before.learning_rate));
    BOOST_TEST(difference(after.updates, before.updates) == 0);
    for (std::size_t k = 0; k < after.arrays.size(); ++k) {
      BOOST_TEST(after.arrays[k].first == before.arrays[k].first);
      BOOST_TEST(difference(after.arrays[k].second, before.arrays[k].second) == 0);
    }
  };
  using State = OptimizerState<double>;
  attempt("no array v.1", [](State& s) { s.arrays.back().first = "v.2"; });
  attempt("has shape [4]", [](State& s) { s.arrays.back().second = Array<double>({4}); });
  attempt("3 arrays; need 4", [](State& s) { s.arrays.pop_back(); });
  attempt("updates of [1]", [](State& s) { s.updates = Indices({1}, {1}); });
  attempt("2 updates in 1 steps", [](State& s) { s.updates = Indices({2}, {1, 2}); });
  attempt("learning_rate is nan", [](State& s) { s.learning_rate = kNan; });
  const Sgd<double> sgd{p, {.momentum = 0.5}};
  refuses([&] { adam.restore(sgd.state()); }, "of another optimiser?");
}

// As in PyTorch, each parameter's corrections count its own updates.
BOOST_AUTO_TEST_CASE(a_parameter_without_gradient_is_skipped) {
  const Parameters<double> p = golden_parameters<double>(), q = golden_parameters<double>();
  Adam<double> both{p}, late{{q[1]}};
  for (Index step = 0; step < 3; ++step) {
    Gradients<double> gradients;
    put(gradients, p[0], Gradient<double>(row(gold("grads.p0"), step)));
    both.step(gradients);
    BOOST_TEST(difference(p[1].value(), gold("init.p1")) == 0);
  }
  for (Index step = 3; step < 6; ++step) {
    both.step(golden_gradients(p, step));
    late.step(golden_gradients(q, step));
    BOOST_TEST(difference(p[1].value(), q[1].value()) == 0);
  }
}

BOOST_DATA_TEST_CASE(later_steps_allocate_nothing, kNames, name) {
  const Parameters<double> p = golden_parameters<double>();
  const Pointer<double> optimizer = make(name, p);
  const Gradients<double> gradients = golden_gradients(p, 0);
  optimizer->step(gradients);
  const Pool::Usage before = Pool::shared().usage();
  for (int step = 0; step < 3; ++step) optimizer->step(gradients);
  BOOST_TEST(Pool::shared().usage().in_use == before.in_use);
  BOOST_TEST(Pool::shared().usage().allocations == before.allocations);
}

BOOST_DATA_TEST_CASE(a_quadratic_is_minimised, kNames, name) {
  const Param<double> w(Array<double>({3}, {4, -2, 0.5}));
  const Array<double> target({3}, {1, 2, 3});
  const Pointer<double> optimizer = make<double>(name, {w});
  const CosineSchedule schedule{.rate = 0.2, .epochs = 400};
  Tape<double> tape;
  double loss = 0;
  for (int step = 0; step < 400; ++step) {
    tape.clear();
    const auto y = mse(tape.read(w), tape.constant(target));
    Gradients<double> gradients = tape.backward(y);
    if (name == "sgd_clipped") clip_global_norm(gradients, 1);
    optimizer->set_learning_rate(schedule(step));
    optimizer->step(gradients);
    loss = y.item();
  }
  BOOST_TEST(loss < 1e-3);
}

BOOST_AUTO_TEST_CASE(clipping_scales_only_what_is_too_long) {
  Tape<double> tape;
  const Param<double> w(Array<double>({2}, {1, 1}));
  const auto x = tape.variable(Array<double>({2}, {4, 5}));
  Gradients<double> gradients = tape.backward(mse(tape.read(w), x));  // of w: -3, -4; of x: 3, 4
  BOOST_TEST(clip_global_norm(gradients, kInfinity) == 5);
  BOOST_TEST(clip_global_norm(gradients, 6) == 5);
  BOOST_TEST(gradients[w][1] == -4);
  BOOST_TEST(clip_global_norm(gradients, 0.5) == 5);
  BOOST_TEST(std::abs(gradients[w][1] + 4 * 0.5 / (5 + 1e-6)) < 1e-15);
  BOOST_TEST(gradients[x][1] == 4);
}

BOOST_AUTO_TEST_CASE(clipping_refuses_what_is_not_finite) {
  const Parameters<float> p{Param<float>(Array<float>({40})), Param<float>(Array<float>({5, 2}))};
  Gradients<float> gradients;
  put(gradients, p[0], Gradient<float>(Array<float>::full({40}, 3)));
  put(gradients, p[1],
      Gradient<float>({5, 2}, Indices({1}, {4}), Array<float>({1, 2}, {1, std::nanf("")})));
  refuses([&] { clip_global_norm(gradients, 1); },
          "gradient 1, of a parameter of shape [5,2], holds nan at element 1 of its 2");
  BOOST_TEST(gradients[p[0]][0] == 3);
  for (const double bad : {0.0, -1.0, kNan}) {
    refuses([&] { clip_global_norm(gradients, bad); }, "clip_global_norm: max_norm is ");
  }
  const Parameters<double> q{Param<double>(Array<double>({1}))};
  Gradients<double> huge;
  put(huge, q[0], Gradient<double>(Array<double>({1}, {1e200})));
  refuses([&] { clip_global_norm(huge, 1); }, "each of them is finite");
}

BOOST_AUTO_TEST_CASE(schedules_equal_pytorch) {
  const StepSchedule step{.rate = 0.1, .factor = 0.5, .every = 5};
  const ExponentialSchedule exponential{.rate = 0.1, .factor = 0.9};
  const CosineSchedule cosine{.rate = 0.1, .minimum = 1e-3, .epochs = 20};
  const PlateauOptions options{.rate = 0.1, .factor = 0.5, .patience = 2};
  Plateau plateau{options}, resumed{options};
  for (Index epoch = 0; epoch < 20; ++epoch) {
    const auto agrees = [&](const std::string& name, double rate) {
      BOOST_TEST(std::abs(rate - gold("schedule." + name)[epoch]) < 1e-10, name << " " << epoch);
    };
    agrees("step", step(static_cast<double>(epoch)));
    agrees("exponential", exponential(static_cast<double>(epoch)));
    agrees("cosine", cosine(static_cast<double>(epoch)));
    agrees("plateau", plateau.rate());
    resumed.restore(plateau.state());
    BOOST_TEST(plateau(gold("schedule.metric")[epoch]) == resumed(gold("schedule.metric")[epoch]));
  }
  BOOST_TEST(plateau.rate() < 0.05);
  BOOST_TEST(cosine(20) == 1e-3);
  BOOST_TEST(cosine(30) == 1e-3);
  BOOST_TEST(Warmup{.steps = 4}(0) == 0.25);
  BOOST_TEST(Warmup{.steps = 4}(9) == 1);
}

BOOST_AUTO_TEST_CASE(plateau_has_a_floor) {
  Plateau plateau{{.rate = 1, .factor = 0.1, .patience = 0, .minimum = 0.05}};
  BOOST_TEST(plateau(3) == 1);
  BOOST_TEST(plateau(kNan) == 0.1);
  BOOST_TEST(plateau(3) == 0.05);
  BOOST_TEST(plateau(3) == 0.05);
}

BOOST_AUTO_TEST_CASE(bad_options_are_refused) {
  const Parameters<float> p{Param<float>(Array<float>({2}))};
  const auto sgd = [&](SgdOptions o, const char* text) {
    refuses([&] { Sgd<float>(p, o); }, text);
  };
  sgd({.learning_rate = 0}, "sgd: learning_rate is 0; need a finite number above 0");
  sgd({.learning_rate = kInfinity}, "learning_rate is inf");
  sgd({.momentum = 1}, "momentum is 1; need 0 <= momentum < 1");
  sgd({.momentum = kNan}, "momentum is nan");
  sgd({.nesterov = true}, "momentum above 0 for nesterov");
  sgd({.weight_decay = -1}, "weight_decay is -1");
  const auto adam = [&](AdamOptions o, const char* text) {
    refuses([&] { Adam<float>(p, o); }, text);
  };
  adam({.learning_rate = -1}, "adam: learning_rate is -1");
  adam({.beta1 = 1}, "beta1 is 1; need 0 <= beta1 < 1");
  adam({.beta2 = -0.1}, "beta2 is -0.1");
  adam({.epsilon = 1e-60}, "above 0 in this precision");
  adam({.weight_decay = kNan}, "weight_decay is nan");
  refuses([&] { Sgd<float>({}); }, "no parameters");
  refuses([&] { Sgd<float>({p[0], p[0]}); }, "parameters 0 and 1 are the same one, of shape [2]");
  Sgd<float> plain{p};
  refuses([&] { plain.set_learning_rate(-1); }, "learning_rate is -1");

  refuses([] { StepSchedule{.rate = 1, .every = 0}(0); }, "step schedule: every is 0");
  refuses([] { ExponentialSchedule{.rate = 1, .factor = 2}(0); }, "factor is 2");
  refuses([] { CosineSchedule{.rate = kNan, .epochs = 5}(0); }, "cosine schedule: rate is nan");
  refuses([] { CosineSchedule{.rate = 1, .epochs = 5}(-1); }, "epoch is -1");
  refuses([] { Warmup{.steps = 0}(0); }, "warmup: steps is 0");
  refuses([] { Plateau{{.rate = 1, .factor = 1}}; }, "plateau: factor is 1");
  refuses([] { Plateau{{.rate = 1, .patience = -1}}; }, "patience is -1");
  refuses([] { Plateau{{.rate = 1, .minimum = 2}}; }, "minimum is 2");
  refuses([] { Plateau{{.rate = 1}}.restore({1, kNan, 0}); }, "best metric to restore is nan");
}

BOOST_AUTO_TEST_CASE(gradients_that_do_not_fit_are_refused) {
  const Parameters<float> p{Param<float>(Array<float>({3, 2})), Param<float>(Array<float>({4}))};
  Sgd<float> sgd{p};
  const auto attempt = [&](Gradient<float> gradient, const char* text) {
    Gradients<float> gradients;
    put(gradients, p[1], Gradient<float>(Array<float>::full({4}, 1)));
    put(gradients, p[0], std::move(gradient));
    refuses([&] { sgd.step(gradients); }, text);
    BOOST_TEST((p[1].value()[0] == 0 && sgd.steps() == 0));
  };
  attempt(Gradient<float>(Array<float>({2, 3})), "has shape [3,2], its gradient [2,3]");
  attempt(Gradient<float>({3, 2}, Indices({1}, {3}), Array<float>({1, 2})), "row 3 after -1");
  attempt(Gradient<float>({3, 2}, Indices({2}, {1, 1}), Array<float>({2, 2})), "row 1 after 1");
  attempt(Gradient<float>({3, 2}, Indices({1}, {1}), Array<float>({1})), "has 1 values for 1 rows");
  refuses([&] { sgd.step({}); }, "none of the 2 parameters has a gradient");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
