// Rows of pooling.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

void windows(std::vector<OpCase>& rows) {
  const std::vector<BadShapes> bad = {{{{2, 3, 4}}, "x [2,3,4]; need [B, C, H, W]"},
                                      {{{1, 1, 1, 4}}, "spans 2 of 1"}};
  const std::vector<BadShapes> bad_1d = {{{{3, 4}}, "x [3,4]; need [B, C, L]"},
                                         {{{1, 1, 1}}, "spans 3 of 1"}};
  const Shapes planes = {{{2, 2, 4, 5}}, {{1, 1, 2, 2}}, {{1, 3, 5, 3}}};
  rows.push_back(row(
      "max_pool2d", "pooling", [](auto x) { return max_pool2d(x[0], {.window = 2}); }, planes,
      bad));
  rows.push_back(row("max_pool2d, overlapping", "pooling",
                     [](auto x) {
                       return max_pool2d(x[0], {.window = {3, 2}, .stride = {1, 2}, .padding = 1});
                     },
                     planes, {{{{1, 2, 3}}, "max_pool2d: x [1,2,3]"}}));
  rows.push_back(row("max_pool2d, too much padding", "pooling",
                     [](auto x) {
                       return max_pool2d(x[0], {.window = 3, .padding = {1, 2}});
                     },
                     {},
                     {{{{1, 1, 4, 4}}, "padding 2 for a window of 3; need at most half of it"}}));
  rows.push_back(row("max_pool2d of nothing", "pooling",
                     [](auto x) { return max_pool2d(x[0], {.window = 2}); }, {},
                     {{{{0, 2, 4, 4}}, "max_pool2d: no values to reduce"}}));
  rows.push_back(row(
      "max_pool1d", "pooling", [](auto x) { return max_pool1d(x[0], {.window = 3, .stride = 2}); },
      {{{2, 3, 7}}, {{1, 1, 17}}}, bad_1d));
  rows.push_back(row("avg_pool2d", "pooling",
                     [](auto x) {
                       return avg_pool2d(x[0], {.window = {2, 3}, .padding = 1});
                     },
                     {{{2, 2, 4, 5}}, {{1, 1, 2, 1}}, {{0, 1, 2, 2}}},
                     {{{{2, 3, 4}}, "x [2,3,4]; need [B, C, H, W]"}}));
  rows.push_back(row(
      "avg_pool2d without padding", "pooling",
      [](auto x) { return avg_pool2d(x[0], {.window = 2, .padding = 1, .count_padding = false}); },
      {{{2, 2, 3, 4}}, {{1, 1, 1, 1}}}, {{{{2, 3, 4}}, "need [B, C, H, W]"}}));
  rows.push_back(row(
      "avg_pool1d", "pooling", [](auto x) { return avg_pool1d(x[0], {.window = 3}); },
      {{{2, 3, 7}}, {{1, 1, 17}}, {{0, 2, 3}}}, bad_1d));
  const Pool2dOptions wide{.window = {3, 2},
                           .stride = 2,
                           .padding = {1, 0},
                           .dilation = {1, 2},
                           .ceil = true,
                           .padding_after = HeightWidth{0, 1}};
  const Shapes several = {{{2, 2, 4, 5}}, {{1, 1, 2, 3}}, {{1, 3, 5, 4}}};
  const std::vector<BadShapes> bad_wide = {{{{2, 4, 5}}, "x [2,4,5]; need [B, C, H, W]"},
                                           {{{1, 1, 4, 0}}, "spans 3 of 1"}};
  rows.push_back(row(
      "max_pool2d, all options", "pooling", [=](auto x) { return max_pool2d(x[0], wide); }, several,
      bad_wide));
  rows.push_back(row(
      "avg_pool2d, all options", "pooling", [=](auto x) { return avg_pool2d(x[0], wide); }, several,
      bad_wide));
  rows.push_back(row(
      "avg_pool2d, all options without padding", "pooling",
      [=](auto x) {
        Pool2dOptions options = wide;
        options.count_padding = false;
        return avg_pool2d(x[0], options);
      },
      several, bad_wide));
  rows.push_back(row("max_pool2d_indices", "pooling",
                     [=](auto x) {
                       const auto [y, at] = max_pool2d_indices(x[0], wide);
                       return y * y;
                     },
                     several, {{{{2, 4, 5}}, "max_pool2d_indices: x [2,4,5]; need [B, C, H, W]"}}));
  rows.push_back(
      row("max_pool1d_indices", "pooling",
          [](auto x) {
            return max_pool1d_indices(
                       x[0],
                       {.window = 2, .padding = 1, .dilation = 2, .ceil = true, .padding_after = 0})
                .values;
          },
          {{{2, 3, 7}}, {{1, 1, 4}}, {{0, 2, 4}}},
          {{{{3, 4}}, "max_pool1d_indices: x [3,4]; need [B, C, L]"}}));
  rows.push_back(
      row("max_pool1d, a window beside x", "pooling",
          [](auto x) { return max_pool1d(x[0], {.window = 2, .padding = 2, .dilation = 4}); }, {},
          {{{{1, 1, 1}}, "max_pool1d: window 0 of 1 has no element of the 1"}}));
}

void to_a_size(std::vector<OpCase>& rows) {
  const Shapes planes = {{{2, 2, 4, 5}}, {{1, 1, 2, 7}}, {{1, 3, 6, 3}}, {{2, 1, 1, 1}}};
  const std::string file = "adaptive_pooling";
  const auto adaptive = [&](const std::string& name, const auto& plane, const auto& line) {
    rows.push_back(row(name + "2d", file, plane, planes,
                       {{{{2, 4, 5}}, name + "2d: x [2,4,5]; need [B, C, H, W]"},
                        {{{1, 1, 0, 2}}, "an axis of 0 entries; need 1 or more"}}));
    rows.push_back(row(name + "1d", file, line, {{{2, 3, 7}}, {{1, 1, 2}}},
                       {{{{3, 4}}, name + "1d: x [3,4]; need [B, C, L]"}}));
  };
  adaptive(
      "adaptive_avg_pool",
      [](auto x) {
        return adaptive_avg_pool2d(x[0], {3, 2});
      },
      [](auto x) { return adaptive_avg_pool1d(x[0], 3); });
  adaptive(
      "adaptive_max_pool",
      [](auto x) {
        return adaptive_max_pool2d(x[0], {3, 2});
      },
      [](auto x) { return adaptive_max_pool1d(x[0], 3); });
  rows.push_back(row("adaptive_avg_pool1d to nothing", file,
                     [](auto x) { return adaptive_avg_pool1d(x[0], 0); }, {},
                     {{{{1, 1, 4}}, "adaptive_avg_pool1d: a size of 0; need 1 or more"}}));
  rows.push_back(row("global_avg_pool", file, [](auto x) { return global_avg_pool(x[0]); },
                     {{{2, 3, 4, 5}}, {{2, 3}}, {{1, 2, 17}}},
                     {{{{3}}, "global_avg_pool: x [3]; need [B, C, ...]"}}));
  rows.push_back(row("global_max_pool", file, [](auto x) { return global_max_pool(x[0]); },
                     {{{2, 3, 4, 5}}, {{2, 3}}, {{1, 2, 17}}},
                     {{{{3}}, "global_max_pool: x [3]; need [B, C, ...]"}}));
}

}  // namespace

void pooling_rows(std::vector<OpCase>& rows) {
  windows(rows);
  to_a_size(rows);
}

}  // namespace engram::testing
