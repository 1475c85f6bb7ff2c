// A module's parameters as a list: names, sharing, buffers, patterns, freezing.
#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/checkpoint.hpp"
#include "engram/core/gradcheck.hpp"
#include "engram/core/module.hpp"
#include "engram/core/parameter_file.hpp"
#include "engram/core/parameters.hpp"
#include "engram/core/profile.hpp"
#include "engram/core/summary.hpp"
#include "engram/nn/linear.hpp"
#include "engram/ops/ops.hpp"
#include "engram/optim/optim.hpp"
#include "engram/tests/scratch_folder.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

template <class T>
std::string names(const Parameters<T>& list) {
  std::string out;
  for (const auto& param : list) {
    out += (out.empty() ? "" : " ") + param.name;
    for (const auto& other : param.also) out += "=" + other;
  }
  return out;
}

// Two layers and what a module may hold beside them.
struct Network {
  using value_type = float;
  explicit Network(Random& random)
      : below({.in = 2, .out = 3}, random), above({.in = 3, .out = 2}, random) {}

  Var<float> operator()(const Var<float>& x) const { return above(tanh(below(x))); }
  void visit(auto&& f) {
    f("below", below);
    f("above", above);
    f("scale", scales);
    f("maybe", maybe);
    f("mean", mean);
  }

  nn::Linear<float> below, above;
  std::vector<Param<float>> scales;
  std::optional<Param<float>> maybe;
  Buffer<float> mean{Array<float>({3})};
};

// An embedding whose matrix is the readout's too.
struct Tied {
  using value_type = float;
  Param<float> table{Array<float>({2, 2}, {1, 2, 3, 4})};
  std::shared_ptr<nn::Linear<float>> inner;
  ParamRef<float> readout = table;
  void visit(auto&& f) const { f("table", table), f("inner", inner), f("readout", readout); }
};

