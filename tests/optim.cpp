// Optimisers against PyTorch's trajectories, and what they promise besides.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/losses/mse.hpp"
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {
namespace {

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
    late.step(golden_gradients(q, step).of(late.parameters()));
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
  BOOST_TEST(loss < 2e-3);
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
  adam({.epsilon = 1e-60}, "epsilon is 1e-60; need at least 1.08");
  adam({.weight_decay = kNan}, "weight_decay is nan");
  refuses([&] { Sgd<float>({}); }, "no parameters");
  Sgd<float> plain{p};
  refuses([&] { plain.set_learning_rate(-1); }, "learning_rate is -1");
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
  attempt(Gradient<float>(Array<float>({2, 3})),
          "the gradient of parameter 0 [3,2] has shape [2,3]");
  attempt(Gradient<float>({3, 2}, Indices({1}, {3}), Array<float>({1, 2})), "row 3 after -1");
  attempt(Gradient<float>({3, 2}, Indices({2}, {1, 1}), Array<float>({2, 2})), "row 1 after 1");
  attempt(Gradient<float>({3, 2}, Indices({1}, {1}), Array<float>({1})), "has 1 values for 1 rows");
  refuses([&] { sgd.step({}); }, "none of the 2 parameters has a gradient");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
