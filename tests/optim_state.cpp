// The state of an optimiser, saved and restored.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include "engram/tests/optim_cases.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(optim_state)

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
    BOOST_TEST(after.updates == before.updates);
    for (std::size_t k = 0; k < after.arrays.size(); ++k) {
      BOOST_TEST(after.arrays[k].first == before.arrays[k].first);
      BOOST_TEST(difference(after.arrays[k].second, before.arrays[k].second) == 0);
    }
  };
  using State = OptimizerState<double>;
  attempt("no array v.1", [](State& s) { s.arrays.back().first = "v.2"; });
  attempt("has shape [4]", [](State& s) { s.arrays.back().second = Array<double>({4}); });
  attempt("3 arrays; need 4", [](State& s) { s.arrays.pop_back(); });
  attempt("is of 1 parameters, this is of 2", [](State& s) { s.updates = {1}; });
  attempt("2 updates in 1 steps", [](State& s) { s.updates = {1, 2}; });
  attempt("learning_rate is nan", [](State& s) { s.learning_rate = kNan; });
  const Sgd<double> sgd{p, {.momentum = 0.5}};
  refuses([&] { adam.restore(sgd.state()); }, "of another optimiser?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
