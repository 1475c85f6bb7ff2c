// The sweep: everything that is tested of every op, for each row of op_cases.
#include <algorithm>
#include <regex>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/gradcheck.hpp"
#include "engram/core/operation/accumulate.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/files.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/sweep_summary.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {

namespace {

// Value, then the gradient by each input.
template <class T>
std::vector<Array<T>> evaluate(const OpFunction<T>& f, const Arrays& inputs) {
  Tape<T> tape;
  std::vector<Var<T>> x;
  for (const auto& input : inputs) x.push_back(tape.variable(cast<T>(input)));
  const Var<T> y = f(x);
  const Array<double> upstream = Random{5}.uniform<double>(y.shape(), 0.5, 2);
  std::vector<Array<T>> out{y.value()};
  for (const auto& g : tape.gradients(y, x, {.seed = tape.constant(cast<T>(upstream))})) {
    out.push_back(g.value());
  }
  return out;
}

const auto kRows = boost::unit_test::data::make(op_cases());

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep, *boost::unit_test::fixture<SweepSummary>())

BOOST_DATA_TEST_CASE(derivatives_agree_with_differences, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    const GradcheckResult result = gradcheck(row.in_double, inputs);
    SweepSummary::compared(result.compared);
    BOOST_TEST(result.failure == "", row.name << " " << label(shapes) << result.failure);
    const bool empty =
        std::all_of(inputs.begin(), inputs.end(), [](auto& x) { return x.size() == 0; });
    BOOST_TEST((result.compared > 0 || empty), label(shapes) << "nothing was compared");
  }
}

// Each input is used by two calls, and where shapes allow one value is all of the inputs.
BOOST_DATA_TEST_CASE(an_input_used_twice, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const auto twice = [&](std::span<const Var<double>> x) {
      const Var<double> once = row.in_double(x);
      return accumulate(std::span<const Var<double>>(std::vector{once, row.in_double(x)}),
                        once.shape());
    };
    const GradcheckResult result = gradcheck(twice, draw(row, shapes));
    SweepSummary::compared(result.compared);
    BOOST_TEST(result.failure == "", row.name << " " << label(shapes) << result.failure);
    if (shapes.size() < 2 || std::count(shapes.begin(), shapes.end(), shapes[0]) !=
                                 static_cast<std::ptrdiff_t>(shapes.size())) {
      continue;
    }
    const auto same = [&](std::span<const Var<double>> x) {
      return row.in_double(std::vector<Var<double>>(shapes.size(), x[0]));
    };
    // Equal operands are a corner of these: differences see both sides of it.
    if (row.name == "maximum" || row.name == "minimum" || row.name == "greater") continue;
    const GradcheckResult shared = gradcheck(same, draw(row, {shapes[0]}));
    BOOST_TEST(shared.failure == "",
               row.name << " of one value " << label(shapes) << shared.failure);
  }
}

// Whichever inputs are constants, the gradients by the others are the same bits.
BOOST_DATA_TEST_CASE(every_combination_of_needed_gradients, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    const auto all = evaluate<double>(row.in_double, inputs);
    for (std::uint32_t mask = 1; mask < 1U << shapes.size(); ++mask) {
      for (const bool rules_only : {false, true}) {
        Tape<double> tape;
        std::vector<Var<double>> x, wanted;
        for (std::size_t k = 0; k < shapes.size(); ++k) {
          const bool needed = mask >> k & 1;
          x.push_back(needed ? tape.variable(inputs[k]) : tape.constant(inputs[k]));
          if (needed) wanted.push_back(x.back());
        }
        const Var<double> y = row.in_double(x);
        const auto upstream = tape.constant(Random{5}.uniform<double>(y.shape(), 0.5, 2));
        const auto g = tape.gradients(y, wanted, {.seed = upstream, .rules_only = rules_only});
        for (std::size_t k = 0, i = 0; k < shapes.size(); ++k) {
          if (!(mask >> k & 1)) continue;
          BOOST_TEST(relative_difference(g[i++].value(), all[k + 1]) <= (rules_only ? 1e-13 : 0.0),
                     row.name << " " << label(shapes) << "mask " << mask << " input " << k);
        }
      }
    }
  }
}

