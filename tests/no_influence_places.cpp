#include <array>
#include <limits>
#include <span>

#include "engram/nn/adaptive_softmax.hpp"
#include "engram/nn/crf.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/no_influence.hpp"

namespace engram::testing {
namespace {

template <class V>
using Number = typename std::remove_cvref_t<V>::value_type;

using Hidden = std::function<bool(std::size_t, Index)>;

struct Table {
  std::vector<NoInfluence> entries;

  template <class F>
  void add(const std::string& function, const std::string& reason, std::vector<Shape> shapes, F f,
           Hidden hidden) {
    entries.push_back(
        {function, reason, row(function, "", f, {std::move(shapes)}), std::move(hidden)});
  }
};

// A constant of these numbers on the tape of x.
template <class V>
auto constant(const V& x, const Shape& shape, const std::vector<double>& values) {
  using T = Number<V>;
  return x.tape().constant(Array<T>(shape, std::vector<T>(values.begin(), values.end())));
}

// Rows of `width` elements of one input; of the others, all elements count.
Hidden rows_of(std::size_t input, Index width, std::vector<Index> numbers) {
  return [=](std::size_t k, Index i) {
    return k == input && std::find(numbers.begin(), numbers.end(), i / width) != numbers.end();
  };
}
Hidden elements_of(std::size_t input, std::vector<Index> numbers) {
  return rows_of(input, 1, std::move(numbers));
}
Hidden both(Hidden a, Hidden b) {
  return [=](std::size_t k, Index i) { return a(k, i) || b(k, i); };
}

void choices(Table& t) {
  const std::vector<double> mask{1, 0, 0, 1, 0, 1};
  t.add(
      "where", "condition", {{2, 3}, {2, 3}},
      [=](auto x) {
        return tanh(where(constant(x[0], {2, 3}, mask), x[0], x[1]));
      },
      both(elements_of(0, {1, 2, 4}), elements_of(1, {0, 3, 5})));
  t.add(
      "masked_fill", "mask", {{2, 3}},
      [=](auto x) {
        return tanh(masked_fill(x[0], constant(x[0], {2, 3}, mask), 3));
      },
      elements_of(0, {0, 3, 5}));
  t.add(
      "masked_select", "mask", {{2, 3}},
      [=](auto x) {
        return tanh(masked_select(x[0], constant(x[0], {2, 3}, mask)));
      },
      elements_of(0, {1, 2, 4}));
  t.add(
      "reverse_sequence", "lengths", {{3, 2}},
      [=](auto x) {
        const auto y = reverse_sequence(x[0], Indices({2}, {2, 3}));
        return tanh(where(constant(x[0], {3, 2}, {1, 1, 1, 1, 0, 1}), y, 0));
      },
      elements_of(0, {4}));
  const auto drop = [](auto x) {
    Random random{7};
    return tanh(dropout(x[0], 0.5, random));
  };
  Random random{7};
  Tape<double> tape;
  const auto kept = dropout_mask(tape, {3, 5}, 0.5, random).value();
  const auto dropped = [kept](Index i) { return kept[i] == 0; };
  t.add("dropout", "p", {{3, 5}}, drop, [=](std::size_t, Index i) { return dropped(i); });
  t.add(
      "weight_drop", "p", {{3, 5}},
      [](auto x) {
        Random r{7};
        return tanh(weight_drop(x[0], 0.5, r));
      },
      [=](std::size_t, Index i) { return dropped(i); });
  t.add(
      "variational_dropout", "p", {{2, 15}},
      [](auto x) {
        Random r{7};
        return tanh(variational_dropout(x[0], 0.5, r));
      },
      [=](std::size_t, Index i) { return dropped(i % 15); });
}

// The same behind functions: no derivative of theirs is multiplied by the 0 that comes back.
void behind_functions(Table& t) {
  const std::vector<double> mask{1, 0, 0, 1, 0, 1};
  const auto behind = [&](const std::string& name, auto f) {
    t.add(
        name, "where behind it", {{2, 3}},
        [=](auto x) {
          return where(constant(x[0], {2, 3}, mask), f(x[0]), 1);
        },
        elements_of(0, {1, 2, 4}));
    t.add(
        name, "masked_fill behind it", {{2, 3}},
        [=](auto x) {
          return masked_fill(f(x[0]), constant(x[0], {2, 3}, mask), 1);
        },
        elements_of(0, {0, 3, 5}));
    t.add(
        name, "slice behind it", {{2, 3}}, [=](auto x) { return slice(f(x[0]), 1, 1, 3); },
        elements_of(0, {0, 3}));
  };
  behind("exp", [](auto x) { return exp(x); });
  behind("tanh", [](auto x) { return tanh(x); });
  behind("square", [](auto x) { return square(x); });
  behind("gelu", [](auto x) { return gelu(x); });
  behind("mul", [](auto x) { return x * x * x; });
  behind("div", [](auto x) { return x / (1 + x * x); });
  behind("sqrt", [](auto x) { return sqrt(x * x + 1); });
  behind("pow", [](auto x) { return pow(x * x + 1, 1.5); });
}

void selections(Table& t) {
  t.add(
      "gather_rows", "rows", {{4, 2}},
      [](auto x) {
        return tanh(gather_rows(x[0], Indices({3}, {2, 0, 2})));
      },
      rows_of(0, 2, {1, 3}));
  t.add(
      "embedding_bag", "rows", {{4, 2}},
      [](auto x) {
        return embedding_bag(x[0], Indices({3}, {2, 0, 2}), Indices({2}, {0, 2}));
      },
      rows_of(0, 2, {1, 3}));
  t.add(
      "gather", "index", {{2, 3}},
      [](auto x) {
        return exp(gather(x[0], 1, Indices({2, 1}, {2, 0})));
      },
      elements_of(0, {0, 1, 4, 5}));
  t.add(
      "slice", "range", {{4}}, [](auto x) { return exp(slice(x[0], 0, 1, 3)); },
      elements_of(0, {0, 3}));
  t.add(
      "triu", "k", {{3, 3}}, [](auto x) { return exp(triu(x[0])); }, elements_of(0, {3, 6, 7}));
  t.add(
      "tril", "k", {{3, 3}}, [](auto x) { return exp(tril(x[0])); }, elements_of(0, {1, 2, 5}));
  t.add(
      "solve_triangular", "upper", {{3, 3}, {3, 2}},
      [](auto x) {
        const auto d = constant(x[0], {3, 3}, {4, 0, 0, 0, 4, 0, 0, 0, 4});
        return solve_triangular(x[0] + d, x[1]);
      },
      elements_of(0, {1, 2, 5}));
  t.add(
      "linear_recurrence", "first a", {{3, 2}, {3, 2}},
      [](auto x) { return linear_recurrence(x[0], x[1], 0); }, elements_of(0, {0, 1}));
  for (const double w : {0.0, 1.0}) {
    t.add(
        "lerp", w == 0 ? "w of 0" : "w of 1", {{3}, {3}},
        [w](auto x) { return exp(lerp(x[0], x[1], static_cast<Number<decltype(x[0])>>(w))); },
        rows_of(w == 0 ? 1 : 0, 1, {0, 1, 2}));
  }
  t.add(
      "kl_div", "target of 0", {{2, 3}},
      [](auto x) {
        return kl_div(x[0], constant(x[0], {2, 3}, {.5, 0, .5, 0, .25, .75}));
      },
      elements_of(0, {1, 3}));
}

void class_losses(Table& t) {
  const Indices targets({4}, {1, 3, 0, 2});
  const auto with = [&](const std::string& reason, CrossEntropyOptions options, Index row) {
    t.add(
        "cross_entropy", reason, {{4, 4}},
        [=](auto x) { return cross_entropy(x[0], targets, options); }, rows_of(0, 4, {row}));
    t.add(
        "nll", reason, {{4, 4}}, [=](auto x) { return nll(x[0], targets, options); },
        rows_of(0, 4, {row}));
    for (const bool transposed : {false, true}) {
      t.add(
          "affine_cross_entropy", reason, {{4, 3}, transposed ? Shape{4, 3} : Shape{3, 4}, {4}},
          [=](auto x) {
            return affine_cross_entropy(x[0], x[1], x[2], targets, options, transposed);
          },
          rows_of(0, 3, {row}));
    }
  };
  with("ignore_index", {.ignore_index = 3}, 1);
  with("class_weights", {.class_weights = Array<double>({4}, {1, 2, 0, 1})}, 3);
  t.add(
      "nll", "not the target", {{4, 4}}, [=](auto x) { return nll(x[0], targets); },
      [](std::size_t, Index i) { return i != 1 && i != 7 && i != 8 && i != 14; });
  const auto readout = [](auto x, const auto& f) {
    using T = Number<decltype(x[0])>;
    static constexpr std::array<Index, 1> cutoffs{3};
    const std::array<AdaptiveTail<T>, 1> tails{AdaptiveTail<T>{x[3], x[4], x[5]}};
    return f(AdaptiveReadout<T>{cutoffs, x[1], x[2], tails});
  };
  t.add(
      "adaptive_cross_entropy", "ignore_index", {{4, 3}, {3, 4}, {4}, {3, 2}, {2, 2}, {2}},
      [=](auto x) {
        return readout(x, [&](const auto& r) {
          return adaptive_cross_entropy(x[0], r, targets, {.ignore_index = 3});
        });
      },
      rows_of(0, 3, {1}));
  t.add(
      "adaptive_cross_entropy", "a cluster without targets",
      {{4, 3}, {3, 4}, {4}, {3, 2}, {2, 2}, {2}},
      [=](auto x) {
        return readout(x, [&](const auto& r) {
          return adaptive_cross_entropy(x[0], r, Indices({4}, {1, 2, 0, 2}));
        });
      },
      [](std::size_t k, Index) { return k >= 3; });
  const Candidates some{Indices({3}, {1, 0, 4}), Array<double>({3}, {1, 2, 0.5})};
  t.add(
      "sampled_cross_entropy", "ignore_index", {{4, 3}, {6, 3}, {6}},
      [=](auto x) {
        return sampled_cross_entropy(x[0], x[1], x[2], targets, some, {.ignore_index = 3});
      },
      both(rows_of(0, 3, {1}), both(rows_of(1, 3, {5}), elements_of(2, {5}))));
}

void sequences(Table& t) {
  const Hidden beyond = [](std::size_t k, Index i) {  // x [4, 2, 3] of lengths 4 and 2
    return k == 0 && i / 6 >= 2 && i / 3 % 2 == 1;
  };
  const Indices lengths({2}, {4, 2});
  t.add(
      "crf_log_likelihood", "lengths", {{4, 2, 3}, {3, 3}, {3}, {3}},
      [=](auto x) {
        const Indices tags({4, 2}, {0, 1, 2, 2, 1, 99, 0, -7});
        return crf_log_likelihood(x[0], x[1], x[2], x[3], tags, lengths);
      },
      beyond);
  t.add(
      "log_likelihood", "lengths", {{4, 2, 3}},
      [=](auto x) {
        Random random{1};
        const nn::Crf<Number<decltype(x[0])>> layer(3, random);
        return layer.log_likelihood(x[0], Indices({4, 2}, {0, 1, 2, 2, 1, 99, 0, -7}), lengths);
      },
      beyond);
  const auto decoded = [=](auto x, const auto& y) {
    using T = Number<decltype(x[0])>;
    Array<T> all({static_cast<Index>(y.tags.size() + y.scores.size())});
    std::copy(y.tags.begin(), y.tags.end(), all.edit());
    std::copy(y.scores.begin(), y.scores.end(), all.edit() + y.tags.size());
    return x[0].tape().constant(all);
  };
  t.add(
      "crf_decode", "lengths", {{4, 2, 3}, {3, 3}, {3}, {3}},
      [=](auto x) {
        return decoded(
                   x, crf_decode(x[0].value(), x[1].value(), x[2].value(), x[3].value(), lengths)) +
               sum(x[1]);
      },
      beyond);
  t.add(
      "decode", "lengths", {{4, 2, 3}},
      [=](auto x) {
        Random random{1};
        const nn::Crf<Number<decltype(x[0])>> layer(3, random);
        return decoded(x, layer.decode(x[0].value(), lengths));
      },
      beyond);
  const Indices labels({2, 2}, {1, 2, 2, 99});
  const auto ctc = [=](auto x, Indices inputs, Indices targets, CtcOptions options) {
    return ctc_loss(x[0], labels, inputs, targets, options);
  };
  t.add(
      "ctc_loss", "input_lengths", {{4, 2, 3}},
      [=](auto x) {
        return ctc(x, lengths, Indices({2}, {2, 1}), {});
      },
      beyond);
  t.add(
      "ctc_loss", "target_lengths", {{4, 2, 3}},  // a class that no path goes through
      [=](auto x) {
        return ctc(x, lengths, Indices({2}, {1, 1}), {});
      },
      [=](std::size_t k, Index i) { return beyond(k, i) || i % 6 == 2 || i % 6 == 4; });
  t.add(
      "ctc_loss", "zero_infinity", {{4, 2, 3}},
      [=](auto x) {
        return ctc(x, Indices({2}, {4, 0}), Indices({2}, {2, 1}), {.zero_infinity = true});
      },
      [](std::size_t, Index i) { return i / 3 % 2 == 1; });
  const auto paths = [](auto x, const auto& found) {
    using T = Number<decltype(x[0])>;
    std::vector<T> all;
    for (const auto& one : found) {
      all.insert(all.end(), one.labels.begin(), one.labels.end());
      all.push_back(static_cast<T>(one.log_probability));
    }
    return x[0].tape().constant(Array<T>({static_cast<Index>(all.size())}, all));
  };
  t.add(
      "ctc_greedy_decode", "input_lengths", {{4, 2, 3}},
      [=](auto x) { return paths(x, ctc_greedy_decode(x[0].value(), lengths)); }, beyond);
  t.add(
      "ctc_beam_decode", "input_lengths", {{4, 2, 3}},
      [=](auto x) { return paths(x, ctc_beam_decode(x[0].value(), lengths)); }, beyond);
}

void attentions(Table& t) {
  const AttentionOptions masked{.mask = Indices({1, 4}, {1, 0, 1, 0})};
  const AttentionOptions causal{.causal = true};
  // Key 1 is hidden from the first query alone, key 0 from the second: the first is looked at.
  const AttentionOptions by_query{.mask = Indices({2, 2}, {1, 0, 0, 1})};
  const Hidden keys = both(rows_of(1, 3, {1, 3}), rows_of(2, 2, {1, 3}));
  t.add(
      "attention", "mask", {{2, 3}, {4, 3}, {4, 2}},
      [=](auto x) { return attention(x[0], x[1], x[2], masked); }, keys);
  t.add(
      "attention", "mask and bias", {{2, 3}, {4, 3}, {4, 2}, {2, 4}},
      [=](auto x) { return attention(x[0], x[1], x[2], x[3], masked); },
      both(keys, elements_of(3, {1, 3, 5, 7})));
  t.add(
      "attention", "mask by query", {{2, 3}, {2, 3}, {2, 2}},
      [=](auto x) { return slice(attention(x[0], x[1], x[2], by_query), 0, 0, 1); },
      both(rows_of(0, 3, {1}), both(rows_of(1, 3, {1}), rows_of(2, 2, {1}))));
  t.add(
      "attention", "causal", {{3, 3}, {3, 3}, {3, 2}},
      [=](auto x) { return slice(attention(x[0], x[1], x[2], causal), 0, 0, 2); },
      both(rows_of(0, 3, {2}), both(rows_of(1, 3, {2}), rows_of(2, 2, {2}))));
  t.add(
      "attention_weights", "mask", {{2, 3}, {4, 3}},
      [=](auto x) { return attention_weights(x[0], x[1], masked); }, rows_of(1, 3, {1, 3}));
  t.add(
      "attention_weights", "mask and bias", {{2, 3}, {4, 3}, {2, 4}},
      [=](auto x) { return attention_weights(x[0], x[1], x[2], masked); },
      both(rows_of(1, 3, {1, 3}), elements_of(2, {1, 3, 5, 7})));
  t.add(
      "attention_weights", "causal", {{3, 3}, {3, 3}},
      [=](auto x) { return slice(attention_weights(x[0], x[1], causal), 0, 0, 2); },
      both(rows_of(0, 3, {2}), rows_of(1, 3, {2})));
}

}  // namespace

const std::vector<NoInfluence>& places_without_influence() {
  static const std::vector<NoInfluence> all = [] {
    Table table;
    choices(table);
    behind_functions(table);
    selections(table);
    class_losses(table);
    sequences(table);
    attentions(table);
    return table.entries;
  }();
  return all;
}

}  // namespace engram::testing
