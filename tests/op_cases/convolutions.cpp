// Rows of convolutions.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

void convolutions(std::vector<OpCase>& rows) {
  const Windows odd{{3, 2, 1, 0, 2}, {2, 1, 0, 2, 1}};
  const std::vector<BadShapes> bad = {{{{2, 3, 4}}, "x [2,3,4]; need [B, C, H, W]"},
                                      {{{1, 1, 2, 3}}, "a window of 3 (dilation 2) spans 5 of 3"}};
  rows.push_back(row(
      "unfold", "unfold", [=](auto x) { return unfold(x[0], odd); },
      {{{1, 2, 5, 4}}, {{2, 1, 4, 1}}, {{0, 1, 5, 3}}, {{1, 0, 5, 3}}, {{1, 1, 17, 3}}}, bad));
  rows.push_back(row(
      "unfold, padded with ones", "unfold", [=](auto x) { return unfold(x[0], odd, 1); },
      {{{1, 2, 5, 4}}}, bad));
  rows.push_back(row("unfold, no stride", "unfold",
                     [](auto x) {
                       return unfold(x[0], Windows{{2, 0}, {}});
                     },
                     {}, {{{{1, 1, 2, 2}}, "windows of size 2, stride 0"}}));
  rows.push_back(row("fold", "unfold", [=](auto x) { return fold(x[0], odd, 5, 4); },
                     {{{1, 12, 5}}, {{2, 6, 5}}, {{0, 6, 5}}},
                     {{{{1, 12, 4}}, "need [B, C 6, 5]"}, {{{12, 5}}, "x [12,5] for [5,4]"}}));

  const auto flat = [](Conv1dOptions options) {
    return [options](auto x) { return conv1d(x[0], x[1], options); };
  };
  const std::vector<BadShapes> bad_1d = {
      {{{3, 4}, {2, 3, 2}}, "conv1d: x [3,4] and w [2,3,2]; need [B, C, L] and [O, C / groups, k]"},
      {{{1, 3, 4}, {2, 3}}, "need [B, C, L] and [O, C / groups, k]"},
      {{{1, 3, 4}, {2, 5, 2}}, "conv1d: x [1,3,4] and w [2,5,2] in 1 groups"},
      {{{1, 3, 4}, {2, 3, 7}}, "conv1d: a window of 7 (dilation 1) spans 7 of 4"}};
  rows.push_back(row("conv1d", "convolution", flat({}),
                     {{{2, 3, 5}, {4, 3, 2}},
                      {{1, 1, 17}, {1, 1, 3}},
                      {{1, 2, 3}, {2, 2, 3}},
                      {{0, 2, 3}, {2, 2, 3}},
                      {{2, 0, 3}, {2, 0, 2}}},
                     bad_1d));
  rows.push_back(row("conv1d, all options", "convolution",
                     flat({.stride = 2, .padding = 2, .dilation = 2, .groups = 2}),
                     {{{2, 4, 6}, {6, 2, 3}}, {{1, 2, 1}, {2, 1, 2}}},
                     {{{{1, 4, 6}, {3, 2, 3}}, "a multiple of the groups"}}));
  rows.push_back(row("conv1d, no groups", "convolution", flat({.groups = 0}), {},
                     {{{{1, 3, 4}, {2, 3, 2}}, "in 0 groups"}}));
  rows.push_back(row("conv1d, bias", "convolution",
                     [](auto x) { return conv1d(x[0], x[1], x[2], {.padding = 1}); },
                     {{{2, 3, 5}, {4, 3, 2}, {4}}},
                     {{{{2, 3, 5}, {4, 3, 2}, {3}}, "conv1d: b [3] for 4 channels; need [4]"}}));
  const auto plane = [](Conv2dOptions options) {
    return [options](auto x) { return conv2d(x[0], x[1], options); };
  };
  rows.push_back(row(
      "conv2d", "convolution", plane({}),
      {{{2, 2, 4, 3}, {3, 2, 2, 2}}, {{1, 1, 1, 1}, {1, 1, 1, 1}}, {{1, 2, 3, 4}, {2, 2, 1, 1}}},
      {{{{2, 4, 3}, {3, 2, 2, 2}}, "need [B, C, H, W] and [O, C / groups, h, w]"},
       {{{1, 2, 4, 3}, {3, 2, 2}}, "need [B, C, H, W] and [O, C / groups, h, w]"},
       {{{1, 2, 4, 3}, {3, 1, 2, 2}}, "in 1 groups; need as many channels"},
       {{{1, 2, 4, 3}, {3, 2, 2, 4}}, "a window of 4 (dilation 1) spans 4 of 3"}}));
  rows.push_back(row("conv2d, all options", "convolution",
                     plane({.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2}),
                     {{{2, 4, 4, 3}, {2, 2, 3, 2}}},
                     {{{{1, 3, 4, 3}, {2, 2, 3, 2}}, "in 2 groups"}}));
  rows.push_back(row("conv2d, bias", "convolution",
                     [](auto x) { return conv2d(x[0], x[1], x[2], {.padding = 1}); },
                     {{{1, 2, 3, 3}, {3, 2, 2, 2}, {3}}},
                     {{{{1, 2, 3, 3}, {3, 2, 2, 2}, {3, 1}}, "conv2d: b [3,1] for 3 channels"}}));
  const auto causal = [](Index dilation) {
    return [=](auto x) { return causal_conv1d(x[0], x[1], dilation); };
  };
  rows.push_back(
      row("causal_conv1d", "convolution", causal(1),
          {{{5, 2, 3}, {2, 3, 4}},
           {{1, 1, 1}, {3, 1, 1}},
           {{4, 2, 3}, {1, 3, 2}},
           {{17, 1, 1}, {3, 1, 1}},
           {{0, 2, 3}, {2, 3, 2}},
           {{3, 0, 2}, {2, 2, 2}}},
          {{{{5, 3}, {2, 3, 4}}, "causal_conv1d: x [5,3] and w [2,3,4]; need x [T, B, C]"},
           {{{5, 2, 3}, {2, 4, 3}}, "and w [k, C, O]"},
           {{{5, 2, 3}, {0, 3, 4}}, "k at least 1"}}));
  rows.push_back(row("causal_conv1d, dilated", "convolution", causal(2), {{{5, 2, 3}, {3, 3, 2}}},
                     {{{{5, 2, 3}, {2, 4, 3}}, "and w [k, C, O]"}}));
  rows.push_back(row("causal_conv1d, no dilation", "convolution", causal(0), {},
                     {{{{5, 2, 3}, {2, 3, 3}}, "dilation 0; need 1 or more"}}));
}

