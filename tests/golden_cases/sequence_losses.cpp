#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {
namespace {

void cross_entropy_goldens(std::vector<Golden>& rows) {
  const Array<double> w({5}, {0.5, 1, 2, 0.25, 1.5});
  const auto loss = [&](const std::string& name, const CrossEntropyOptions& options) {
    rows.push_back({"cross_entropy_" + name, [options](const Vars& x, const Indices& targets) {
                      return cross_entropy(x[0], targets, options);
                    }});
  };
  loss("smoothing", {.label_smoothing = 0.1});
  loss("each", {.reduction = Reduction::none, .ignore_index = -1});
  loss("each_smoothing", {.reduction = Reduction::none,
                          .ignore_index = -1,
                          .label_smoothing = 0.3,
                          .class_weights = w});
  loss("axis1", {.axis = 1});
  loss("smoothing_ignore", {.ignore_index = -1, .label_smoothing = 0.3});
  loss("smoothing_sum", {.reduction = Reduction::sum, .label_smoothing = 1});
  loss("weights", {.class_weights = w});
  loss("weights_ignore", {.ignore_index = -1, .class_weights = w});
  loss("weights_sum", {.reduction = Reduction::sum, .class_weights = w});
  loss("smoothing_weights_ignore",
       {.ignore_index = -1, .label_smoothing = 0.1, .class_weights = w});
  rows.push_back(
      {"affine_cross_entropy_smoothing_weights", [w](const Vars& x, const Indices& targets) {
         return affine_cross_entropy(x[0], x[1], x[2], targets,
                                     {.label_smoothing = 0.2, .class_weights = w});
       }});
}

void ctc_goldens(std::vector<Golden>& rows) {
  using Lengths = std::vector<std::int32_t>;
  const auto loss = [](const V& logits, const Indices& targets, const Lengths& inputs,
                       const Lengths& lengths, std::int32_t blank) {
    const Shape batch{targets.extent(0)};
    return ctc_loss(log_softmax(logits), targets, Indices(batch, inputs), Indices(batch, lengths),
                    {.blank = blank});
  };
  const auto add = [&](const std::string& name, const Lengths& inputs, const Lengths& lengths,
                       std::int32_t blank = 0) {
    rows.push_back({name, [=](const Vars& x, const Indices& targets) {
                      return loss(x[0], targets, inputs, lengths, blank);
                    }});
  };
  add("ctc_loss", {5}, {2});
  add("ctc_loss_repeated", {5}, {3});
  add("ctc_loss_batch", {7, 5, 6}, {3, 2, 0});
  add("ctc_loss_blank", {6, 4}, {2, 3}, 2);
  rows.push_back({"ctc_loss_mean", [=](const Vars& x, const Indices& targets) {
                    const V lengths = x[0].tape().constant(Array<double>({3}, {3, 2, 1}));
                    return mean(loss(x[0], targets, {7, 5, 6}, {3, 2, 0}, 0) / lengths);
                  }});
}

// Torch's clusters have no biases.
std::vector<AdaptiveTail<double>> tails_of(const Vars& x) {
  std::vector<AdaptiveTail<double>> out;
  for (std::size_t k = 3; k + 1 < x.size(); k += 2) {
    const V b = x[0].tape().constant(Array<double>({x[k + 1].extent(1)}));
    out.push_back({x[k], x[k + 1], b});
  }
  return out;
}

void adaptive_goldens(std::vector<Golden>& rows) {
  const auto add = [&](const std::string& suffix, const std::vector<Index>& cutoffs, bool all) {
    rows.push_back(
        {"adaptive_cross_entropy" + suffix, [=](const Vars& x, const Indices& targets) {
           const auto tails = tails_of(x);
           return adaptive_cross_entropy<double>(x[0], {cutoffs, x[1], x[2], tails}, targets);
         }});
    if (!all) return;
    rows.push_back({"adaptive_log_softmax" + suffix, [=](const Vars& x, const Indices&) {
                      const auto tails = tails_of(x);
                      return adaptive_log_softmax<double>(x[0], {cutoffs, x[1], x[2], tails});
                    }});
  };
  add("", {2, 5}, true);
  add("_one_tail", {3}, true);
  add("_empty", {2, 5}, false);
}

}  // namespace

void sequence_loss_goldens(std::vector<Golden>& rows) {
  cross_entropy_goldens(rows);
  ctc_goldens(rows);
  adaptive_goldens(rows);
}

}  // namespace engram::testing
