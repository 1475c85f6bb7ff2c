// Which gradients an optimiser steps by: all of those it is given are to be of its parameters, or
// of those of another in the same step.
#include "engram/core/module.hpp"
#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/nn/linear.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {
namespace {

Parameters<float> three() {
  return {Param<float>(Array<float>({2}, {1, 1})), Param<float>(Array<float>({3, 1})),
          Param<float>(Array<float>({4}))};
}
Gradients<float> ones(const Parameters<float>& p) {
  Gradients<float> out;
  for (const auto& param : p)
    put(out, param, Gradient<float>(Array<float>::full(param.shape(), 1)));
  return out;
}

struct Model {
  using value_type = float;
  nn::Linear<float> a, b;
  void visit(auto&& f) { f("a", a), f("b", b); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_owners)

BOOST_AUTO_TEST_CASE(a_gradient_that_nobody_steps_by_is_refused) {
  const Parameters<float> p = three();
  Sgd<float> sgd{{p[0], p[2]}, {.learning_rate = 0.5, .momentum = 0.5}};
  const Gradients<float> all = ones(p);
  refuses([&] { sgd.step(all); }, "sgd: the gradient of parameter 1 [3,1] is of no optimiser here");
  refuses([&] { sgd.step(all); }, "gradients.of(optimizer.parameters())");
  BOOST_TEST((p[0].value()[0] == 1 && sgd.steps() == 0));
  sgd.step(all.of(sgd.parameters()));
  BOOST_TEST((p[0].value()[0] == 0.5f && p[1].value()[0] == 0 && p[2].value()[3] == -0.5f));
  Gradients<float> twice = ones({p[0], p[2]});
  put(twice, p[0], Gradient<float>(Array<float>({2})));
  refuses([&] { sgd.step(twice); }, "the gradient of parameter 0 [2] is the second");
}

// A gradient of a module that was assigned anew is one of those.
BOOST_AUTO_TEST_CASE(a_module_assigned_anew_is_noticed) {
  Random random{1};
  Model model{{{.in = 2, .out = 2}, random}, {{.in = 2, .out = 1}, random}};
  Sgd<float> sgd{parameters(model)};
  model.b = nn::Linear<float>{{.in = 2, .out = 1}, random};
  Tape<float> tape;
  const auto x = tape.constant(Array<float>({3, 2}));
  const auto gradients = tape.backward(sum(model.b(model.a(x))));
  refuses([&] { sgd.step(gradients); }, "is of no optimiser here");
  BOOST_TEST(sgd.steps() == 0);
}

BOOST_AUTO_TEST_CASE(several_optimisers_step_together_or_not_at_all) {
  const Parameters<float> p = three();
  Adam<float> adam{{p[1]}};
  Sgd<float> sgd{{p[0], p[2]}, {.learning_rate = 0.5}};
  step_all({&adam, &sgd}, ones(p));
  BOOST_TEST((p[0].value()[0] == 0.5f && p[1].value()[0] < 0 && p[2].value()[0] == -0.5f));
  BOOST_TEST((adam.steps() == 1 && sgd.steps() == 1));
  // The first could step.
  Gradients<float> bad = ones(p);
  bad.find(p[2])->values().edit()[1] = std::nanf("");
  const float before = p[1].value()[0];
  refuses(
      [&] {
        step_all({&adam, &sgd}, bad);
      },
      "sgd: the gradient of parameter 1 [4] is nan at [1]");
  BOOST_TEST((p[1].value()[0] == before && adam.steps() == 1));
  const Param<float> other(Array<float>({7}));
  Parameters<float> more = p;
  more.add("3", other);
  refuses(
      [&] {
        step_all({&adam, &sgd}, ones(more));
      },
      "adam, sgd: the gradient of parameter 3 [7] is of no optimiser here");
  Sgd<float> same{{p[1]}};
  refuses(
      [&] {
        step_all({&adam, &sgd, &same}, ones(p));
      },
      "the gradient of parameter 0 [3,1] is of 2 optimisers");
  refuses([&] { step_all({&adam, &sgd}, ones({other})); }, "none of the 3 parameters");
  refuses([&] { step_all({}, ones(p)); }, "step_all: none of the 0 parameters");
  BOOST_TEST((p[1].value()[0] == before && sgd.steps() == 1));
}

// Two optimisers in turn: the loss of one depends on what the other trains.
BOOST_AUTO_TEST_CASE(two_players) {
  Random random{1};
  nn::Linear<float> generator{{.in = 2, .out = 2}, random}, critic{{.in = 2, .out = 1}, random};
  Adam<float> for_generator{parameters(generator)}, for_critic{parameters(critic)};
  const Array<float> noise = random.normal<float>({8, 2});
  const Array<float> w = critic.w.value();
  Tape<float> tape;
  const auto loss = mean(critic(generator(tape.constant(noise))));
  Gradients<float> gradients = tape.backward(loss).of(for_generator.parameters());
  BOOST_TEST(gradients.entries().size() == 2U);
  for_generator.step(gradients);
  BOOST_TEST(difference(critic.w.value(), w) == 0);
  tape.clear();
  const auto judged = mean(critic(detach(generator(tape.constant(noise)))));
  for_critic.step(tape.backward(judged));
  BOOST_TEST(difference(critic.w.value(), w) != 0);
}

// What is left out counts in no norm, and keeps its memory to itself.
BOOST_AUTO_TEST_CASE(parameters_that_are_left_out_do_not_count_in_clipping) {
  const Parameters<float> p = three();
  Gradients<float> all = ones(p);
  all.find(p[1])->values().edit()[0] = 1000;
  Gradients<float> some = all.of(Parameters<float>{p[0], p[2]});
  BOOST_TEST(!some.find(p[1]));
  BOOST_TEST(clip_global_norm(some, 1) == std::sqrt(6.0));
  BOOST_TEST(std::abs(some[p[0]][0] - std::sqrt(1 / 6.0)) < 1e-6);
  BOOST_TEST(all[p[0]][0] == 1);
  Tape<float> tape;
  const auto x = tape.variable(Array<float>({2}, {3, 4}));
  const auto own = tape.backward(sum(x * tape.read(p[0]))).of(Parameters<float>{p[0]});
  BOOST_TEST(own.entries().size() == 1U);
  BOOST_TEST(own[p[0]][1] == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
