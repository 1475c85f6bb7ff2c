// Curvature: the product of the loss's Hessian with a vector, beside the gradient.
#include <cmath>

#include "engram/core/derivatives.hpp"
#include "engram/core/module.hpp"
#include "engram/core/shards.hpp"
#include "engram/tests/bench/model.hpp"

namespace engram::bench {
namespace {

class Curvature {
 public:
  Curvature(const Sizes& sizes, int threads)
      : sizes_(sizes),
        model_(sizes, false),
        text_(sizes),
        parameters_(parameters(model_)),
        workers_(threads),
        shards_(kShards, workers_),
        products_(kShards) {}

  void gradient() {
    shards_.run([&](int shard, Tape<float>& tape) { return loss(shard, tape); });
  }

  // H v for the weights themselves as v; the norm of the product.
  double product() {
    shards_.each([&](int shard, Tape<float>& tape) {
      const Var<float> y = loss(shard, tape);
      std::vector<Var<float>> xs, vs;
      for (const auto& param : parameters_) {
        xs.push_back(tape.read(param));
        vs.push_back(tape.constant(param.value()));
      }
      auto& out = products_[static_cast<std::size_t>(shard)];
      out.clear();
      for (const auto& hv : hvp(y, xs, vs)) out.push_back(hv.value());
    });
    double norm = 0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      Gradient<float> sum;
      for (const auto& product : products_) sum.add(Gradient<float>(product[k]), &workers_);
      for (const float v : sum.values()) norm += static_cast<double>(v) * v;
    }
    return std::sqrt(norm);
  }

 private:
  static constexpr int kShards = 2;

  Var<float> loss(int shard, Tape<float>& tape) {
    const Index begin = sizes_.batch * shard / kShards;
    const Index lanes = sizes_.batch * (shard + 1) / kShards - begin;
    const auto y = model_(tape, text_.chunk(0, begin, lanes, 0), {}).y;
    const Indices targets = text_.chunk(0, begin, lanes, 1);
    return model_.readout.cross_entropy(y, Indices({targets.size()}, targets.values())) *
           (static_cast<float>(lanes) / static_cast<float>(sizes_.batch));
  }

  Sizes sizes_;
  Model model_;
  Text text_;
  Parameters<float> parameters_;
  Workers workers_;
  Shards<float> shards_;
  std::vector<std::vector<Array<float>>> products_;
};

}  // namespace

Json curvature(const Options& options) {
  Curvature curvature(training_sizes(options.config), options.threads);
  double norm = 0;
  const auto gradient = times(options.seconds / 2, 3, [&] { curvature.gradient(); });
  const auto product = times(options.seconds / 2, 3, [&] { norm = curvature.product(); });
  const double one = quantile(gradient, 0.5), all = quantile(product, 0.5);
  return {{"gradient_seconds", one},
          {"product_seconds", all},
          {"gradients", all / one},
          {"norm", norm},
          {"library", "engram"}};
}

}  // namespace engram::bench
