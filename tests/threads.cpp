// Many tapes at once: each thread has its own, and what it computes does not depend on the others.
#include <atomic>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/nn/linear.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"

namespace engram::testing {
namespace {

constexpr int kThreads = 8;

// f(0), ..., f(kThreads - 1), each in a thread, all begun together.
void in_threads(const std::function<void(int)>& f) {
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < kThreads; ++k) {
    threads.emplace_back([&, k] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      f(k);
    });
  }
  for (auto& thread : threads) thread.join();
}

template <class T>
bool same_bits(const Array<T>& a, const Array<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0;
}

// A few steps of training of a small network with sparse and dense gradients; its weights.
std::vector<Array<float>> trained(std::uint64_t seed) {
  Random random{seed};
  Param<float> table(random.normal<float>({9, 6})), w(random.normal<float>({6, 9})),
      b(Array<float>(Shape{9}));
  const Indices tokens({4}, {1, 8, 1, 3}), targets({4}, {2, 0, 5, 5});
  Tape<float> tape;
  for (int step = 0; step < 20; ++step) {
    tape.clear();
    const auto h = tanh(dropout(gather_rows(tape.read(table), tokens), 0.2, random));
    const auto gradients =
        tape.backward(cross_entropy(affine(h, tape.read(w), tape.read(b)), targets));
    for (ParamRef<float> param : {ParamRef<float>(table), ParamRef<float>(w), ParamRef<float>(b)}) {
      const Array<float> g = gradients[param];
      float* to = param.edit();
      for (Index i = 0; i < g.size(); ++i) to[i] -= 0.1F * g[i];
    }
  }
  return {table.value(), w.value(), b.value()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

// One sequence cannot be cut into shards: its products are shared out instead.
BOOST_AUTO_TEST_CASE(one_sequence_uses_all_threads_and_gives_the_same_bits) {
  Random random{5};
  constexpr Index kHidden = 300;
  const nn::Lstm<float> lstm({.input = 8, .hidden = kHidden}, random);
  const nn::Linear<float> readout({.in = kHidden, .out = 700}, random);
  const auto x = random.normal<float>({3, 1, 8});
  const auto gradients = [&](const Workers* workers) {
    Tape<float> tape;
    tape.use(workers);
    const auto y = readout(lstm(tape.constant(x)).y);
    const auto all = tape.backward(sum(y * y));
    return std::vector<Array<float>>{y.value(), all[lstm.layers[0].w_ih], all[lstm.layers[0].w_hh],
                                     all[readout.w]};
  };
  const auto plain = gradients(nullptr);
  const Workers one(1), two(2), five(5);
  const auto expected = gradients(&one);
  for (const Workers* workers : {&two, &five}) {
    const auto got = gradients(workers);
    for (std::size_t k = 0; k < got.size(); ++k) BOOST_TEST(same_bits(got[k], expected[k]));
  }
  for (std::size_t k = 0; k < plain.size(); ++k) {
    float largest = 0;
    for (const float v : plain[k]) largest = std::max(largest, std::abs(v));
    BOOST_TEST(difference(plain[k], expected[k]) <= 1e-5 * largest);
  }
}

BOOST_AUTO_TEST_CASE(tapes_at_once_compute_what_they_compute_alone) {
  std::vector<std::vector<Array<float>>> alone, together(kThreads);
  for (int k = 0; k < kThreads; ++k) alone.push_back(trained(static_cast<std::uint64_t>(k)));
  in_threads([&](int k) {
    together[static_cast<std::size_t>(k)] = trained(static_cast<std::uint64_t>(k));
  });
  for (std::size_t k = 0; k < alone.size(); ++k) {
    for (std::size_t i = 0; i < alone[k].size(); ++i)
      BOOST_TEST(same_bits(alone[k][i], together[k][i]));
  }
  BOOST_TEST(!same_bits(alone[0][0], alone[1][0]));
}

BOOST_AUTO_TEST_CASE(tapes_at_once_read_the_same_parameter) {
  Random random{1};
  const Param<double> w(random.normal<double>({30, 30}));
  const Array<double> x = random.normal<double>({5, 30});
  const auto gradient = [&] {
    Tape<double> tape;
    Array<double> out;
    for (int step = 0; step < 20; ++step) {
      tape.clear();
      out = tape.backward(sum(tanh(matmul(tape.constant(x), tape.read(w)))))[w];
    }
    return out;
  };
  const Array<double> expected = gradient();
  std::vector<Array<double>> got(kThreads);
  in_threads([&](int k) { got[static_cast<std::size_t>(k)] = gradient(); });
  for (const auto& g : got) BOOST_TEST(same_bits(g, expected));
}

BOOST_AUTO_TEST_CASE(copies_edited_in_threads_stay_apart) {
  const Array<float> all(Shape{1000});
  std::vector<Array<float>> own(kThreads, all);
  in_threads([&](int k) {
    Array<float>& mine = own[static_cast<std::size_t>(k)];
    for (Index i = 0; i < mine.size(); ++i) mine.edit()[i] += static_cast<float>(k);
  });
  for (int k = 0; k < kThreads; ++k)
    BOOST_TEST(own[static_cast<std::size_t>(k)][999] == static_cast<float>(k));
  BOOST_TEST(all[999] == 0);
}

// Memory goes back to the pool it is from, whichever thread lets go of it last.
BOOST_AUTO_TEST_CASE(blocks_are_given_back_by_other_threads) {
  Tape<float> tape;
  std::vector<std::vector<Array<float>>> held(kThreads);
  std::size_t reserved = 0;
  std::atomic<int> wrong{0};
  for (int round = 0; round < 3; ++round) {
    tape.clear();
    for (int k = 0; k < 100 * kThreads; ++k) {
      const auto x = tape.constant(Array<float>::full({64}, static_cast<float>(k)));
      held[static_cast<std::size_t>(k % kThreads)].push_back((x + x).value());
    }
    tape.clear();
    in_threads([&](int k) {
      auto& mine = held[static_cast<std::size_t>(k)];
      for (std::size_t i = 0; i < mine.size(); ++i) {
        wrong += mine[i][63] != 2 * static_cast<float>(static_cast<int>(i) * kThreads + k);
      }
      mine.clear();
    });
    const Pool::Usage usage = tape.pool().usage();
    if (round == 0) reserved = usage.reserved;
    BOOST_TEST(usage.in_use == 0U);
    BOOST_TEST(usage.reserved == reserved);  // the next round used them again
  }
  BOOST_TEST(wrong == 0);
}

// The last of a tape's memory is freed by a thread that never knew the tape.
BOOST_AUTO_TEST_CASE(blocks_outlive_their_tape_in_other_threads) {
  std::vector<Array<float>> kept(kThreads);
  {
    Tape<float> tape;
    for (auto& array : kept) array = exp(tape.variable(Array<float>(Shape{100}))).value();
  }
  std::atomic<int> wrong{0};
  in_threads([&](int k) {
    Array<float> mine = std::move(kept[static_cast<std::size_t>(k)]);
    const Array<float> copy = mine;
    mine.edit()[0] = 5;
    wrong += copy[0] != 1 || mine[0] != 5 || mine[99] != 1;
  });
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
