// Layers against PyTorch's golden values, and against the LSTM written out by hand.
#include <algorithm>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/gradcheck.hpp"
#include "engram/core/safetensors.hpp"
#include "engram/engram.hpp"
#include "engram/examples/lstm_by_hand/lstm_by_hand.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

files::Tensors golden(const std::string& name) {
  return files::load(std::string(ENGRAM_SOURCE_DIR) + "/tests/golden/" + name + ".safetensors");
}

using Vars = std::vector<Var<double>>;

// One array [L, B, H] of the golden file as a value [B, H] for each layer.
Vars layers_of(const Var<double>& stacked) {
  Vars out;
  for (Index k = 0; k < stacked.extent(0); ++k) out.push_back(select(stacked, 0, k));
  return out;
}

nn::LstmState<Var<double>> initial(const nn::Lstm<double>&, const Var<double>& h,
                                   const Var<double>& c) {
  return {layers_of(h), layers_of(c)};
}
nn::RnnState<Var<double>> initial(const nn::Rnn<double>&, const Var<double>& h,
                                  const Var<double>&) {
  return {layers_of(h)};
}
Vars parts(const nn::LstmState<Var<double>>& s) { return {stack(s.h), stack(s.c)}; }
Vars parts(const nn::RnnState<Var<double>>& s) { return {stack(s.h)}; }

