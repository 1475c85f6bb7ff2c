#include "engram/examples/language_model/model.hpp"

#include "engram/nn/init.hpp"

namespace engram::language_model {

LanguageModel::LanguageModel(const ModelOptions& o, Random& random)
    : embedding({.rows = o.vocabulary, .width = o.embedding}, random),
      lstm({.input = o.embedding,
            .hidden = o.hidden,
            .layers = o.layers,
            .dropout = o.layers > 1 ? o.dropout : 0},
           random),
      options_(o) {
  if (o.tied) {
    // As weights of a readout the embedding has to begin smaller than it likes to.
    embedding.w = nn::uniform_parameter<float>({o.vocabulary, o.embedding}, o.embedding, random);
    readout_b = Param<float>(Array<float>({o.vocabulary}));
  } else if (!o.cutoffs.empty()) {
    adaptive.emplace(
        nn::AdaptiveSoftmaxOptions{.in = o.hidden, .classes = o.vocabulary, .cutoffs = o.cutoffs},
        random);
  } else {
    readout.emplace(nn::LinearOptions{.in = o.hidden, .out = o.vocabulary}, random);
  }
  if (o.init > 0) {
    const auto bound = static_cast<float>(o.init);
    for (auto& param : parameters(*this)) {
      if (param.shape().rank() > 1) param.assign(random.uniform(param.shape(), -bound, bound));
    }
  }
}

LanguageModel::Output LanguageModel::operator()(Tape<float>& tape, const Indices& tokens,
                                                const State& state, Random* random) const {
  const auto drop = [&](const Var<float>& x) {
    return random ? dropout(x, options_.dropout, *random) : x;
  };
  const auto [y, next] = lstm(drop(embedding(tape, tokens)), state, random);
  return {reshape(drop(y), {tokens.size(), options_.hidden}), next};
}

Var<float> LanguageModel::logits(const Var<float>& h) const {
  if (readout) return (*readout)(h);
  if (adaptive) return adaptive->log_probabilities(h);
  Tape<float>& tape = h.tape();
  return matmul(h, tape.read(embedding.w), {.b = true}) + tape.read(readout_b);
}

Var<float> LanguageModel::loss(const Var<float>& h, const Indices& next) const {
  if (readout) return readout->cross_entropy(h, next);
  if (adaptive) return adaptive->cross_entropy(h, next);
  Tape<float>& tape = h.tape();
  return affine_cross_entropy(h, tape.read(embedding.w), tape.read(readout_b), next, {}, true);
}

}  // namespace engram::language_model
