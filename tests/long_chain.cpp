// Chains of a million values are recorded, differentiated and destroyed by loops: here on a
// stack of 256 kB, which a recursion along the chain would overrun.
#include <cmath>
#include <exception>
#include <functional>
#include <string>

#include <boost/test/unit_test.hpp>
#include <pthread.h>

#include "engram/core/derivatives.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLength = 100'000;  // the sanitizers' bookkeeping of more takes minutes
#else
constexpr int kLength = 1'000'000;
#endif

// Runs `work` on a small stack. Boost's checks are for one thread: they stay outside.
void on_a_small_stack(std::function<void()> work) {
  struct Job {
    std::function<void()> work;
    std::string error;
  } job{std::move(work), ""};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  BOOST_REQUIRE(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
  pthread_t thread{};
  const auto run = [](void* at) -> void* {
    try {
      static_cast<Job*>(at)->work();
    } catch (const std::exception& error) {
      static_cast<Job*>(at)->error = error.what();
    }
    return nullptr;
  };
  BOOST_REQUIRE(pthread_create(&thread, &attributes, run, &job) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  BOOST_TEST(job.error == "");
}

// y -> y / (1 + a y) taken n times is x / (1 + n a x).
Var<double> iterated(Var<double> y, double a, int times) {
  for (int k = 0; k < times; ++k) y = y / (1 + a * y);
  return y;
}

bool close(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

}  // namespace

BOOST_AUTO_TEST_SUITE(long_chain)

BOOST_AUTO_TEST_CASE(of_operations) {
  const int n = kLength / 3;
  const double a = 1.0 / n, x = 1.5;
  double y = 0, dx = 0, again = 0;
  std::size_t size = 0;
  on_a_small_stack([&] {
    Tape<double> tape;
    for (double* gradient : {&dx, &again}) {
      tape.clear();
      const auto from = tape.variable(Array<double>::scalar(x));
      const auto to = iterated(from, a, n);
      y = to.item();
      *gradient = tape.backward(to)[from].item();
    }
    size = tape.size();
  });
  BOOST_TEST(size > static_cast<std::size_t>(n) * 3);
  BOOST_TEST(close(y, x / (1 + n * a * x)));
  BOOST_TEST(close(dx, 1 / std::pow(1 + n * a * x, 2)));
  BOOST_TEST(dx == again);
}

// Views of views: their values are one block, and their gradients are windows onto one array.
BOOST_AUTO_TEST_CASE(of_views) {
  Array<float> dx;
  bool shared = false;
  on_a_small_stack([&] {
    Tape<float> tape;
    const auto from = tape.variable(Array<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    auto to = from;
    for (int k = 0; k < kLength / 2; ++k) {
      to = reshape(to, k % 2 == 0 ? Shape{3, 2} : Shape{2, 3});
      to = slice(to, 0, 0, to.extent(0));
    }
    shared = to.value().shares_memory_with(from.value());
    const auto seed = tape.constant(Array<float>(to.shape(), {1, 2, 3, 4, 5, 6}));
    dx = tape.backward(to, {.seed = seed})[from];
  });
  BOOST_TEST(shared);
  for (Index i = 0; i < 6; ++i) BOOST_TEST(dx[i] == static_cast<float>(i + 1));
}

// The derivative of a chain of 100,000, recorded, and the derivative of that.
BOOST_AUTO_TEST_CASE(of_recorded_derivatives) {
  const int n = kLength / 30;
  const double a = 1.0 / n, x = 1.5;
  double first = 0, second = 0;
  on_a_small_stack([&] {
    Tape<double> tape;
    const auto from = tape.variable(Array<double>::scalar(x));
    const auto dx = grad(iterated(from, a, n), {from})[0];
    first = dx.item();
    second = tape.backward(dx)[from].item();
  });
  BOOST_TEST(close(first, 1 / std::pow(1 + n * a * x, 2)));
  BOOST_TEST(close(second, -2 * n * a / std::pow(1 + n * a * x, 3)));
}

BOOST_AUTO_TEST_CASE(of_recorded_derivatives_of_views) {
  double second = 0;
  on_a_small_stack([&] {
    Tape<double> tape;
    const auto from = tape.variable(Array<double>({2}, {3, 4}));
    auto to = from * from;
    for (int k = 0; k < kLength / 10; ++k) to = reshape(to, k % 2 == 0 ? Shape{2, 1} : Shape{2});
    const auto seed = tape.constant(Array<double>::full(to.shape(), 1));
    const auto dx = tape.gradients(to, std::array{from}, {.seed = seed, .record = true})[0];
    second = tape.backward(slice(dx, 0, 0, 1))[from][0];
  });
  BOOST_TEST(second == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
