// Memory for time: what is computed again has the same value and the same gradients.
#include <algorithm>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/checkpoint.hpp"
#include "engram/core/derivatives.hpp"
#include "engram/core/loops/row_blocks.hpp"
#include "engram/core/module.hpp"
#include "engram/core/random.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/nn/rnn.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;

template <class T>
std::vector<Array<T>> gradients_of(const Gradients<T>& gradients, const Parameters<T>& params) {
  std::vector<Array<T>> out;
  for (const auto& param : params) out.push_back(gradients[param]);
  return out;
}

// The loss and all gradients of a network over `steps` steps.
template <class T, class Net>
std::vector<Array<T>> trained(nn::RecurrentOptions options, Index steps, Index batch,
                              Index checkpoint_steps) {
  options.checkpoint_steps = checkpoint_steps;
  Random random{3};
  Net net(options, random);
  const Array<T> inputs = random.normal<T>({steps, batch, options.input});
  Tape<T> tape;
  const Var<T> x = tape.variable(inputs);
  auto [y, state] = net(x);
  const Var<T> loss = sum(y * y) + sum(state.h.back() * state.h.back());
  const auto gradients = tape.backward(loss);
  auto out = gradients_of(gradients, parameters(net));
  out.push_back(gradients[x]);
  out.push_back(loss.value());
  return out;
}

// The largest of all pairs.
template <class T>
double largest_difference(const std::vector<Array<T>>& a, const std::vector<Array<T>>& b) {
  BOOST_REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    worst = std::max(worst, relative_difference(a[k], b[k]));
  }
  return worst;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoints)

BOOST_AUTO_TEST_CASE(keep_the_result_alone) {
  Random random{1};
  const Param<double> w(random.normal<double>({3, 3}));
  const auto f = [&](std::span<const V> x) {
    V h = x[0];
    for (int k = 0; k < 5; ++k) h = tanh(matmul(h, h.tape().read(w)) + x[1]);
    return h;
  };
  Tape<double> tape;
  const V x = tape.variable(random.normal<double>({2, 3}));
  const V b = tape.variable(random.normal<double>({3}));
  const V plain = f(std::vector{x, b});
  const std::size_t before = tape.size();
  const V kept = checkpoint<double>(f, {x, b});
  BOOST_TEST(tape.size() == before + 1);
  BOOST_TEST(equal(kept.value(), plain.value()));

  const std::vector all{x, b, tape.read(w)};
  const V dy = tape.constant(random.normal<double>({2, 3}));
  for (const bool record : {false, true}) {
    for (const bool rules_only : {false, true}) {
      const BackwardOptions<double> options{dy, record, rules_only};
      const auto expected = tape.gradients(plain, all, options);
      const auto got = tape.gradients(kept, all, options);
      for (std::size_t k = 0; k < all.size(); ++k) {
        BOOST_TEST(relative_difference(got[k].value(), expected[k].value()) < 1e-14);
      }
    }
  }
  // One of the inputs alone, and derivatives of derivatives.
  BOOST_TEST(equal(tape.gradients(kept, std::vector{b}, {.seed = dy})[0].value(),
                   tape.gradients(plain, std::vector{b}, {.seed = dy})[0].value()));
  const std::vector vs{tape.constant(random.normal<double>({2, 3})),
                       tape.constant(random.normal<double>({3})),
                       tape.constant(random.normal<double>({3, 3}))};
  for (const bool record : {false, true}) {
    const auto got = hvp(sum(square(kept)), all, vs, {record});
    const auto expected = hvp(sum(square(plain)), all, vs, {record});
    for (std::size_t k = 0; k < all.size(); ++k) {
      BOOST_TEST(relative_difference(got[k].value(), expected[k].value()) < 1e-13);
    }
    BOOST_TEST(largest_difference<double>({jvp(kept, all, vs, {record}).value()},
                                          {jvp(plain, all, vs, {record}).value()}) < 1e-13);
  }
  BOOST_TEST(tape.backward(sum(kept)).entries().size() == 3U);
}

BOOST_AUTO_TEST_CASE(one_within_another) {
  Random random{1};
  const Param<double> w(random.normal<double>({3, 3}));
  const auto inner = [&](std::span<const V> x) { return tanh(matmul(x[0], x[0].tape().read(w))); };
  const auto outer = [&](std::span<const V> x) {
    const V h = checkpoint<double>(inner, {x[0]});
    return checkpoint<double>(inner, {h}) * h;
  };
  Tape<double> tape;
  const V x = tape.variable(random.normal<double>({2, 3}));
  const V h = inner(std::vector{x}), plain = inner(std::vector{h}) * h;
  const V kept = checkpoint<double>(outer, {x});
  const auto expected = tape.backward(sum(plain)), got = tape.backward(sum(kept));
  BOOST_TEST(largest_difference<double>({got[x], got[w]}, {expected[x], expected[w]}) < 1e-14);
}

BOOST_AUTO_TEST_CASE(draw_the_same_numbers_again) {
  Tape<double> tape;
  const V x = tape.variable(Array<double>::full({100}, 1.0));
  const auto f = [](std::span<const V> v, Random& random) {
    return dropout(v[0], 0.5, random) * dropout(v[0], 0.5, random);
  };
  Random a{7}, b{7};
  const V plain = f(std::vector{x}, a);
  const V kept = checkpoint<double>(f, {x}, b);
  BOOST_TEST(a.position() == b.position());
  BOOST_TEST(equal(kept.value(), plain.value()));
  BOOST_TEST(equal(tape.backward(sum(kept))[x], tape.backward(sum(plain))[x]));
  BOOST_TEST(b.position() == a.position());
}

