// The float lane: each row in float beside double, on all patterns of numbers and on large arrays,
// against what its op's doc block promises under `Accuracy:`. `.ci/float` runs it with more.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/tests/float_lane/inputs.hpp"
#include "engram/tests/float_lane/measure.hpp"
#include "engram/tests/sweep_summary.hpp"

namespace engram::testing {
namespace {

std::vector<OpCase> rows_with_shapes() {
  std::vector<OpCase> out;
  std::copy_if(op_cases().begin(), op_cases().end(), std::back_inserter(out),
               [](const OpCase& row) { return !row.shapes.empty(); });
  return out;
}
const auto kRows = boost::unit_test::data::make(rows_with_shapes());

// Rows that multiply what their op gives, or call several: no promise is theirs.
bool is_composition(const OpCase& row) {
  static const std::set<std::string> names{
      "split", "argmax", "sort", "one_hot", "flip", "clamp", "masked_fill of columns",
      "pad of short axes", "select of the first axis", "nan_to_num", "zoneout, evaluation",
      "hard_tanh", "leaky_relu", "batch_norm, evaluation", "lerp, a number", "assignment",
      "scatter nothing", "squeeze several axes", "unsqueeze several axes",
      // Its two equal rows have cofactors that cancel.
      "det, singular", "logcumsumexp, exclusive", "logcumsumexp, exclusive, in reverse"};
  static const std::set<std::string> files{"comparisons", "greater", "rounding", "any", "unstack",
                                           "where", "modulo",
                                           // Fall short: their rules lose what cancels.
                                           "group_norm"};
  return names.contains(row.name) || files.contains(row.file) ||
         row.name.starts_with("standard_deviation") || row.name.starts_with("logical_");
}

// Patterns that are beyond what ops can do, by file, with the reason.
bool is_beyond(const OpCase& row, const std::string& pattern) {
  struct Exception {
    std::set<std::string> files, patterns;
  };
  static const std::vector<Exception> all{
      // 2 n is added to the diagonal: not to numbers that hide it, or make it indefinite.
      {{"solve", "cholesky"},
       {"around 100", "around 1e7", "all 1e2", "all 1e4", "all 1e7", "all 1e8", "to 1e2", "to 1e4",
        "to 1e20", "to 1e38", "all magnitudes"}},
      // Falls short: partial products are beyond float's range where the whole is not.
      {{"prod"}, {"all magnitudes"}},
      // Falls short: differences, and what multiplies them, beyond float's range on the way.
      {{"mse", "binary_cross_entropy", "root_mean_square", "hinge", "kl_div"}, {"to 1e38"}},
      // Falls short: norms of which one is beyond float's range.
      {{"cosine_similarity"}, {"all magnitudes", "to 1e38"}},
      // Falls short: terms of a determinant are beyond float's range where it is not.
      {{"determinant"}, {"subnormal", "to 1e20", "all 1e8"}},
      // aᵇ⁻¹ overflows where b aᵇ⁻¹ does not.
      {{"pow"}, {"subnormal"}},
      // e⁻ˣ is less than the smallest number before it is multiplied by large ones.
      {{"gated"}, {"to 1e2"}},
      // Logits and scores are products: beyond float's range, or so large that the last place of
      // one
      // is more than what they differ by.
      {{"affine_cross_entropy", "adaptive_cross_entropy", "sampled_cross_entropy"},
       {"around 1e7", "to 1e20", "to 1e38", "all magnitudes"}},
      {{"attention"}, {"around 1e7", "all 1e7", "all 1e8", "to 1e20", "to 1e38", "all magnitudes"}},
      // Equal keys leave nothing of the gradient but what its large terms are rounded by.
      {{"attention"}, {"around 100", "all 1e2", "all 1e4"}},
      // The result is beyond float's range, and its derivative is made of it.
      {{"norm", "variance"}, {"to 1e38"}},
      // Few digits are left of a subnormal length, by which derivatives are divided.
      {{"norm", "weight_norm"}, {"subnormal"}},
      // x̂ is less than the smallest number before it is multiplied by a large one.
      {{"normalize", "weight_norm"}, {"all magnitudes"}},
      // Scores of which sums are beyond float's range; +∞ is no score.
      {{"ctc", "crf"}, {"to 1e38", "all magnitudes"}},
      {{"crf"}, {"an infinity"}}};
  return std::any_of(all.begin(), all.end(), [&](const Exception& e) {
    return e.files.contains(row.file) && e.patterns.contains(pattern);
  });
}

constexpr Index kElements = 5'000;

// What only arrays show that have grown to `most` elements.
bool is_beyond_when_grown(const OpCase& row, const std::string& pattern, Index most) {
  // Falls short: each number less its mean is rounded, where it has fewer places than what the
  // rounded mean is off by: all of them alike. A gain's gradient adds that up.
  if (row.name == "batch_norm") return pattern == "random" && most > kElements;
  // Falls short: a product of equal terms is rounded by the BLAS at every step alike, and then
  // taken from others that are not: for differences of scores, and gradients whose sum is 0. A
  // product of 555 terms shows it where vectors have 8 numbers, and not where they have 16.
  // And a unit vector of equal numbers has all of them rounded alike.
  static const std::set<std::string> files{"sampled_cross_entropy", "adaptive_cross_entropy",
                                           "affine_cross_entropy", "cosine_similarity"};
  return files.contains(row.file) && (pattern == "equal" || pattern == "alternating");
}

void check(const OpCase& row, const std::string& pattern_name, const std::vector<Shape>& shapes) {
  static const std::set<std::string> moderate{"random", "equal", "alternating", "zeros"};
  const std::optional<Accuracy> promised = is_composition(row) ? std::nullopt : accuracy_of(row);
  if (is_beyond(row, pattern_name)) return;
  // Keys without numbers and infinite values: recorded, the product has 0 times infinity.
  const bool is_infinite =
      pattern_name.ends_with("infinity") || pattern_name.ends_with("infinities");
  if (row.file == "attention" && shapes[1].size() == 0 && is_infinite) return;
  if (!promised && !moderate.contains(pattern_name)) return;
  // Compositions of a few ops add a few roundings.
  const Accuracy accuracy =
      promised.value_or(Accuracy{{Of::inputs_and_one, 16}, {Of::upstream, 16}});
  const Measured found = measure(row, pattern(pattern_name).fill(row, shapes), accuracy);
  SweepSummary::compared(found.compared);
  const auto held = [&](const Worst& worst, double most) {
    BOOST_TEST(worst.units <= most, row.name << ", " << pattern_name << ", " << label(shapes)
                                             << worst.units << " units: " << worst.where);
  };
  held(found.value, accuracy.value.ulps);
  held(found.slope, accuracy.slope.ulps);
  held(found.by_rule, accuracy.by_rule(shapes[0]));
}

// How many elements all inputs together have when they are grown. `.ci/float` says more.
Index most_elements() {
  const char* most = std::getenv("ENGRAM_FLOAT_ELEMENTS");
  return most ? static_cast<Index>(std::stod(most)) : kElements;
}

// What grows faster than the inputs must fit the memory.
Index most_elements_of(const OpCase& row) {
  // The paths through a CTC loss are as many as steps times labels; windows overlap.
  if (row.file == "ctc" || row.file == "convolution" || row.file == "unfold") return 2000;
  // The weights of attention are as many as queries times keys; windows are laid out beside each
  // other.
  if (row.file == "attention" || row.file == "transposed_convolution") return kElements;
  // One number stands for the batch, the rows and the columns.
  if (row.name == "einsum ...ij,...jk->...ik") return 100'000;
  // Its recorded derivative keeps dozens of values for each step.
  if (row.file == "crf") return 200'000;
  // Its recorded derivative keeps a matrix for each column.
  if (row.file == "determinant") return 250'000;
  return std::numeric_limits<Index>::max();
}

// Whether the size of arrays can matter to a promise: not where each element is by itself or only
// moves.
bool depends_on_size(const OpCase& row) {
  const auto promised = is_composition(row) ? std::nullopt : accuracy_of(row);
  return promised && row.takes != Takes::any_shape &&
         !(promised->value.of == Of::nothing && promised->slope.of == Of::nothing);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(float_lane, *boost::unit_test::fixture<SweepSummary>())

BOOST_DATA_TEST_CASE(keeps_its_promise_on_all_patterns, kRows, row) {
  for (const Pattern& pattern : patterns()) {
    for (const auto& shapes : row.shapes) check(row, pattern.name, shapes);
  }
}

BOOST_DATA_TEST_CASE(keeps_its_promise_at_any_size, kRows, row) {
  if (!depends_on_size(row)) return;
  std::vector<const char*> patterns{"random", "equal", "alternating"};
  if (most_elements() == kElements) patterns.insert(patterns.end(), {"around 100", "all 1e4"});
  const Index most = std::min(most_elements(), most_elements_of(row));
  for (const auto& shapes : grown(row, most)) {
    for (const char* pattern : patterns) {
      if (!is_beyond_when_grown(row, pattern, most)) check(row, pattern, shapes);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_numbers_stay_in_their_range) {
  constexpr Index kAtOnce = 1'000'000;
  Random random{3};
  for (const auto& [low, high] : {std::pair{0.f, 1.f}, std::pair{1.f, 1.0000001f},
                                  std::pair{-3.f, 3.f}, std::pair{1e7f, 1e7f + 4}}) {
    for (Index drawn = 0; drawn < 25 * most_elements(); drawn += kAtOnce) {
      const Array<float> x = random.uniform<float>({kAtOnce}, low, high);
      const auto [least, most] = std::minmax_element(x.begin(), x.end());
      BOOST_REQUIRE(*least >= low);
      BOOST_REQUIRE(*most < high);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
