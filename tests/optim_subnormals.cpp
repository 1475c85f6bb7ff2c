// Gradients and moments that fade under the smallest normal number do not slow a step down: they
// are taken for 0, and are 0 after it.
#include <ctime>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include "engram/tests/optim_cases.hpp"

namespace engram::testing {
namespace {

constexpr Index kSize = 1 << 16;
constexpr float kSubnormal = 1e-41f;
const std::vector<bool> kDenseOrSparse{false, true};

// Of this thread alone: what else the machine does, does not count.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}
double least_seconds(double before, const std::function<void()>& act) {
  const double start = cpu_seconds();
  act();
  return std::min(before, cpu_seconds() - start);
}

// How much longer `act` takes on small numbers than on ordinary ones: the shortest of several
// times each, in turn.
double slowdown(const std::function<void(float)>& prepare, const std::function<void()>& act) {
  double ordinary = kInfinity, small = kInfinity;
  for (int turn = 0; turn < 15; ++turn) {
    prepare(0.5f);
    ordinary = least_seconds(ordinary, act);
    prepare(kSubnormal);
    small = least_seconds(small, act);
  }
  return small / ordinary;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_subnormals)

// By what they leave: how long they take is a matter of the processor, and 2.3 times at most on
// that at hand. The bound of the time is wide, for the machine may be busy.
BOOST_DATA_TEST_CASE(they_do_not_slow_a_step, kNames* kDenseOrSparse, name, sparse) {
  ParamRef<float> w = Param<float>(Array<float>({64, kSize / 64}));
  const Shape shape = w.shape();
  const Pointer<float> optimizer = make<float>(name, {w});
  const Indices rows({2}, {0, 63});
  Gradients<float> gradients;
  const double measured = slowdown(
      [&](float value) {
        w.assign(Array<float>::full(shape, value));
        OptimizerState<float> state = optimizer->state();
        for (auto& [slot, values] : state.arrays) values = Array<float>::full(shape, value);
        optimizer->restore(state);
        gradients = {};
        put(gradients, w,
            sparse ? Gradient<float>(shape, rows, Array<float>::full(shape.with(0, 2), value))
                   : Gradient<float>(Array<float>::full(shape, value)));
      },
      [&] {
        for (int step = 0; step < 4; ++step) optimizer->step(gradients);
      });
  BOOST_TEST_MESSAGE(name << ": a step takes " << measured << " times as long");
  BOOST_TEST(measured < 3);
  for (const auto& [slot, values] : optimizer->state().arrays) {
    BOOST_TEST(std::count(values.begin(), values.end(), 0.0f) == kSize);
  }
}

// Others on the same thread compute with them as before.
BOOST_AUTO_TEST_CASE(a_step_leaves_the_thread_as_it_was) {
  ParamRef<float> w = Param<float>(Array<float>({2}));
  Gradients<float> gradients;
  put(gradients, w, Gradient<float>(Array<float>({2})));
  Sgd<float>({w}).step(gradients);
  volatile float least = std::numeric_limits<float>::denorm_min();
  BOOST_TEST((least * 2 > least));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
