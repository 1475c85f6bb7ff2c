#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void network_goldens(std::vector<Golden>& rows) {
  const auto row = [&](const std::string& name, auto f) {
    rows.push_back({name, [f](const Vars& x, const Indices&) { return f(x); }});
  };
  for (const char* name : {"layer_norm", "layer_norm_two_axes"}) {
    row(name, [](const Vars& x) { return layer_norm(x[0], x[1], x[2]); });
  }
  row("rms_norm", [](const Vars& x) { return rms_norm(x[0], x[1]); });
  for (const std::string suffix : {"", "_1d", "_2d"}) {
    row("batch_norm" + suffix, [](const Vars& x) { return batch_norm(x[0], x[1], x[2]); });
    row("batch_norm_evaluated" + suffix, [](const Vars& x) {
      const Index channels = x[0].extent(1);
      BatchStatistics<double> statistics{Array<double>({channels}), Array<double>({channels})};
      for (Index c = 0; c < channels; ++c) {
        statistics.mean.edit()[c] = 0.5 * static_cast<double>(c);
        statistics.variance.edit()[c] = 1.5 + static_cast<double>(c);
      }
      return batch_norm(x[0], x[1], x[2], statistics);
    });
  }
  for (const char* name : {"group_norm", "group_norm_1d"}) {
    row(name, [](const Vars& x) { return group_norm(x[0], 2, x[1], x[2]); });
  }
  row("instance_norm", [](const Vars& x) { return instance_norm(x[0], x[1], x[2]); });
  row("weight_norm", [](const Vars& x) { return weight_norm(x[0], x[1]); });
  row("weight_norm_axis0", [](const Vars& x) { return weight_norm(x[0], x[1], 0); });

  row("unfold", [](const Vars& x) { return unfold(x[0], {{3, 2, 2, 2, 2}, {2, 1, 1, 1, 1}}); });
  row("conv1d", [](const Vars& x) { return conv1d(x[0], x[1]); });
  row("conv1d_options", [](const Vars& x) {
    return conv1d(x[0], x[1], {.stride = 2, .padding = 2, .dilation = 2, .groups = 2});
  });
  row("conv1d_bias", [](const Vars& x) { return conv1d(x[0], x[1], x[2]); });
  row("conv2d", [](const Vars& x) { return conv2d(x[0], x[1]); });
  row("conv2d_options", [](const Vars& x) {
    return conv2d(x[0], x[1],
                  {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2});
  });
  row("conv2d_bias", [](const Vars& x) { return conv2d(x[0], x[1], x[2]); });
  row("causal_conv1d", [](const Vars& x) { return causal_conv1d(x[0], x[1]); });
  row("causal_conv1d_dilated", [](const Vars& x) { return causal_conv1d(x[0], x[1], 2); });

  row("conv_transpose1d", [](const Vars& x) { return conv_transpose1d(x[0], x[1]); });
  row("conv_transpose1d_options", [](const Vars& x) {
    return conv_transpose1d(
        x[0], x[1], {.stride = 3, .padding = 1, .output_padding = 2, .dilation = 2, .groups = 2});
  });
  row("conv_transpose2d_options", [](const Vars& x) {
    return conv_transpose2d(x[0], x[1], x[2],
                            {.stride = {2, 1},
                             .padding = {1, 0},
                             .output_padding = {1, 0},
                             .dilation = {1, 2},
                             .groups = 2});
  });

  const Pool2dOptions wide{.window = {3, 2}, .stride = {1, 2}, .padding = 1};
  row("max_pool2d", [](const Vars& x) { return max_pool2d(x[0], {.window = 2}); });
  row("max_pool2d_options", [=](const Vars& x) { return max_pool2d(x[0], wide); });
  row("max_pool1d", [](const Vars& x) { return max_pool1d(x[0], {.window = 3, .stride = 2}); });
  row("avg_pool2d", [](const Vars& x) { return avg_pool2d(x[0], {.window = 2}); });
  row("avg_pool2d_options", [=](const Vars& x) { return avg_pool2d(x[0], wide); });
  row("avg_pool2d_uncounted", [=](const Vars& x) {
    auto uncounted = wide;
    uncounted.count_padding = false;
    return avg_pool2d(x[0], uncounted);
  });
  row("avg_pool1d", [](const Vars& x) { return avg_pool1d(x[0], {.window = 3}); });

  const Pool2dOptions ceil{.window = {3, 2}, .stride = 2, .padding = {1, 0}, .ceil = true};
  row("max_pool2d_ceil", [=](const Vars& x) {
    auto spread = ceil;
    spread.dilation = {1, 2};
    return max_pool2d(x[0], spread);
  });
  row("avg_pool2d_ceil", [=](const Vars& x) { return avg_pool2d(x[0], ceil); });
  row("avg_pool2d_ceil_uncounted", [=](const Vars& x) {
    auto uncounted = ceil;
    uncounted.count_padding = false;
    return avg_pool2d(x[0], uncounted);
  });
  row("max_pool2d_after", [](const Vars& x) {
    return max_pool2d(x[0], {.window = 2, .padding = {1, 0}, .padding_after = HeightWidth{0, 1}});
  });
  row("max_pool2d_indices",
      [](const Vars& x) { return max_pool2d_indices(x[0], {.window = 2}).values; });
  row("adaptive_avg_pool2d", [](const Vars& x) { return adaptive_avg_pool2d(x[0], {3, 2}); });
  row("adaptive_avg_pool1d", [](const Vars& x) { return adaptive_avg_pool1d(x[0], 3); });
  row("adaptive_max_pool2d", [](const Vars& x) { return adaptive_max_pool2d(x[0], {3, 2}); });
  row("global_avg_pool", [](const Vars& x) { return global_avg_pool(x[0]); });

  const auto bag = [&](const std::string& name, Reduction reduction) {
    rows.push_back({name, [=](const Vars& x, const Indices& numbers) {
                      return embedding_bag(x[0], numbers, Indices({4}, {0, 2, 2, 3}), reduction);
                    }});
  };
  bag("embedding_bag_sum", Reduction::sum);
  bag("embedding_bag_mean", Reduction::mean);

  row("attention", [](const Vars& x) { return attention(x[0], x[1], x[2]); });
  row("attention_causal",
      [](const Vars& x) { return attention(x[0], x[1], x[2], {.causal = true, .scale = 0.7}); });
  row("attention_masked", [](const Vars& x) {
    return attention(x[0], x[1], x[2], {.mask = Indices({2, 1, 3}, {1, 1, 0, 1, 0, 1})});
  });
  row("attention_blind", [](const Vars& x) {
    return attention(x[0], x[1], x[2], {.mask = Indices({2, 3}, {1, 0, 1, 0, 0, 0})});
  });
  row("attention_capped",
      [](const Vars& x) { return attention(x[0], x[1], x[2], {.soft_cap = 0.7}); });
  row("rotary", [](const Vars& x) { return rotary_embedding(x[0]); });
  row("rotary_interleaved", [](const Vars& x) {
    return rotary_embedding(x[0], {.base = 100, .offset = 3, .interleaved = true});
  });
  row("attention_bias", [](const Vars& x) { return attention(x[0], x[1], x[2], x[3]); });
}

}  // namespace engram::testing
