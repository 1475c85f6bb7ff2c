// Rows of attention and what goes with it.
#include <limits>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

void attentions(std::vector<OpCase>& rows) {
  const auto attend = [](AttentionOptions options) {
    return [options](auto x) { return attention(x[0], x[1], x[2], options); };
  };
  const std::vector<BadShapes> bad = {
      {{{3, 4}, {3, 5}, {3, 2}}, "attention: q [3,4] and k [3,5]; need q [..., queries, d]"},
      {{{4}, {3, 4}, {3, 2}}, "need q [..., queries, d] and k [..., keys, d]"},
      {{{3, 4}, {3, 4}, {2, 2}}, "k [3,4] and v [2,2]; need as many values as keys"},
      {{{3, 4}, {3, 4}, {3}}, "v [..., 3, e]"}};
  rows.push_back(row("attention", "attention", attend({}),
                     {{{3, 4}, {5, 4}, {5, 2}},
                      {{2, 2, 3}, {2, 3, 3}, {2, 3, 1}},
                      {{2, 1, 2, 3}, {2, 4, 3}, {4, 2}},
                      {{1, 1}, {1, 1}, {1, 1}},
                      {{1, 2}, {17, 2}, {17, 1}},
                      {{0, 2}, {3, 2}, {3, 2}},
                      {{2, 0}, {3, 0}, {3, 2}}},
                     bad));
  rows.push_back(row("attention, causal", "attention", attend({.causal = true, .scale = 0.7}),
                     {{{3, 4}, {3, 4}, {3, 2}},
                      {{2, 2, 3}, {2, 4, 3}, {2, 4, 1}},
                      {{3, 4}, {2, 4}, {2, 2}},  // the first query sees no key
                      {{2, 3}, {0, 3}, {0, 2}}}));
  const Indices padding({2, 1, 3}, {1, 1, 0, 1, 0, 1});
  rows.push_back(row("attention, masked", "attention", attend({.mask = padding}),
                     {{{2, 2, 2}, {2, 3, 2}, {2, 3, 2}}, {{2, 3, 2}, {1, 3, 2}, {3, 2}}},
                     {{{{2, 4}, {3, 4}, {3, 2}}, "mask [2,1,3] for scores [2,3]"},
                      {{{2, 2, 2}, {2, 4, 2}, {2, 4, 2}}, "mask [2,1,3] for scores [2,2,4]"}}));
  rows.push_back(row("attention, masked and causal", "attention",
                     attend({.causal = true, .mask = padding}),
                     {{{2, 3, 2}, {2, 3, 2}, {2, 3, 2}}, {{2, 2, 1, 2}, {3, 2}, {3, 2}}}));
  rows.push_back(row("attention, bias", "attention",
                     [](auto x) { return attention(x[0], x[1], x[2], x[3]); },
                     {{{2, 3}, {3, 3}, {3, 2}, {2, 3}}, {{2, 2, 3}, {2, 2, 3}, {2, 2, 1}, {1, 2}}},
                     {{{{2, 3}, {3, 3}, {3, 2}, {2, 2}}, "bias [2,2] for scores [2,3]"},
                      {{{2, 3}, {3, 3}, {3, 2}, {4, 2, 3}}, "bias [4,2,3] for scores [2,3]"}}));
  rows.push_back(row("attention, a bias of -inf", "attention",
                     [](auto x) {
                       using T = Number<decltype(x[0])>;
                       constexpr T kNever = -std::numeric_limits<T>::infinity();
                       const Array<T> bias({2, 3}, {0, kNever, 1, kNever, kNever, kNever});
                       return attention(x[0], x[1], x[2], x[0].tape().constant(bias));
                     },
                     {{{2, 3}, {3, 3}, {3, 2}}}));
  rows.push_back(row("attention, soft cap", "attention",
                     attend({.mask = Indices({3}, {1, 0, 1}), .soft_cap = 0.7}),
                     {{{2, 2}, {3, 2}, {3, 2}}},
                     {{{{2, 2}, {4, 2}, {4, 2}}, "mask [3] for scores [2,4]"}}));
  rows.push_back(row("attention, no cap", "attention", attend({.soft_cap = 0}), {},
                     {{{{2, 2}, {3, 2}, {3, 2}}, "attention: a cap of 0; need a number above 0"}}));
  rows.push_back(row("attention, other heads", "attention", attend({}), {},
                     {{{{1, 8, 2, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}},
                       "attention: q [1,8,2,4] and k [1,2,3,4] differ in their leading axes, batch "
                       "and heads; need equal ones or 1"},
                      {{{8, 2, 4}, {8, 3, 4}, {2, 3, 4}}, "q [8,2,4] and v [2,3,4] differ"},
                      {{{1, 2, 4}, {8, 3, 4}, {2, 3, 4}}, "k [8,3,4] and v [2,3,4] differ"}}));
  rows.push_back(
      row("attention_weights", "attention", [](auto x) { return attention_weights(x[0], x[1]); },
          {{{3, 4}, {5, 4}}, {{2, 2, 3}, {3, 3}}},
          {{{{3, 4}, {3, 5}}, "attention_weights: q [3,4] and k [3,5]"},
           {{{2, 3, 4}, {3, 3, 4}},
            "attention_weights: q [2,3,4] and k [3,3,4] differ in their leading axes"}}));
  rows.push_back(row("attention_weights, bias", "attention",
                     [](auto x) { return attention_weights(x[0], x[1], x[2], {.causal = true}); },
                     {{{3, 4}, {3, 4}, {3, 3}}},
                     {{{{3, 4}, {3, 4}, {2}}, "attention_weights: bias [2] for scores [3,3]"}}));
}

void positions(std::vector<OpCase>& rows) {
  const auto turned = [](RotaryOptions options) {
    return [=](auto x) { return rotary_embedding(x[0], options); };
  };
  const std::vector<BadShapes> bad = {
      {{{4}}, "rotary_embedding: x [4]; need [..., T, d] with d even"},
      {{{2, 3}}, "x [2,3]; need [..., T, d] with d even"}};
  rows.push_back(row("rotary_embedding", "rotary", turned({}),
                     {{{3, 4}}, {{2, 2, 5, 6}}, {{1, 34}}, {{0, 2}}, {{2, 0}}}, bad));
  rows.push_back(row("rotary_embedding, interleaved", "rotary",
                     turned({.base = 100, .offset = 3, .interleaved = true}),
                     {{{3, 4}}, {{2, 2, 5, 6}}}, bad));
  rows.push_back(row("rotary_embedding, no base", "rotary", turned({.base = 0}), {},
                     {{{{2, 2}}, "rotary_embedding: base 0; need a number above 0"}}));
  const auto masked = [](std::int32_t longest) {
    return [=](auto x) {
      return x[0] * length_mask(x[0].tape(), Indices({3}, {2, 0, longest}), 4);
    };
  };
  rows.push_back(row("length_mask", "length_mask", masked(4), {{{4, 3}}, {{1, 3}}},
                     {{{{4, 2}}, "do not broadcast"}}));
  rows.push_back(row("length_mask, too long", "length_mask", masked(5), {},
                     {{{{4, 3}},
                       "length_mask: length 5 at position 2 is out of range; need 0 <= "
                       "length <= 4"}}));
}

}  // namespace

void attention_rows(std::vector<OpCase>& rows) {
  attentions(rows);
  positions(rows);
}

}  // namespace engram::testing
