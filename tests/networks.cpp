// Operations of networks against loops that follow their definitions, and at their edges.
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// y[b, o, r, s] = Σ w[o, c, i, j] x[b, group's c, r stride + i dilation - padding, ...]
Array<double> convolved(const Array<double>& x, const Array<double>& w, const Conv2dOptions& o,
                        const Shape& result) {
  Array<double> y(result);
  const Shape in = x.shape(), kernel = w.shape();
  Index at = 0;
  for (Index b = 0; b < result[0]; ++b) {
    for (Index out = 0; out < result[1]; ++out) {
      for (Index r = 0; r < result[2]; ++r) {
        for (Index s = 0; s < result[3]; ++s, ++at) {
          const Index first = out / (kernel[0] / o.groups) * kernel[1];
          for (Index k = 0; k < kernel.without(0).size(); ++k) {
            const Index c = k / (kernel[2] * kernel[3]), i = k / kernel[3] % kernel[2];
            const Index h = r * o.stride.height + i * o.dilation.height - o.padding.height;
            const Index v = s * o.stride.width + k % kernel[3] * o.dilation.width - o.padding.width;
            if (h < 0 || h >= in[2] || v < 0 || v >= in[3]) continue;
            y.edit()[at] += w[out * kernel.without(0).size() + k] *
                            x[((b * in[1] + first + c) * in[2] + h) * in[3] + v];
          }
        }
      }
    }
  }
  return y;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(conv2d_follows_its_definition) {
  Random random{11};
  const auto pick = [&](Index low, Index high) {
    return low + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  for (int turn = 0; turn < 200; ++turn) {
    const Index groups = pick(1, 3), h = pick(1, 4), w = pick(1, 4);
    const Conv2dOptions options{
        {pick(1, 3), pick(1, 3)}, {pick(0, 4), pick(0, 4)}, {pick(1, 3), pick(1, 3)}, groups};
    const Shape x{pick(1, 2), groups * pick(1, 2), pick(1, 9), pick(1, 9)};
    const Shape kernel{groups * pick(1, 2), x[1] / groups, h, w};
    if (x[2] + 2 * options.padding.height < options.dilation.height * (h - 1) + 1) continue;
    if (x[3] + 2 * options.padding.width < options.dilation.width * (w - 1) + 1) continue;
    Tape<double> tape;
    const auto input = tape.variable(random.normal<double>(x));
    const auto weights = tape.variable(random.normal<double>(kernel));
    const auto y = conv2d(input, weights, options);
    BOOST_TEST(difference(y.value(),
                          convolved(input.value(), weights.value(), options, y.shape())) < 1e-12,
               x << kernel);
  }
}

BOOST_AUTO_TEST_CASE(fold_is_the_adjoint_of_unfold) {
  Tape<double> tape;
  const Windows windows{{3, 2, 1, 2, 1}, {2, 3, 0, 1, 2}};
  const auto x = tape.variable(Random{1}.normal<double>({2, 3, 7, 8}));
  const auto columns = unfold(x, windows);
  const auto y = tape.variable(Random{2}.normal<double>(columns.shape()));
  const double there = sum(columns * y).item(), back = sum(x * fold(y, windows, 7, 8)).item();
  BOOST_TEST(there == back, boost::test_tools::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(a_causal_convolution_sees_no_later_step) {
  Tape<double> tape;
  Array<double> x = Random{1}.normal<double>({6, 2, 3});
  const auto w = tape.variable(Random{2}.normal<double>({3, 3, 4}));
  const Array<double> before = causal_conv1d(tape.variable(x), w, 2).value();
  std::fill(x.edit() + 4 * 6, x.edit() + 6 * 6, kInfinity);
  const Array<double> after = causal_conv1d(tape.variable(x), w, 2).value();
  BOOST_TEST(std::equal(before.begin(), before.begin() + 4 * 8, after.begin()));
  BOOST_TEST(!std::isfinite(after[4 * 8]));
}

BOOST_AUTO_TEST_CASE(padding_is_never_the_largest) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({1, 1, 2}, {-5, -3}));
  const auto y = max_pool1d(x, {.window = 2, .stride = 1, .padding = 1});
  BOOST_TEST(equal(y.value(), Array<double>({1, 1, 3}, {-5, -3, -3})));
}

BOOST_AUTO_TEST_CASE(layer_norm_of_equal_values_is_its_bias) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>::full({2, 3}, 1e8));
  const auto gain = tape.variable(vector({1, 2, 3})), bias = tape.variable(vector({4, 5, 6}));
  BOOST_TEST(equal(layer_norm(x, gain, bias).value(), Array<double>({2, 3}, {4, 5, 6, 4, 5, 6})));
}

// The mean is taken away first: squares of values far from 0 would lose the variance.
BOOST_AUTO_TEST_CASE(layer_norm_is_exact_far_from_zero) {
  Tape<float> tape;
  const auto x = tape.variable(Array<float>({1, 4}, {4096, 4097, 4098, 4099}));
  const auto y = standardize(x, {-1}, 1e-12).value();
  BOOST_TEST(y[3] == 1.5F / std::sqrt(1.25F), boost::test_tools::tolerance(1e-6F));
}