void transposed(std::vector<OpCase>& rows) {
  const auto flat = [](ConvTranspose1dOptions options) {
    return [options](auto x) { return conv_transpose1d(x[0], x[1], options); };
  };
  const std::string file = "transposed_convolution";
  rows.push_back(
      row("conv_transpose1d", file, flat({}),
          {{{2, 3, 5}, {3, 4, 2}}, {{1, 1, 17}, {1, 1, 3}}, {{0, 2, 3}, {2, 2, 3}}},
          {{{{3, 4}, {3, 2, 2}},
            "conv_transpose1d: x [3,4] and w [3,2,2]; need [B, C, L] and [C, O / groups, k]"},
           {{{1, 3, 4}, {3, 2}}, "need [B, C, L] and [C, O / groups, k]"},
           {{{1, 3, 4}, {2, 3, 2}}, "need axis 0 of w to be the channels of x"},
           {{{1, 3, 0}, {3, 2, 2}}, "x has an axis of 0 entries; need at least 1"}}));
  rows.push_back(row(
      "conv_transpose1d, all options", file,
      flat({.stride = 3, .padding = 1, .output_padding = 2, .dilation = 2, .groups = 2}),
      {{{2, 4, 3}, {4, 3, 3}}, {{1, 2, 1}, {2, 1, 2}}}, {{{{1, 3, 4}, {3, 2, 3}}, "in 2 groups"}}));
  rows.push_back(row("conv_transpose1d, too much output padding", file,
                     flat({.stride = 2, .output_padding = 2}), {},
                     {{{{1, 3, 4}, {3, 2, 2}},
                       "output_padding 2 for stride 2; need 0 <= output_padding < stride"}}));
  rows.push_back(row("conv_transpose1d, too much padding", file, flat({.padding = 3}), {},
                     {{{{1, 3, 4}, {3, 2, 2}}, "leave 0 entries; need at least 1"}}));
  rows.push_back(row("conv_transpose1d, no stride", file, flat({.stride = 0}), {},
                     {{{{1, 3, 4}, {3, 2, 2}}, "windows of size 2, stride 0"}}));
  rows.push_back(
      row("conv_transpose1d, bias", file,
          [](auto x) { return conv_transpose1d(x[0], x[1], x[2], {.stride = 2}); },
          {{{2, 3, 5}, {3, 4, 2}, {4}}},
          {{{{2, 3, 5}, {3, 4, 2}, {3}}, "conv_transpose1d: b [3] for 4 channels; need [4]"}}));
  rows.push_back(row("conv_transpose2d", file,
                     [](auto x) {
                       return conv_transpose2d(x[0], x[1],
                                               {.stride = {2, 1},
                                                .padding = {1, 0},
                                                .output_padding = {1, 0},
                                                .dilation = {1, 2},
                                                .groups = 2});
                     },
                     {{{2, 4, 3, 2}, {4, 1, 2, 2}}},
                     {{{{4, 3, 2}, {4, 1, 2, 2}}, "need [B, C, H, W] and [C, O / groups, h, w]"},
                      {{{2, 4, 3, 2}, {2, 1, 2, 2}}, "conv_transpose2d: x [2,4,3,2] and w"}}));
  rows.push_back(
      row("conv_transpose2d, bias", file, [](auto x) { return conv_transpose2d(x[0], x[1], x[2]); },
          {{{1, 2, 2, 3}, {2, 3, 2, 2}, {3}}},
          {{{{1, 2, 2, 3}, {2, 3, 2, 2}, {2}}, "conv_transpose2d: b [2] for 3 channels"}}));
}

}  // namespace

void convolution_rows(std::vector<OpCase>& rows) {
  convolutions(rows);
  transposed(rows);
}

}  // namespace engram::testing
