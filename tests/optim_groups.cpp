// Groups of parameters, each with options of its own.
#include "engram/core/module.hpp"
#include "engram/core/tape.hpp"
#include "engram/nn/linear.hpp"
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {
namespace {

Parameters<float> one(const Parameters<float>& p, std::size_t k) {
  Parameters<float> out;
  out.add(p[k].name, p[k]);
  return out;
}

// An optimiser of two groups moves as two optimisers do.
template <class O, class Options>
void expect_as_two(const Options& first, const Options& second) {
  const Parameters<float> p = golden_parameters<float>(), q = golden_parameters<float>();
  O together{one(p, 0), first};
  together.add(one(p, 1), second);
  O apart0{one(q, 0), first}, apart1{one(q, 1), second};
  for (Index step = 0; step < 6; ++step) {
    if (step == 3) {  // the rates change in proportion
      together.set_learning_rate(first.learning_rate / 2);
      apart0.set_learning_rate(first.learning_rate / 2);
      apart1.set_learning_rate(second.learning_rate / 2);
    }
    together.step(golden_gradients(p, step));
    step_all({&apart0, &apart1}, golden_gradients(q, step));
  }
  for (std::size_t k = 0; k < 2; ++k) BOOST_TEST(difference(p[k].value(), q[k].value()) == 0);

  // Restored, it goes on to the same bits.
  const Parameters<float> r{Param<float>(p[0].value()), Param<float>(p[1].value())};
  O rest{one(r, 0), first};
  rest.add(one(r, 1), second);
  rest.restore(together.state());
  for (Index step = 6; step < 9; ++step) {
    together.step(golden_gradients(p, step));
    rest.step(golden_gradients(r, step));
  }
  for (std::size_t k = 0; k < 2; ++k) BOOST_TEST(difference(p[k].value(), r[k].value()) == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_groups)

BOOST_AUTO_TEST_CASE(two_groups_are_two_optimisers) {
  expect_as_two<Sgd<float>>(SgdOptions{.learning_rate = 0.1},
                            SgdOptions{.learning_rate = 0.03, .momentum = 0.9, .nesterov = true});
  expect_as_two<Sgd<float>>(SgdOptions{.learning_rate = 0.1, .momentum = 0.5},
                            SgdOptions{.learning_rate = 0.2, .weight_decay = 0.1});
  expect_as_two<Adam<float>>(AdamOptions{.learning_rate = 1e-2, .beta1 = 0.5},
                             AdamOptions{.learning_rate = 3e-3, .weight_decay = 0.1});
  expect_as_two<AdamW<float>>(AdamWOptions{.learning_rate = 1e-2},
                              AdamWOptions{.learning_rate = 7e-4, .weight_decay = 0});
}

// No decay of biases, as it is written.
BOOST_AUTO_TEST_CASE(biases_do_not_decay) {
  Random random{1};
  nn::Linear<float> layer({.in = 2, .out = 2}, random);
  // [groups]
  AdamW<float> adam{parameters(layer).except({"*b"}), {.weight_decay = 0.5}};
  adam.add(parameters(layer, "*b"), {.weight_decay = 0});
  // [end groups]
  BOOST_TEST((adam.parameters().size() == 2U && adam.parameters()[1].name == "b"));
  const Array<float> w = layer.w.value(), b = layer.b.value();
  Gradients<float> zeros;
  put(zeros, layer.w, Gradient<float>(Array<float>({2, 2})));
  put(zeros, layer.b, Gradient<float>(Array<float>({2})));
  adam.step(zeros);
  BOOST_TEST(std::abs(layer.w.value()[1] / w[1] - (1 - 1e-3f * 0.5f)) < 1e-6f);
  BOOST_TEST(difference(layer.b.value(), b) == 0);
}

BOOST_AUTO_TEST_CASE(groups_that_cannot_be_are_refused) {
  Random random{1};
  nn::Linear<float> layer({.in = 2, .out = 2}, random), other = layer;
  Sgd<float> sgd{parameters(layer, "w"), {.learning_rate = 1}};
  refuses([&] { sgd.add(parameters(layer), {}); },
          "sgd: parameter w [2,2] is in another group already; list it in one");
  refuses([&] { sgd.add(parameters(other, "w"), {}); }, "two parameters are called w");
  refuses([&] { sgd.add({}, {}); }, "sgd: no parameters");
  refuses([&] { sgd.add(parameters(layer, "b"), {.learning_rate = 0}); }, "learning_rate is 0");
  refuses([&] { sgd.add(parameters(layer, "b"), {.momentum = 2}); }, "momentum is 2");
  BOOST_TEST(sgd.parameters().size() == 1U);
  sgd.add(parameters(layer, "b"), {.learning_rate = 1e18});
  refuses([&] { sgd.set_learning_rate(1e3); }, "sgd: learning_rate of group 1 is 1e+21");
  BOOST_TEST(sgd.learning_rate() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
