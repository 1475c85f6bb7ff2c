// Rows of normalisations, bags and the kinds of dropout.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

void normalisations(std::vector<OpCase>& rows) {
  rows.push_back(row("standardize", "normalize", [](auto x) { return standardize(x[0], {-1}); },
                     {{{3, 5}}, {{17}}, {{2, 3, 4}}, {{0, 3}}, {{3, 0}}},
                     {{{{}}, "axis -1 of [] does not exist"}}));
  rows.push_back(row("standardize (0, 2)", "normalize",
                     [](auto x) {
                       return standardize(x[0], {0, 2}, 0.1);
                     },
                     {{{3, 2, 4}}, {{2, 1, 37}}, {{1, 3, 1}}, {{1, 2, 2}}},
                     {{{{3, 2}}, "axis 2 of [3,2]"}}));
  rows.push_back(row("standardize, all", "normalize", [](auto x) { return standardize(x[0]); },
                     {{{3, 5}}, {{}}, {{1}}}));
  rows.push_back(row("standardize, no epsilon", "normalize",
                     [](auto x) { return standardize(x[0], {-1}, 0); }, {},
                     {{{{2, 3}}, "epsilon = 0; need a number above 0"}}));
  rows.push_back(row("layer_norm", "normalize",
                     [](auto x) { return layer_norm(x[0], x[1], x[2], 1e-3); },
                     {{{3, 5}, {5}, {5}},
                      {{2, 3, 4}, {4}, {4}},
                      {{2, 3, 4}, {3, 4}, {3, 4}},
                      {{17}, {17}, {17}},
                      {{2, 1}, {1}, {1}},
                      {{0, 3}, {3}, {3}}},
                     {{{{3, 5}, {3}, {3}}, "x [3,5] and gain [3]; need the gain of the last axes"},
                      {{{3, 5}, {5}, {3}}, "gain [5] and bias [3]; need one shape"},
                      {{{5}, {2, 5}, {2, 5}}, "need the gain of the last axes"},
                      {{{3, 5}, {}, {}}, "need the gain of the last axes"}}));
  rows.push_back(
      row("rms_norm", "normalize", [](auto x) { return rms_norm(x[0], x[1], 0.1); },
          {{{3, 5}, {5}}, {{2, 3, 4}, {3, 4}}, {{37}, {37}}, {{2, 1}, {1}}, {{0, 3}, {3}}},
          {{{{3, 5}, {3}}, "x [3,5] and gain [3]; need the gain of the last axes"}}));
  const std::vector<BadShapes> bad = {
      {{{3}, {3}, {3}}, "x [3]; need [B, C, ...]"},
      {{{3, 2}, {3}, {2}}, "gain [3] for x [3,2]; need [2], one for each channel"},
      {{{3, 2}, {2}, {3}}, "bias [3] for x [3,2]; need [2], one for each channel"}};
  const Shapes batches = {{{5, 2}, {2}, {2}},
                          {{2, 3, 4}, {3}, {3}},
                          {{2, 2, 3, 3}, {2}, {2}},
                          {{1, 1, 37}, {1}, {1}},
                          {{3, 0}, {0}, {0}}};
  auto bad_batches = bad;
  bad_batches.push_back({{{1, 3}, {3}, {3}}, "has 1 values a channel, which have no variance"});
  rows.push_back(row(
      "batch_norm", "batch_norm", [](auto x) { return batch_norm(x[0], x[1], x[2], 1e-3); },
      batches, bad_batches));
  const auto evaluated = [](Index channels, double epsilon) {
    return [=](auto x) {
      using T = typename std::remove_cvref_t<decltype(x[0])>::value_type;
      auto statistics = BatchStatistics<T>::start(channels < 0 ? x[1].size() : channels);
      for (Index c = 0; c < statistics.mean.size(); ++c) {
        statistics.mean.edit()[c] = T(0.5) * static_cast<T>(c);
        statistics.variance.edit()[c] = T(1.5) + static_cast<T>(c);
      }
      return batch_norm(x[0], x[1], x[2], statistics, epsilon);
    };
  };
  rows.push_back(row("batch_norm, evaluation", "batch_norm", evaluated(-1, 1e-3), batches, bad));
  rows.push_back(row("batch_norm, other statistics", "batch_norm", evaluated(4, 1e-3), {},
                     {{{{3, 2}, {2}, {2}}, "mean [4] for x [3,2]"}}));
  rows.push_back(row("batch_norm, no epsilon", "batch_norm", evaluated(-1, 0), {},
                     {{{{3, 2}, {2}, {2}}, "epsilon = 0; need a number above 0"}}));
  const auto grouped = [](Index groups) {
    return [=](auto x) { return group_norm(x[0], groups, x[1], x[2], 1e-2); };
  };
  rows.push_back(row("group_norm", "group_norm", grouped(2),
                     {{{3, 4}, {4}, {4}}, {{2, 4, 5}, {4}, {4}}, {{2, 2, 3, 3}, {2}, {2}}},
                     {{{{4}, {4}, {4}}, "group_norm: x [4]; need [B, C, ...]"},
                      {{{3, 4}, {3}, {4}}, "gain [3] for x [3,4]; need [4]"},
                      {{{3, 4}, {4}, {3}}, "bias [3] for x [3,4]; need [4]"},
                      {{{2, 3, 4}, {3}, {3}}, "2 groups for the 3 channels of x [2,3,4]"},
                      {{{3, 2}, {2}, {2}}, "x [3,2] has 1 value in each of 2 groups"}}));
  rows.push_back(row("instance_norm", "group_norm",
                     [](auto x) { return instance_norm(x[0], x[1], x[2], 1e-2); },
                     {{{2, 3, 4}, {3}, {3}}, {{2, 2, 3, 3}, {2}, {2}}, {{0, 2, 3}, {2}, {2}}},
                     {{{{4}, {4}, {4}}, "instance_norm: x [4]; need [B, C, ...]"}}));
  const auto normed = [](int axis) {
    return [axis](auto x) { return weight_norm(x[0], x[1], axis); };
  };
  rows.push_back(row("weight_norm", "weight_norm", normed(-1),
                     {{{3, 4}, {4}}, {{2, 1}, {1}}, {{2, 3, 17}, {17}}, {{3, 0}, {0}}},
                     {{{{3, 4}, {3}}, "length [3] for axis 1 of v [3,4]; need [4]"},
                      {{{}, {1}}, "axis -1 of [] does not exist"},
                      {{{2, 2}, {2}}, "entry 0 of axis 1 of v [2,2] is all zeros"}},
                     0.5, 2));
  rows.push_back(row("weight_norm of axis 0", "weight_norm", normed(0),
                     {{{3, 4}, {3}}, {{2, 3, 2}, {2}}}, {{{{3, 4}, {4}}, "need [3]"}}, 0.5, 2));
}

