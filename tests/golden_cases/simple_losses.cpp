#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void simple_loss_goldens(std::vector<Golden>& rows) {
  const auto two = [&](const std::string& name, auto f) {
    rows.push_back(binary(name, f));
    rows.push_back(binary(name + "_broadcast", f));
  };
  two("l1", [](V a, V b) { return l1(a, b); });
  two("huber", [](V a, V b) { return huber(a, b, 0.8); });
  two("l1_each", [](V a, V b) { return l1(a, b, Reduction::none); });
  two("mse_each", [](V a, V b) { return mse(a, b, Reduction::none); });
  two("mse_sum", [](V a, V b) { return mse(a, b, Reduction::sum); });
  two("huber_each", [](V a, V b) { return huber(a, b, 0.8, Reduction::none); });
  two("kl_div_each", [](V x, V t) { return kl_div(x, t, {.reduction = Reduction::none}); });
  two("hinge", [](V x, V t) { return hinge(x, t); });
  two("kl_div", [](V x, V t) { return kl_div(x, t); });
  two("kl_div_sum", [](V x, V t) { return kl_div(x, t, {.reduction = Reduction::sum}); });
  two("kl_div_log", [](V x, V t) { return kl_div(x, t, {.log_target = true}); });
  rows.push_back(binary("cosine_similarity", [](V a, V b) { return cosine_similarity(a, b); }));
  rows.push_back(
      binary("cosine_similarity_axis0", [](V a, V b) { return cosine_similarity(a, b, 0); }));
  rows.push_back(
      binary("cosine_similarity_broadcast", [](V a, V b) { return cosine_similarity(a, b, 1); }));
  rows.push_back(binary("cosine_loss", [](V a, V b) {
    const Array<double> targets({6}, {1, -1, 1, -1, -1, 1});
    return cosine_loss(a, b, a.tape().constant(targets), -0.5);
  }));
  const auto labelled = [&](const std::string& name, const CrossEntropyOptions& options) {
    rows.push_back({name, [options](const Vars& x, const Indices& targets) {
                      return nll(x[0], targets, options);
                    }});
  };
  labelled("nll", {});
  labelled("nll_sum", {.reduction = Reduction::sum});
  labelled("nll_each", {.reduction = Reduction::none,
                        .ignore_index = -1,
                        .class_weights = Array<double>({5}, {2, 0.5, 1, 0, 3})});
  labelled("nll_axis1", {.axis = 1});
  labelled("nll_ignore", {.ignore_index = -1});
  labelled("nll_weighted",
           {.ignore_index = -1, .class_weights = Array<double>({5}, {2, 0.5, 1, 0, 3})});
}

}  // namespace engram::testing
