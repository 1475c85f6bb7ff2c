// The state of an optimiser, saved and restored.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include "engram/tests/optim_cases.hpp"
#include "engram/tests/scratch_folder.hpp"

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

// By name: a model that lists its parameters in another order goes on with the same numbers.
BOOST_DATA_TEST_CASE(order_does_not_matter, kNames, name) {
  const Parameters<float> p = golden_parameters<float>();
  const Pointer<float> whole = make(name, p);
  for (Index step = 0; step < 4; ++step) whole->step(golden_gradients(p, step));
  Parameters<float> q;
  q.add("1", Param<float>(p[1].value()));
  q.add("0", Param<float>(p[0].value()));
  const Pointer<float> rest = make(name, q);
  rest->restore(whole->state());
  for (Index step = 4; step < 10; ++step) {
    whole->step(golden_gradients(p, step));
    Gradients<float> turned;
    put(turned, q[0], Gradient<float>(row(gold<float>("grads.p1"), step)));
    put(turned, q[1], Gradient<float>(row(gold<float>("grads.p0"), step)));
    rest->step(turned);
  }
  BOOST_TEST(difference(p[0].value(), q[1].value()) == 0);
  BOOST_TEST(difference(p[1].value(), q[0].value()) == 0);
}

BOOST_DATA_TEST_CASE(a_file_keeps_every_bit, kNames, name) {
  const ScratchFolder folder("optimizer");
  const Parameters<float> p = golden_parameters<float>();
  const Pointer<float> whole = make(name, p);
  whole->step(golden_gradients(p, 0));
  Gradients<float> half;
  put(half, p[1], Gradient<float>(row(gold<float>("grads.p1"), 1)));
  whole->step(half);
  whole->set_learning_rate(0.1 / 3);
  save_state(folder / "state", *whole);
  const Pointer<float> rest = make(name, p);
  load_state(folder / "state", *rest);
  const auto a = whole->state(), b = rest->state();
  BOOST_TEST((a.steps == b.steps && a.learning_rate == b.learning_rate && a.updates == b.updates));
  BOOST_TEST(a.updates.at("0") == 1);
  BOOST_TEST(a.arrays.size() == b.arrays.size());
  for (const auto& [array, values] : a.arrays) {
    BOOST_TEST(difference(values, b.arrays.at(array)) == 0);
  }

  // Beside other tensors, whole or not at all.
  files::Tensors file;
  file.tensors["model.w"] = Array<float>({2});
  put_state(file, *whole);
  BOOST_TEST(file.tensors.contains("optimizer.updates.1"));
  refuses([&] { put_state(file, *whole); }, "two tensors are called optimizer.learning_rate");
  load_state(file, *rest);
  const auto attempt = [&](const char* tensor, const files::Tensor& value, const char* says) {
    files::Tensors damaged = file;
    damaged.tensors[std::string("optimizer.") + tensor] = value;
    damaged.tensors["optimizer.learning_rate"] = Array<double>::full({}, 7);
    refuses([&] { load_state(damaged, *rest); }, says);
    BOOST_TEST((rest->steps() == 2 && rest->learning_rate() == 0.1 / 3));
  };
  attempt("steps", Array<double>::full({}, 1.5), "optimizer.steps is 1.5; need a count");
  attempt("steps", Array<double>({2}), "optimizer.steps has shape [2]; need one number");
  attempt("updates.1", Array<double>::full({}, -1), "optimizer.updates.1 is -1; need a count");
  attempt("updates.w", Array<double>::full({}, 1), "is of a parameter w too");
  attempt("m.w", Array<float>({2}), "need ");
  file.tensors.erase("optimizer.steps");
  refuses([&] { load_state(file, *rest); }, "no tensor optimizer.steps");
}

BOOST_AUTO_TEST_CASE(only_a_fitting_state_is_restored) {
  const Parameters<double> p = golden_parameters<double>();
  Adam<double> adam{p};
  adam.step(golden_gradients(p, 0));
  const OptimizerState<double> before = adam.state();
  const auto attempt = [&](const std::string& text, const auto& damage) {
    OptimizerState<double> state = before;
    state.arrays.at("m.0") = Array<double>({3, 4});  // what a partial restore would leave
    damage(state);
    refuses([&] { adam.restore(state); }, text);
    const OptimizerState<double> after = adam.state();
    BOOST_TEST((after.steps == before.steps && after.learning_rate == before.learning_rate));
    BOOST_TEST(after.updates == before.updates);
    BOOST_TEST(after.arrays.size() == before.arrays.size());
    for (const auto& [name, values] : before.arrays) {
      BOOST_TEST(difference(after.arrays.at(name), values) == 0);
    }
  };
  using State = OptimizerState<double>;
  attempt("no array v.1", [](State& s) { s.arrays.erase("v.1"); });
  attempt("has shape [4]", [](State& s) { s.arrays.at("v.1") = Array<double>({4}); });
  attempt("5 arrays; need 4", [](State& s) { s.arrays.emplace("u.1", Array<double>({2})); });
  attempt("has nothing of parameter 1", [](State& s) { s.updates.erase("1"); });
  attempt("of a parameter 2 too", [](State& s) { s.updates.emplace("2", 1); });
  attempt("2 updates of parameter 1", [](State& s) { s.updates.at("1") = 2; });
  attempt("learning_rate is nan", [](State& s) { s.learning_rate = kNan; });
  const Sgd<double> sgd{p, {.momentum = 0.5}};
  refuses([&] { adam.restore(sgd.state()); }, "of another optimiser?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