void bags(std::vector<OpCase>& rows) {
  const auto bag = [](Indices numbers, Indices offsets, Reduction reduction) {
    return [=](auto x) { return embedding_bag(x[0], numbers, offsets, reduction); };
  };
  const Indices numbers({5}, {2, 0, 2, 1, 2}), offsets({4}, {0, 2, 2, 3});
  rows.push_back(row("embedding_bag", "embedding_bag", bag(numbers, offsets, Reduction::mean),
                     {{{4, 3}}, {{3}}, {{3, 2, 2}}, {{3, 0}}},
                     {{{{2, 3}}, "embedding_bag: row 2 at position 0 is outside"},
                      {{{}}, "the table is a scalar"}}));
  rows.push_back(row("embedding_bag, sum", "embedding_bag", bag(numbers, offsets, Reduction::sum),
                     {{{4, 3}}, {{3}}}));
  rows.push_back(row("embedding_bag of no rows", "embedding_bag",
                     bag(Indices(Shape{0}), Indices({2}, {0, 0}), Reduction::mean), {{{4, 3}}}));
  const auto refused = [&](const char* what, Indices rows_of, Indices offsets_of,
                           const char* message) {
    rows.push_back(row(what, "embedding_bag",
                       bag(std::move(rows_of), std::move(offsets_of), Reduction::mean), {},
                       {{{{4, 3}}, message}}));
  };
  refused("embedding_bag, rows no list", Indices(Shape{2, 2}), offsets,
          "rows [2,2] and offsets [4]; need lists");
  refused("embedding_bag, offsets no list", numbers, Indices(Shape{}), "need lists [n] and [B]");
  refused("embedding_bag, late start", numbers, Indices({2}, {1, 2}),
          "the first bag does not begin at 0");
  refused("embedding_bag, no bags", numbers, Indices(Shape{0}),
          "the first bag does not begin at 0");
  refused("embedding_bag, falling offsets", numbers, Indices({3}, {0, 3, 2}),
          "bag 1 is rows [3, 2) of 5; offsets must not fall");
  refused("embedding_bag, offsets past the end", numbers, Indices({3}, {0, 7, 8}),
          "bag 0 is rows [0, 7) of 5");
}

void dropouts(std::vector<OpCase>& rows) {
  rows.push_back(row("variational_dropout", "dropout",
                     [](auto x) {
                       Random random{7};
                       return variational_dropout(x[0], 0.3, random);
                     },
                     {{{4, 2, 3}}, {{5}}, {{1, 37}}, {{0, 3}}, {{3, 0}}},
                     {{{{}}, "variational_dropout: x is a scalar; need [T, ...]"}}));
  rows.push_back(row("zoneout", "dropout",
                     [](auto x) {
                       Random random{7};
                       return zoneout(x[0], x[1], 0.4, random);
                     },
                     {{{2, 5}, {2, 5}}, {{37}, {37}}, {{}, {}}, {{0, 2}, {0, 2}}},
                     {{{{2, 3}, {3}}, "zoneout: before [2,3] and after [3]; need one shape"}}));
  rows.push_back(row("zoneout, evaluation", "dropout",
                     [](auto x) { return zoneout(x[0], x[1], 0.4); },
                     {{{2, 5}, {2, 5}}, {{}, {}}, {{0, 2}, {0, 2}}},
                     {{{{2, 3}, {3}}, "zoneout: before [2,3] and after [3]; need one shape"}}));
  rows.push_back(row("weight_drop", "dropout",
                     [](auto x) {
                       Random random{7};
                       return weight_drop(x[0], 0.3, random);
                     },
                     {{{3, 5}}, {{1}}, {{0, 3}}}));
}

}  // namespace

void network_rows(std::vector<OpCase>& rows) {
  normalisations(rows);
  bags(rows);
  dropouts(rows);
}

}  // namespace engram::testing