std::uint64_t backward(const Profile& profile, const std::string& op,
                       std::uint64_t Profile::Row::*what) {
  for (const auto& row : profile.rows()) {
    if (row.op == op && row.direction == Direction::backward) return row.*what;
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model_parameters)

BOOST_AUTO_TEST_CASE(ranges_and_what_may_be_absent) {
  Random random{1};
  Network net(random);
  BOOST_TEST(names(parameters(net)) == "below.w below.b above.w above.b");
  net.scales.resize(2, Param<float>(Array<float>({5})));
  net.maybe.emplace(Array<float>({7}));
  const Network& constant = net;
  BOOST_TEST(names(parameters(constant)) == "below.w below.b above.w above.b scale0 scale1 maybe");
  BOOST_TEST(names(buffers(net)) == "mean");
  BOOST_TEST(parameters_and_buffers(net).size() == 8U);
  BOOST_TEST(count_parameters(net) == 9 + 8 + 10 + 7);
  BOOST_TEST(net.maybe->str() == "parameter maybe [7]");
  BOOST_TEST(net.mean.str() == "buffer mean [3]");
  BOOST_TEST(names(parameters(net.below, net.above)) == "0.w 0.b 1.w 1.b");
  Parameters<float> own;
  own.add("first", parameters(net.below));
  own.add("extra", net.scales[0]);
  BOOST_TEST(names(own) == "first.w first.b extra");
  BOOST_TEST(error_of([&] { own.add("first", parameters(net.above)); }) ==
             "two parameters are called first.w: [2,3] and [3,2]; give each a name of its own, in "
             "its visit or by Parameters::add(prefix, list)");
}

BOOST_AUTO_TEST_CASE(a_shared_one_is_there_once) {
  Random random{1};
  Tied model;
  BOOST_TEST(names(parameters(model)) == "table=readout");
  model.inner = std::make_shared<nn::Linear<float>>(nn::LinearOptions{.in = 2, .out = 1}, random);
  BOOST_TEST(names(parameters(model)) == "table=readout inner.w inner.b");
  BOOST_TEST(count_parameters(model) == 7);
  BOOST_TEST(names(parameters(model, "read*")) == "table=readout");
  BOOST_TEST(names(parameters(model).except({"readout"})) == "inner.w inner.b");

  // Trained once: by the sum of what reaches it.
  Tape<float> tape;
  const auto loss = sum(tape.read(model.table)) + sum(tape.read(model.readout)) +
                    sum(tape.read(model.inner->w)) + sum(tape.read(model.inner->b));
  optim::Sgd<float> sgd{parameters(model), {.learning_rate = 0.5}};
  sgd.step(tape.backward(loss));
  BOOST_TEST(model.table.value()[3] == 3);
  BOOST_TEST(sgd.state().updates.size() == 3U);

  // Saved once, and loaded by either name.
  const ScratchFolder folder("shared");
  save_parameters(folder / "a", model);
  files::Tensors file = files::load(folder / "a");
  BOOST_TEST(file.tensors.size() == 3U);
  BOOST_TEST(file.tensors.contains("table"));
  auto node = file.tensors.extract("table");
  node.key() = "readout";
  file.tensors.insert(std::move(node));
  model.table.assign(Array<float>({2, 2}));
  load_parameters(file, parameters(model));
  BOOST_TEST(model.table.value()[3] == 3);
  file.tensors["table"] = Array<float>({2, 2});
  BOOST_TEST(error_of([&] { load_parameters(file, parameters(model)); })
                 .ends_with("tensors table and readout differ, and are of one shared parameter "
                            "table [2,2]"));
  BOOST_TEST(model.table.value()[3] == 3);
}

BOOST_AUTO_TEST_CASE(patterns_choose) {
  Random random{1};
  Network net(random);
  BOOST_TEST(names(parameters(net, "*.b")) == "below.b above.b");
  BOOST_TEST(names(parameters(net).only({"above.*", "below.w"})) == "below.w above.w above.b");
  BOOST_TEST(names(parameters(net).except({"*.b"})) == "below.w above.w");
  BOOST_TEST(error_of([&] { parameters(net, "*.bias"); }) ==
             "no parameter is called *.bias; there are: below.w, below.b, above.w, above.b");
}

BOOST_AUTO_TEST_CASE(buffers_are_saved_and_never_trained) {
  Random random{1};
  Network net(random), other(random);
  net.mean.edit()[1] = 5;
  const ScratchFolder folder("buffers");
  save_parameters(folder / "a", net);
  load_parameters(folder / "a", other);
  BOOST_TEST(other.mean.value()[1] == 5);
  const Network copy = other;
  BOOST_TEST(copy.mean.is_buffer());

  Tape<float> tape;
  const auto mean = tape.read(net.mean);
  const auto loss = sum(mean * net.below(tape.constant(Array<float>({1, 2}))));
  net.mean.edit()[1] = 6;  // nothing is computed from it that could be wrong now
  BOOST_TEST(mean.value()[1] == 5);
  const auto gradients = tape.backward(loss);
  BOOST_TEST(gradients.entries().size() == 2U);
  BOOST_TEST(gradients[net.below.b][1] == 5);
  BOOST_TEST(error_of([&] { static_cast<void>(gradients[net.mean]); }) ==
             "no gradient of buffer mean [3]: it is frozen, or a buffer, which no gradient is "
             "computed for");
  BOOST_TEST(error_of([&] { net.mean.freeze(); }).starts_with("buffer mean [3] is never trained"));
  BOOST_TEST(error_of([&] { optim::Sgd<float>{buffers(net)}; }) ==
             "sgd: buffer mean [3] is not trained; leave it out");
  BOOST_TEST(summary(net).find("mean       [3]               3  buffer") != std::string::npos);
}

// What is frozen is not computed: of the layer below nothing is, and what it hands on is not
// either.
BOOST_AUTO_TEST_CASE(what_is_frozen_costs_nothing) {
  Random random{1};
  Network net(random);
  const Array<float> x = random.normal<float>({4, 2});
  const auto work = [&](std::uint64_t Profile::Row::*what, const char* op) {
    Profile profile;
    Tape<float> tape;
    tape.profile(&profile);
    tape.backward(sum(square(net(tape.constant(x)))));
    return backward(profile, op, what);
  };
  BOOST_TEST(work(&Profile::Row::calls, "tanh") == 1U);
  const auto all = work(&Profile::Row::calls, "affine");
  BOOST_TEST(all == 2U);
  parameters(net, "below.*").freeze();
  BOOST_TEST(work(&Profile::Row::calls, "tanh") == 0U);
  BOOST_TEST(work(&Profile::Row::calls, "affine") == 1U);
  const std::string table = summary(net);
  BOOST_TEST(table.find("frozen\n") != std::string::npos);
  BOOST_TEST(table.substr(table.rfind("trained")).ends_with(" 8\n"));

  // Neither clipping nor a step sees it.
  const Array<float> before = net.below.w.value();
  optim::Adam<float> adam{parameters(net), {.weight_decay = 0.1, .decoupled = true}};
  Tape<float> tape;
  const auto y = net(tape.constant(x));
  auto gradients = tape.backward(sum(y));
  BOOST_TEST(gradients.entries().size() == 2U);
  BOOST_TEST((gradients.find(net.below.w) == nullptr));
  adam.step(gradients);
  BOOST_TEST(std::equal(before.begin(), before.end(), net.below.w.value().begin()));

  parameters(net, "below.*").unfreeze();
  BOOST_TEST(work(&Profile::Row::calls, "affine") == 2U);
  // On the same tape, what is read from now on is differentiated.
  tape.clear();
  const auto constant = tape.read(net.above.b);
  net.above.b.freeze();
  const auto frozen = tape.read(net.above.b);
  BOOST_TEST(tape.backward(sum(constant * 2 + frozen))[net.above.b][0] == 2);
  parameters(net).freeze();
  tape.clear();
  const auto none = sum(net(tape.constant(x)));
  BOOST_TEST(error_of([&] { tape.backward(none); }).find("frozen") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(errors_name_the_parameter) {
  Random random{1};
  Network net(random);
  optim::Sgd<float> sgd{parameters(net)};
  BOOST_TEST(error_of([&] { net.below.w.assign(Array<float>({1})); }) ==
             "parameter below.w [2,3] cannot take a value of shape [1]");
  Tape<float> tape;
  const auto loss = sum(net(tape.constant(Array<float>({1, 2}))));
  net.above.w.edit()[0] = 1;
  BOOST_TEST(error_of([&] { tape.backward(loss); }).find("parameter above.w [3,2] was changed") !=
             std::string::npos);
  tape.clear();
  auto gradients = tape.backward(sum(net(tape.constant(Array<float>({1, 2})))));
  gradients.find(net.above.b)->values().edit()[1] = std::numeric_limits<float>::infinity();
  BOOST_TEST(error_of([&] {
               sgd.step(gradients);
             }).starts_with("sgd: the gradient of parameter above.b [2] is inf at [1]"));
  BOOST_TEST(error_of([&] {
               optim::clip_global_norm(gradients, 1);
             }).starts_with("clip_global_norm: the gradient of parameter above.b [2] is inf"));
}

// A layer is checked by its parameters too, through a checkpoint and a scope as well.
BOOST_AUTO_TEST_CASE(gradcheck_by_parameters) {
  Random random{1};
  nn::Linear<double> layer({.in = 2, .out = 3}, random);
  const Array<double> x = random.normal<double>({4, 2});
  const auto good =
      gradcheck([&](auto&, auto in) { return tanh(layer(in[0])); }, parameters(layer), {x});
  BOOST_TEST(good.passed(), good.failure);
  BOOST_TEST(good.compared > 2 * (8 + 9));
  parameters(layer).freeze();  // frozen or not
  const auto without_inputs = gradcheck(
      [&](auto& tape, auto) { return tanh(layer(tape.constant(x))); }, parameters(layer), {});
  BOOST_TEST(without_inputs.passed(), without_inputs.failure);
  parameters(layer).unfreeze();
  const auto twice = gradcheck(
      [&](auto&, auto in) {
        return checkpoint<double>([&](auto u) { return tanh(layer(u[0])); }, {in[0]});
      },
      parameters(layer), {x});
  BOOST_TEST(twice.passed(), twice.failure);
  const auto bad =
      gradcheck([&](auto& tape, auto in) { return matmul(in[0], detach(tape.read(layer.w))); },
                parameters(layer, "w"), {x});
  BOOST_TEST(bad.failure.find("derivative by parameter w [2,3] at element 0 is 0") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