BOOST_AUTO_TEST_CASE(of_an_edited_parameter_are_refused) {
  Param<double> w(vector({2}));
  Tape<double> tape;
  const V x = tape.variable(vector({3}));
  const V y =
      checkpoint<double>([&](std::span<const V> v) { return v[0] * v[0].tape().read(w); }, {x});
  w.edit()[0] = 5;
  BOOST_TEST(error_of([&] { tape.backward(sum(y)); }).find("was changed after the tape read it") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_recording_are_plain_values) {
  Tape<double> tape;
  const V x = tape.constant(vector({3}));
  const V y = checkpoint<double>([](std::span<const V> v) { return tanh(v[0]); }, {x});
  BOOST_TEST(!tape.node(y).needs_gradient);
  BOOST_TEST(error_of([] {
               checkpoint<double>([](std::span<const V> v) { return v[0]; }, {});
             }).starts_with("checkpoint: no inputs; need at least one"));
}

BOOST_AUTO_TEST_CASE(of_layers_agree_with_plain_ones) {
  const nn::RecurrentOptions options{.input = 3, .hidden = 5, .layers = 2};
  for (const Index every : {1, 4, 7, 30}) {
    BOOST_TEST((largest_difference(trained<double, nn::Lstm<double>>(options, 23, 2, every),
                                   trained<double, nn::Lstm<double>>(options, 23, 2, 0))) < 1e-12);
    BOOST_TEST((largest_difference(trained<double, nn::Rnn<double>>(options, 23, 2, every),
                                   trained<double, nn::Rnn<double>>(options, 23, 2, 0))) < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(of_a_budget_are_whole_blocks_where_they_fit) {
  // 16 lanes, 5 units and 3 numbers of each are 960 bytes a step.
  const nn::RecurrentOptions options{.input = 1, .hidden = 5, .checkpoint_bytes = 300 * 960};
  Tape<float> tape;
  const Var<float> x = tape.constant(Array<float>({1000, 16, 1}));
  BOOST_TEST(nn::segment_steps(options, x, 3) == 256);  // 300 fit, and 128 are a block
  BOOST_TEST(nn::segment_steps(options, x, 9) == 100);
  BOOST_TEST(nn::segment_steps(options, x, 3'000) == 1);
}

// Segments of whole blocks of rows: the same bits.
template <class T>
void the_same_bits(Index hidden, bool fused) {
  const nn::RecurrentOptions options{.input = 7, .hidden = hidden, .layers = 2, .fused = fused};
  constexpr Index kBatch = 16, kEvery = kRowBlock / kBatch;
  const auto plain = trained<T, nn::Lstm<T>>(options, 5 * kEvery / 2, kBatch, 0);
  const auto kept = trained<T, nn::Lstm<T>>(options, 5 * kEvery / 2, kBatch, kEvery);
  BOOST_REQUIRE(plain.size() == kept.size());
  for (std::size_t k = 0; k < plain.size(); ++k) {
    BOOST_TEST(std::equal(plain[k].begin(), plain[k].end(), kept[k].begin(), kept[k].end()),
               "array " << k << " " << plain[k].shape() << " differs by "
                        << relative_difference(plain[k], kept[k]));
  }
}
BOOST_AUTO_TEST_CASE(of_whole_blocks_have_the_same_bits) {
  the_same_bits<double>(12, false);
  the_same_bits<float>(12, false);
  the_same_bits<float>(32, false);
  the_same_bits<float>(32, true);
}

// The peak of a forward and a backward pass over 10,000 steps, in bytes.
template <template <class> class Net>
double peak(Index checkpoint_steps, Index checkpoint_bytes) {
  Random random{1};
  const Net<float> net({.input = 8,
                        .hidden = 32,
                        .checkpoint_steps = checkpoint_steps,
                        .checkpoint_bytes = checkpoint_bytes},
                       random);
  const Array<float> x = random.normal<float>({10'000, 2, 8});
  Tape<float> tape;
  const auto y = sum(square(net(tape.constant(x)).y));
  tape.backward(y);
  return static_cast<double>(tape.pool().usage().peak);
}

BOOST_AUTO_TEST_CASE(take_the_memory_of_a_segment) {
  constexpr double kNumbers = 10'000 * 2 * 32 * sizeof(float);  // of an output of all steps
  const double plain = peak<nn::Lstm>(0, 0) / kNumbers;
  const double kept = peak<nn::Lstm>(100, 0) / kNumbers;
  BOOST_TEST_MESSAGE("numbers a step, lane and hidden unit: " << plain << ", " << kept);
  BOOST_TEST(plain > 14.0);
  BOOST_TEST(kept < 6.0);  // the outputs, their squares, and the gradients of both
}

// Beside what is there as a whole: the outputs, their squares, the gradients of both and the
// tables.
BOOST_AUTO_TEST_CASE(keep_to_a_budget) {
  constexpr double kWhole = 5.5 * 10'000 * 2 * 32 * sizeof(float);
  for (const Index budget : {1'000'000, 10'000'000, 20'000'000}) {
    const double lstm = peak<nn::Lstm>(0, budget), rnn = peak<nn::Rnn>(0, budget);
    BOOST_TEST_MESSAGE("within " << budget << ": LSTM " << lstm << ", RNN " << rnn);
    BOOST_TEST(lstm <= kWhole + static_cast<double>(budget));
    BOOST_TEST(rnn <= kWhole + static_cast<double>(budget));
  }
  BOOST_TEST(peak<nn::Lstm>(0, 1'000'000) < peak<nn::Lstm>(0, 20'000'000) - 5e6);  // it is used
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