// Two chunks with the state carried, with and without its history: outputs, states, the gradient
// of everything, and the second derivative along given directions.
template <class Network>
void compare_with_golden(const std::string& file, const std::vector<std::string>& state_names) {
  const files::Tensors gold = golden(file);
  const auto get = [&](const std::string& name) { return gold.get<double>(name); };
  Random random{1};
  Network network{{.input = 4, .hidden = 6, .layers = 2}, random};
  auto named = parameters(network);
  for (auto& param : named) param.assign(get(param.name));

  for (const bool carried : {true, false}) {
    const std::string variant = carried ? "carried" : "truncated";
    Tape<double> tape;
    std::vector<std::string> names;
    Vars leaves;
    for (const auto& param : named) {
      names.push_back(param.name);
      leaves.push_back(tape.read(param));
    }
    std::vector<std::string> inputs{"x1", "x2"};
    for (const auto& state : state_names) inputs.push_back(state + "0");
    for (const auto& name : inputs) {
      names.push_back(name);
      leaves.push_back(tape.variable(get(name)));
    }
    const Var<double>*x = &leaves[named.size()], *state = x + 2;

    auto [y1, after1] = network(x[0], initial(network, state[0], state[state_names.size() - 1]));
    auto [y2, after2] = network(x[1], carried ? after1 : nn::detach(after1));
    BOOST_TEST(difference(y1.value(), get("y1")) < 1e-10);
    BOOST_TEST(difference(y2.value(), get("y2")) < 1e-10);
    Var<double> loss = sum(y1 * tape.constant(get("dy1"))) + sum(y2 * tape.constant(get("dy2")));
    const Vars first = parts(after1), last = parts(after2);
    for (std::size_t k = 0; k < last.size(); ++k) {
      BOOST_TEST(difference(first[k].value(), get(state_names[k] + "1")) < 1e-10);
      BOOST_TEST(difference(last[k].value(), get(state_names[k] + "2")) < 1e-10);
      loss = loss + sum(last[k] * tape.constant(get("d" + state_names[k] + "2")));
    }
    BOOST_TEST(std::abs(loss.item() - get("loss").item()) < 1e-10);

    const Vars plain = tape.gradients(loss, leaves), recorded = grad(loss, leaves);
    Var<double> slope = tape.constant(Array<double>::scalar(0));
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      const Array<double> expected = get(variant + ".grad." + names[k]);
      BOOST_TEST(difference(plain[k].value(), expected) < 1e-10, variant << " " << names[k]);
      BOOST_TEST(difference(recorded[k].value(), expected) < 1e-10, variant << " " << names[k]);
      slope = slope + sum(recorded[k] * tape.constant(get("v." + names[k])));
    }
    const Vars second = tape.gradients(slope, leaves);
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      BOOST_TEST(difference(second[k].value(), get(variant + ".hv." + names[k])) < 1e-10,
                 variant << ", second order, " << names[k]);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(lstm_equals_pytorch) {
  compare_with_golden<nn::Lstm<double>>("lstm", {"h", "c"});
}

BOOST_AUTO_TEST_CASE(rnn_equals_pytorch) { compare_with_golden<nn::Rnn<double>>("rnn", {"h"}); }

BOOST_AUTO_TEST_CASE(linear_and_embedding_equal_pytorch) {
  const files::Tensors gold = golden("module");
  const auto get = [&](const std::string& name) { return gold.get<double>(name); };
  Random random{1};
  nn::Linear<double> linear{{.in = 3, .out = 5}, random};
  linear.w.assign(get("linear.w"));
  linear.b.assign(get("linear.b"));
  Tape<double> tape;
  const auto x = tape.variable(get("linear.x"));
  const auto y = linear(x);
  BOOST_TEST(difference(y.value(), get("linear.y")) < 1e-12);
  const auto g = tape.backward(y, {.seed = tape.constant(get("linear.dy"))});
  BOOST_TEST(difference(g[linear.w], get("linear.grad.w")) < 1e-12);
  BOOST_TEST(difference(g[linear.b], get("linear.grad.b")) < 1e-12);
  BOOST_TEST(difference(g[x], get("linear.grad.x")) < 1e-12);

  nn::Embedding<double> embedding{{.rows = 7, .width = 4}, random};
  embedding.w.assign(get("embedding.w"));
  const auto rows = embedding(tape, gold.get<std::int32_t>("embedding.indices"));
  BOOST_TEST(difference(rows.value(), get("embedding.y")) < 1e-12);
  const auto e = tape.backward(rows, {.seed = tape.constant(get("embedding.dy"))});
  BOOST_TEST(e.find(embedding.w)->is_sparse());
  BOOST_TEST(difference(e[embedding.w], get("embedding.grad.w")) < 1e-12);
}

// The layer and the six equations of the books: values and gradients to 1e-12.
BOOST_AUTO_TEST_CASE(lstm_equals_its_equations) {
  Random random{3};
  const Index T = 7, B = 3, in = 5, H = 4;
  const nn::Lstm<double> layer{{.input = in, .hidden = H}, random};
  const auto by_hand = by_hand::taken_apart(layer.layers[0]);
  Tape<double> tape;
  const auto x = tape.variable(random.normal<double>({T, B, in}));
  const auto h0 = tape.variable(random.normal<double>({B, H}));
  const auto c0 = tape.variable(random.normal<double>({B, H}));
  const auto upstream = tape.constant(random.normal<double>({T, B, H}));

  const auto fast = layer(x, {{h0}, {c0}});
  by_hand::Lstm<double>::State state{h0, c0};
  Vars outputs;
  for (Index t = 0; t < T; ++t) {
    state = by_hand.step(select(x, 0, t), state);
    outputs.push_back(state.h);
  }
  const auto slow = stack(std::span<const Var<double>>(outputs));
  BOOST_TEST(difference(fast.y.value(), slow.value()) < 1e-12);
  BOOST_TEST(difference(fast.state.c[0].value(), state.c.value()) < 1e-12);

  const auto a = tape.backward(sum(fast.y * upstream) + sum(fast.state.c[0]));
  const auto b = tape.backward(sum(slow * upstream) + sum(state.c));
  for (const auto& v : {x, h0, c0}) BOOST_TEST(difference(a[v], b[v]) < 1e-12);
  const auto gates = [&](const Array<double>& dw, Index gate) {
    return by_hand::columns(dw, gate * H, H);
  };
  const Param<double>*ws[] = {&by_hand.w_f, &by_hand.w_i, &by_hand.w_c, &by_hand.w_o},
        *bs[] = {&by_hand.b_f, &by_hand.b_i, &by_hand.b_c, &by_hand.b_o};
  for (Index gate = 0; gate < 4; ++gate) {
    const auto joined = concat({tape.constant(gates(a[layer.layers[0].w_hh], gate)),
                                tape.constant(gates(a[layer.layers[0].w_ih], gate))},
                               0);
    BOOST_TEST(difference(joined.value(), b[*ws[gate]]) < 1e-12);
    BOOST_TEST(difference(gates(a[layer.layers[0].b], gate), b[*bs[gate]]) < 1e-12);
  }
}

// Two chunks joined by their state are one sequence: not to the bit, since the BLAS may compute a
// row by another kernel when there are fewer of them.
BOOST_AUTO_TEST_CASE(state_carries_a_sequence_on) {
  Random random{4};
  const nn::Lstm<double> lstm{{.input = 3, .hidden = 5, .layers = 2}, random};
  const Array<double> x = random.normal<double>({6, 2, 3});
  Tape<double> tape;
  const auto whole = lstm(tape.constant(x)).y.value();
  const auto first = lstm(slice(tape.constant(x), 0, 0, 4));
  const auto kept = nn::values(first.state);
  tape.clear();
  const auto second = lstm(slice(tape.constant(x), 0, 4, 6), nn::on(tape, kept)).y.value();
  BOOST_TEST(difference(second, whole.window(4 * 2 * 5, {2, 2, 5})) < 1e-14);
}

BOOST_AUTO_TEST_CASE(forget_gate_begins_open) {
  Random random{1};
  const nn::Lstm<float> lstm{{.input = 3, .hidden = 16}, random};
  const auto b = lstm.layers[0].b.value();
  for (Index i = 0; i < 64; ++i) BOOST_TEST((i < 16 ? b[i] == 1 : std::abs(b[i]) <= 0.25f));
  for (const float w : lstm.layers[0].w_hh.value()) BOOST_TEST(std::abs(w) <= 0.25f);
}

BOOST_AUTO_TEST_CASE(modules_show_their_parameters) {
  Random random{1};
  nn::Lstm<float> lstm{{.input = 3, .hidden = 4, .layers = 2}, random};
  std::vector<std::string> names;
  for (const auto& param : parameters(lstm)) names.push_back(param.name);
  const std::vector<std::string> expected{"layer0.w_ih", "layer0.w_hh", "layer0.b",
                                          "layer1.w_ih", "layer1.w_hh", "layer1.b"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  BOOST_TEST(count_parameters(lstm) == 16 * (3 + 4 + 1) + 16 * (4 + 4 + 1));
  const std::string table = summary(lstm);
  BOOST_TEST(table.find("layer1.w_hh  [4,16]") != std::string::npos);
  BOOST_TEST(table.find("272") != std::string::npos);

  // A moved module keeps its parameters; a copied one has its own.
  const ParamRef<float> w = lstm.layers[0].w_hh;
  const nn::Lstm<float> copy = lstm, moved = std::move(lstm);
  BOOST_TEST((moved.layers[0].w_hh == w));
  BOOST_TEST(!(copy.layers[0].w_hh == w));
  Param<float> gone(Array<float>({1}));
  const Param<float> kept = std::move(gone);
  Tape<float> tape;
  BOOST_CHECK_THROW(tape.read(gone), Error);
}

BOOST_AUTO_TEST_CASE(dropout_between_layers_only_while_training) {
  Random random{1}, mask{2}, same{2};
  const nn::Lstm<float> lstm{{.input = 3, .hidden = 5, .layers = 2, .dropout = 0.5}, random};
  const Array<float> x = random.normal<float>({4, 2, 3});
  Tape<float> tape;
  const auto plain = lstm(tape.constant(x), {}, nn::no_dropout).y.value();
  const auto again = [&] {
    const NoRecord<float> values_only{tape};
    return lstm(tape.constant(x)).y.value();
  }();
  const auto dropped = lstm(tape.constant(x), {}, &mask).y.value();
  const auto repeated = lstm(tape.constant(x), {}, &same).y.value();
  BOOST_TEST(std::equal(plain.begin(), plain.end(), again.begin()));
  BOOST_TEST(!std::equal(plain.begin(), plain.end(), dropped.begin()));
  BOOST_TEST(std::equal(dropped.begin(), dropped.end(), repeated.begin()));
}

// To train without the dropout that was asked for is a mistake that nothing else would show.
BOOST_AUTO_TEST_CASE(dropout_without_a_source_is_refused) {
  Random random{1};
  const nn::RecurrentOptions options{.input = 3, .hidden = 5, .layers = 2, .dropout = 0.5};
  const nn::Lstm<float> lstm{options, random};
  const nn::Rnn<float> rnn{options, random};
  Tape<float> tape;
  const auto x = tape.constant(Array<float>({4, 2, 3}));
  Random* const none = nullptr;
  const auto refuses = [](const auto& act, const std::string& text) {
    const std::string said = error_of(act);
    BOOST_TEST(said.find(text) != std::string::npos, said);
  };
  refuses([&] { lstm(x); }, "dropout 0.5 is set, and there is no Random to draw it from");
  refuses([&] { rnn(x); }, "pass &random to train, nn::no_dropout or a NoRecord to evaluate");
  refuses([&] { lstm(x, {}, none); }, "there is no Random");
  BOOST_TEST(rnn(x, {}, nn::no_dropout).y.extent(0) == 4);
  BOOST_TEST(rnn(x, {}, &random).y.extent(0) == 4);
  // Of one layer it would do nothing.
  refuses([&] { nn::Rnn<float>({.input = 3, .hidden = 5, .dropout = 0.5}, random); },
          "one layer with dropout 0.5");
}

BOOST_AUTO_TEST_CASE(second_derivatives_through_time) {
  Random random{5};
  const nn::Lstm<double> lstm{{.input = 2, .hidden = 3, .layers = 2}, random};
  const auto result = gradcheck([&](std::span<const Var<double>> x) { return lstm(x[0]).y; },
                                {random.normal<double>({4, 2, 2})});
  BOOST_TEST(result.failure == "");
}

BOOST_AUTO_TEST_CASE(bad_sizes_are_refused) {
  Random random{1};
  const nn::Lstm<float> lstm{{.input = 3, .hidden = 4}, random};
  Tape<float> tape;
  const auto says = [](const std::string& text) {
    return [text](const Error& error) {
      return std::string(error.what()).find(text) != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION(lstm(tape.constant(Array<float>({5, 2, 4}))), Error,
                        says("x [5,2,4] for an input size of 3; need [T, B, 3]"));
  BOOST_CHECK_EXCEPTION(lstm(tape.constant(Array<float>({0, 2, 3}))), Error, says("T >= 1"));
  const auto zero = tape.constant(Array<float>({1, 4}));
  BOOST_CHECK_EXCEPTION(lstm(tape.constant(Array<float>({5, 2, 3})), {{zero}, {zero}}), Error,
                        says("the state's h has shape [1,4] beside x [5,2,3]; need [2,4]"));
  BOOST_CHECK_EXCEPTION((nn::Lstm<float>{{.input = 3, .hidden = 0}, random}), Error,
                        says("hidden 0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
