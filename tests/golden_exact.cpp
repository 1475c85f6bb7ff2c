// Every op in double against exact arithmetic: the values and gradients of
// tests/golden/exact.safetensors, in units of what its doc block promises under `Accuracy:`.
#include "engram/tests/golden_exact.hpp"

#include <algorithm>
#include <sstream>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/ops/ops.hpp"
#include "engram/tests/float_lane/measure.hpp"

namespace engram::testing {

const files::Tensors& exact_values() {
  static const files::Tensors file =
      files::load(ENGRAM_SOURCE_DIR "/tests/golden/exact.safetensors");
  return file;
}

namespace {

// Where the rows of the sweep compute more than the op, or have a kink: the op alone.
std::vector<OpCase> rows_of_single_ops() {
  return {row("celu of one", "elu", [](auto x) { return celu(x[0], 0.7); }, {}),
          row("elu of one", "elu", [](auto x) { return elu(x[0], 0.7); }, {}),
          row("leaky_relu of one", "piecewise_linear", [](auto x) { return leaky_relu(x[0], 0.3); },
              {}),
          row("mod of two", "modulo", [](auto x) { return mod(x[0], x[1]); }, {}),
          row("fmod of two", "modulo", [](auto x) { return fmod(x[0], x[1]); }, {}),
          row("normalize of x", "norm", [](auto x) { return normalize(x[0], {1}); }, {}),
          row("standard_deviation of x", "variance",
              [](auto x) { return standard_deviation(x[0], {1}); }, {}),
          row("huber of one", "huber", [](auto x) { return huber(x[0], x[1], 0.3); }, {}),
          row("hinge of one", "hinge", [](auto x) { return hinge(x[0], x[1]); }, {}),
          row("cosine_similarity of two", "cosine_similarity",
              [](auto x) { return cosine_similarity(x[0], x[1]); }, {})};
}

}  // namespace

std::vector<OpCase> exact_rows() {
  std::vector<OpCase> all = rows_of_single_ops(), out;
  all.insert(all.end(), op_cases().begin(), op_cases().end());
  std::copy_if(all.begin(), all.end(), std::back_inserter(out), [](const OpCase& row) {
    // Those of n_ary.hpp have the names of others.
    return row.file != "n_ary" && exact_values().metadata.contains(row.name + ".kinds");
  });
  return out;
}
namespace {

const auto kRows = boost::unit_test::data::make(exact_rows());

// x[i, j, ...] of the first axes.
Array<double> part(const Array<double>& x, std::initializer_list<Index> at) {
  const Shape shape = x.shape().axes(static_cast<int>(at.size()), x.rank());
  Index begin = 0;
  int axis = 0;
  for (const Index i : at) begin = begin * x.shape()[axis++] + i;
  const auto from = x.begin() + begin * shape.size();
  return Array<double>(shape, std::vector<double>(from, from + shape.size()));
}

// How far the op of a row is off, of one kind of numbers.
Measured measured(const OpCase& row, const Accuracy& promised, Index kind) {
  const auto of = [&](const std::string& what) {
    return exact_values().get<double>(row.name + what);
  };
  Tape<double> tape;
  std::vector<Var<double>> x;
  while (exact_values().tensors.contains(text(row.name, ".in", x.size()))) {
    x.push_back(tape.variable(part(of(text(".in", x.size())), {kind})));
  }
  const Var<double> y = row.in_double(x);
  Measured out;
  const auto value = of(".value");
  out.value = compare("value", y.value(), {part(value, {kind, 0}), part(value, {kind, 1}), {}},
                      promised.value.of, true);
  const Var<double> u = tape.constant(part(of(".u"), {kind}));
  const auto check = [&](const char* name, const BackwardOptions<double>& how) {
    const auto gradients = tape.gradients(y, x, how);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const auto right = of(text(".grad", k));
      out.slope =
          worse(out.slope,
                compare(text(name, " ", k), gradients[k].value(),
                        {part(right, {kind, 0}), part(right, {kind, 1}), part(right, {kind, 2})},
                        promised.slope.of, true));
    }
  };
  check("gradient", {.seed = u});
  check("gradient by the rule", {.seed = u, .rules_only = true});
  check("recorded gradient", {.seed = u, .record = true});
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_exact)

BOOST_DATA_TEST_CASE(keeps_its_promise_in_double, kRows, row) {
  const auto& metadata = exact_values().metadata;
  const std::optional<Accuracy> promised = accuracy_of(row);
  BOOST_REQUIRE_MESSAGE(promised, row.name << " promises nothing");
  const Of of = promised->value.of;
  const bool differences = of == Of::differences || of == Of::differences_and_one;
  BOOST_TEST(metadata.at(row.name + ".moves") == (differences ? "x - max x" : "x"));
  std::istringstream kinds(metadata.at(row.name + ".kinds"));
  Index kind = 0;
  for (std::string name; kinds >> name; ++kind) {
    const Measured found = measured(row, *promised, kind);
    BOOST_TEST(
        found.value.units <= promised->value.ulps,
        row.name << ", " << name << ": " << found.value.units << " units: " << found.value.where);
    BOOST_TEST(
        found.slope.units <= promised->slope.ulps,
        row.name << ", " << name << ": " << found.slope.units << " units: " << found.slope.where);
  }
}

// The faults that double beside float cannot show: planted, they must be seen.
BOOST_AUTO_TEST_CASE(notices_what_cancels) {
  const auto units = [](const std::string& name, const std::string& file, auto f) {
    const OpCase planted = row(name, file, f, {});
    constexpr Index kOffset = 1;  // of the kinds
    return measured(planted, *accuracy_of(planted), kOffset).value.units;
  };
  const auto from_a_logarithm = [](auto x) { return exp(x[0] - logsumexp(x[0], {-1}, true)); };
  BOOST_TEST(units("softmax", "softmax", from_a_logarithm) > 1e3);
  const auto from_squares = [](auto x) {
    return (mean(square(x[0]), {1}) - square(mean(x[0], {1}))) * (5 / 4.5);
  };
  BOOST_TEST(units("variance over axis 1", "variance", from_squares) > 1e3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
