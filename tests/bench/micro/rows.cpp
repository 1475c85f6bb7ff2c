// Operations on rows: the two ends of a language model. Items are numbers of the result, or of the
// logits.
#include "engram/ops/ops.hpp"
#include "engram/tests/bench/micro/micro.hpp"

namespace engram::bench {
namespace {

constexpr Index kRows = 350;  // tokens of a shard of ptb-medium

Indices draw(Index below) {
  Random random(1);
  Indices out = Indices::uninitialized({kRows});
  std::int32_t* to = out.edit();
  for (Index k = 0; k < kRows; ++k) {
    to[k] = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(below)));
  }
  return out;
}

}  // namespace

void register_rows() {
  for (const Index vocabulary : {65, 10'000}) {
    const Shape shape{kRows, vocabulary};
    const std::string size = text(kRows, "x", vocabulary);
    const Array<float> logits = numbers(shape);
    const Indices targets = draw(vocabulary);
    both_ways("softmax", size, shape.size(),
              [=](Tape<float>& tape) { return softmax(tape.variable(logits)); });
    both_ways("cross_entropy", size, shape.size(),
              [=](Tape<float>& tape) { return cross_entropy(tape.variable(logits), targets); });
  }
  for (const Index width : {128, 650}) {
    const ParamRef<float> table = Param<float>(numbers({10'000, width}));
    const Indices tokens = draw(10'000);
    both_ways("gather_rows", text(kRows, "x", width), kRows * width,
              [=](Tape<float>& tape) { return gather_rows(tape.read(table), tokens); });
  }
}

}  // namespace engram::bench
