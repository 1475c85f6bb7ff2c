#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void loss_goldens(std::vector<Golden>& rows) {
  const auto loss = [&](const std::string& name, const CrossEntropyOptions& options) {
    rows.push_back({name, [options](const Vars& x, const Indices& targets) {
                      return cross_entropy(x[0], targets, options);
                    }});
  };
  loss("cross_entropy", {});
  loss("cross_entropy_sum", {.reduction = Reduction::sum});
  loss("cross_entropy_ignore", {.ignore_index = -1});
  const auto affine_loss = [&](const std::string& name, Reduction reduction, bool transposed) {
    const CrossEntropyOptions options{.reduction = reduction, .ignore_index = -1};
    rows.push_back({name, [=](const Vars& x, const Indices& targets) {
                      return affine_cross_entropy(x[0], x[1], x[2], targets, options, transposed);
                    }});
  };
  affine_loss("affine_cross_entropy", Reduction::mean, false);
  affine_loss("affine_cross_entropy_transposed", Reduction::sum, true);
  rows.push_back(binary("mse", [](V a, V b) { return mse(a, b); }));
  rows.push_back(binary("binary_cross_entropy_with_logits",
                        [](V a, V b) { return binary_cross_entropy_with_logits(a, b); }));
}

}  // namespace engram::testing