BOOST_AUTO_TEST_CASE(running_statistics_move_towards_those_of_a_batch) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({2, 2, 2}, {1, 3, 10, 10, 5, 7, 10, 10}));
  const auto batch = batch_statistics(x);
  BOOST_TEST(equal(batch.mean, vector({4, 10})));
  BOOST_TEST(difference(batch.variance, vector({20.0 / 3, 0})) < 1e-15);
  auto running = BatchStatistics<double>::start(2);
  running.update(batch, 0.25);
  BOOST_TEST(equal(running.mean, vector({1, 2.5})));
  BOOST_TEST(difference(running.variance, vector({0.75 + 5.0 / 3, 0.75})) < 1e-15);

  BOOST_TEST(error_of([&] { running.update(batch, 1.5); }).find("need 0 <= momentum <= 1") !=
             std::string::npos);
  BOOST_TEST(error_of([&] {
               running.update(BatchStatistics<double>::start(3));
             }).find("statistics of [3] channels for running ones of [2]") != std::string::npos);
  const auto one = tape.variable(Array<double>({1, 2}));
  BOOST_TEST(error_of([&] { batch_statistics(one); }).find("has 1 values a channel") !=
             std::string::npos);
  running.variance = vector({1, -2});
  const auto channels = tape.variable(vector({1, 1}));
  BOOST_TEST(error_of([&] {
               batch_norm(x, channels, channels, running);
             }).find("variance -2 of channel 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_gradient_of_a_bag_is_sparse) {
  Tape<double> tape;
  const Param<double> table(Random{1}.normal<double>({100, 3}));
  const auto y = embedding_bag(tape.read(table), Indices({3}, {7, 50, 7}), Indices({2}, {0, 2}));
  const auto gradients = tape.backward(sum(y));
  const Gradient<double>* of_table = gradients.find(table);
  BOOST_REQUIRE(of_table);
  BOOST_REQUIRE(of_table->is_sparse());
  const Indices expected({2}, {7, 50});
  BOOST_TEST(std::equal(of_table->rows().begin(), of_table->rows().end(), expected.begin(),
                        expected.end()));
}

BOOST_AUTO_TEST_CASE(kinds_of_dropout_draw_what_they_say) {
  Tape<double> tape;
  const auto ones = tape.variable(Array<double>::full({4, 1000}, 1));
  Random first{5}, second{5};
  const auto mask = dropout_mask(tape, {4, 1000}, 0.25, first);
  BOOST_TEST(equal(dropout(ones, 0.25, second).value(), mask.value()));
  BOOST_TEST(first.position() == second.position());
  const auto zeros = std::ranges::count(mask.value(), 0.0);
  BOOST_TEST(std::abs(static_cast<double>(zeros) - 1000) < 120);  // four deviations

  const Array<double> steps = variational_dropout(ones, 0.25, first).value();
  BOOST_TEST(std::count(steps.begin(), steps.end(), 0.0) > 0);
  for (Index t = 1; t < 4; ++t) {
    BOOST_TEST(std::equal(steps.begin(), steps.begin() + 1000, steps.begin() + t * 1000));
  }
  Random third{5}, fourth{5};
  BOOST_TEST(equal(weight_drop(ones, 0.25, third).value(), dropout(ones, 0.25, fourth).value()));
}

BOOST_AUTO_TEST_CASE(zoneout_keeps_elements_as_they_were) {
  Tape<double> tape;
  const auto before = tape.variable(Array<double>::full({1000}, 0.1));
  const auto after = tape.variable(Array<double>::full({1000}, 0.3));
  Random random{5};
  const Array<double> y = zoneout(before, after, 0.25, random).value();
  const auto kept = std::count(y.begin(), y.end(), 0.1);
  BOOST_TEST(kept + std::count(y.begin(), y.end(), 0.3) == 1000);
  BOOST_TEST(std::abs(static_cast<double>(kept) - 250) < 60);
  BOOST_TEST(zoneout(before, after, 0.25).value()[0] == 0.25, boost::test_tools::tolerance(1e-15));
  Random again{5};
  BOOST_TEST(equal(zoneout(before, after, 1, again).value(), before.value()));
}

BOOST_AUTO_TEST_CASE(probabilities_are_checked) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({2, 2}));
  Random random;
  const auto refuses = [](const auto& f, const std::string& text) {
    return error_of(f).find(text) != std::string::npos;
  };
  BOOST_TEST(refuses([&] { dropout(x, 1, random); }, "dropout: p = 1 is no probability to drop"));
  BOOST_TEST(refuses([&] { dropout_mask(tape, {2}, -1, random); }, "dropout_mask: p = -1 is no"));
  BOOST_TEST(refuses([&] { variational_dropout(x, 2, random); }, "variational_dropout: p = 2 is"));
  BOOST_TEST(refuses([&] { weight_drop(x, 1, random); }, "weight_drop: p = 1 is no probability"));
  BOOST_TEST(refuses([&] { zoneout(x, x, 1.5, random); }, "zoneout: p = 1.5 is no probability"));
  BOOST_TEST(refuses([&] { zoneout(x, x, -0.5); }, "zoneout: p = -0.5 is no probability to stay"));
  BOOST_TEST(equal(dropout(x, 0, random).value(), x.value()));
  BOOST_TEST(random.position() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