// What an op says its derivative does not read can be given back: nothing changes, in kernels,
// rules, recorded rules and second derivatives.
BOOST_DATA_TEST_CASE(values_that_are_not_read_are_not_missed, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    const auto derivatives = [&](bool give_back) {
      Tape<double> tape;
      std::vector<Var<double>> x;
      for (const auto& input : inputs) x.push_back(tape.variable(input));
      const Var<double> y = row.in_double(x);
      if (give_back) tape.give_back(0, static_cast<Id>(tape.size()));
      const auto upstream = tape.variable(Random{5}.uniform<double>(y.shape(), 0.5, 2));
      auto all = tape.gradients(y, x, {.seed = upstream});
      const auto append = [&](const std::vector<Var<double>>& more) {
        all.insert(all.end(), more.begin(), more.end());
      };
      append(tape.gradients(y, x, {.seed = upstream, .rules_only = true}));
      const auto recorded = tape.gradients(y, x, {.seed = upstream, .record = true});
      append(recorded);
      for (const Var<double>& dx : recorded) {
        if (tape.node(dx).needs_gradient) append(tape.gradients(sum(dx * dx), x));
      }
      Arrays values;
      for (const Var<double>& v : all) values.push_back(v.value());
      return values;
    };
    const Arrays expected = derivatives(false), got = derivatives(true);
    BOOST_REQUIRE(got.size() == expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      BOOST_TEST(std::equal(got[k].begin(), got[k].end(), expected[k].begin(), expected[k].end()),
                 row.name << " " << label(shapes) << "derivative " << k);
    }
  }
}

// Float agrees with its double twin to 1e-5 of the largest value.
BOOST_DATA_TEST_CASE(float_agrees_with_double, kRows, row) {
  for (const auto& shapes : row.shapes) {
    const Arrays inputs = draw(row, shapes);
    const auto in_double = evaluate<double>(row.in_double, inputs);
    const auto in_float = evaluate<float>(row.in_float, inputs);
    for (std::size_t k = 0; k < in_double.size(); ++k) {
      double scale = 1e-3;
      for (const double v : in_double[k]) scale = std::max(scale, std::abs(v));
      const double worst = difference(in_float[k], in_double[k]);
      BOOST_TEST(worst <= 1e-5 * scale, row.name << " " << label(shapes) << "output " << k
                                                 << " differs by " << worst << " of " << scale);
    }
  }
}

// Every op that is defined anywhere is recorded by some row, and every file of ops/ has one.
BOOST_AUTO_TEST_CASE(every_op_has_a_row) {
  std::set<std::string> recorded, files;
  for (const OpCase& row : op_cases()) {
    files.insert(row.file);
    for (const auto& shapes : row.shapes) {
      Tape<double> tape;
      std::vector<Var<double>> x;
      for (const auto& input : draw(row, shapes)) x.push_back(tape.variable(input));
      row.in_double(x);
      for (Id id = 0; id < tape.size(); ++id) {
        if (tape.node(id).operation) recorded.insert(tape.node(id).operation->name());
      }
    }
  }
  const std::set<std::string> machinery{"chain_rule",
                                        "class_targets",
                                        "compiled_kernels",
                                        "crf_chain",
                                        "ctc_sequences",
                                        "dual",
                                        "einsum_parts",
                                        "elementwise",
                                        "functions",
                                        "lanes",
                                        "factor_kernels",
                                        "map_kernels",
                                        "elementwise_kernels",
                                        "product_kernels",
                                        "ops",
                                        "pairs",
                                        "record",
                                        "reduce_kernels",
                                        "scan_kernels",
                                        "slice_kernels",
                                        "softmax_kernels",
                                        "square_kernels",
                                        "array_arithmetic",
                                        "channels",
                                        "places",
                                        "probe",
                                        "reduction",
                                        "row_losses",
                                        "pairs"};
  const std::regex definition("static constexpr auto name = \"([a-z0-9_]+)\"");
  int definitions = 0;
  for (const char* folder : {"ops", "core"}) {
    for (const auto& path : sources_in({folder}, {".hpp", ".cpp"})) {
      const std::string stem = path.stem();
      if (path.extension() == ".hpp" && folder == std::string("ops") && !machinery.contains(stem)) {
        BOOST_TEST(files.contains(stem), path << " has no row in tests/op_cases/");
      }
      if (machinery.contains(stem) && stem == "elementwise")
        continue;  // its comments show examples
      const std::string source = bytes_of(path);
      for (std::sregex_iterator it(source.begin(), source.end(), definition), end; it != end;
           ++it) {
        if (stem == "record") continue;       // likewise
        if (stem == "composition") continue;  // part of other ops
        ++definitions;
        BOOST_TEST(recorded.contains((*it)[1]), "no row records " << (*it)[1] << " of " << path);
      }
    }
  }
  BOOST_TEST(definitions > 30);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
