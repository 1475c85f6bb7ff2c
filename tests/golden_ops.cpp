// Every op against PyTorch: value, gradient and second order, to
// 1e-12 of max(1, |value|) in double precision. What the names mean is in tests/golden/README.md.
#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/nn/safetensors.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;
using Vars = std::vector<V>;

const nn::Tensors& golden() {
  static const nn::Tensors file = nn::load(ENGRAM_SOURCE_DIR "/tests/golden/ops.safetensors");
  return file;
}

struct Golden {
  std::string name;  ///< in the file
  std::function<V(const Vars&, const Indices&)> f;
};
std::ostream& operator<<(std::ostream& out, const Golden& row) { return out << row.name; }

template <class F>
Golden unary(const std::string& name, F f) {
  return {name, [f](const Vars& x, const Indices&) { return f(x[0]); }};
}
template <class F>
Golden binary(const std::string& name, F f) {
  return {name, [f](const Vars& x, const Indices&) { return f(x[0], x[1]); }};
}

void elementwise_rows(std::vector<Golden>& rows) {
  const auto both = [&](const std::string& name, auto f) {
    rows.push_back(binary(name, f));
    rows.push_back(binary(name + "_broadcast", f));
  };
  both("add", [](V a, V b) { return a + b; });
  both("sub", [](V a, V b) { return a - b; });
  both("mul", [](V a, V b) { return a * b; });
  both("div", [](V a, V b) { return a / b; });
  both("maximum", [](V a, V b) { return maximum(a, b); });
  both("minimum", [](V a, V b) { return minimum(a, b); });
  rows.push_back(unary("neg", [](V x) { return -x; }));
  rows.push_back(unary("exp", [](V x) { return exp(x); }));
  rows.push_back(unary("square", [](V x) { return square(x); }));
  rows.push_back(unary("abs", [](V x) { return abs(x); }));
  rows.push_back(unary("tanh", [](V x) { return tanh(x); }));
  rows.push_back(unary("sigmoid", [](V x) { return sigmoid(x); }));
  rows.push_back(unary("relu", [](V x) { return relu(x); }));
  rows.push_back(unary("softplus", [](V x) { return softplus(x); }));
  rows.push_back(unary("log", [](V x) { return log(x); }));
  rows.push_back(unary("sqrt", [](V x) { return sqrt(x); }));
}

void product_rows(std::vector<Golden>& rows) {
  const auto product = [&](const std::string& name, Transposed t) {
    rows.push_back(binary(name, [t](V a, V b) { return matmul(a, b, t); }));
  };
  product("matmul", {});
  product("matmul_ta", {.a = true});
  product("matmul_tb", {.b = true});
  product("matmul_tatb", {.a = true, .b = true});
  product("matmul_batched", {});
  rows.push_back(
      {"affine", [](const Vars& x, const Indices&) { return affine(x[0], x[1], x[2]); }});
}

void reduction_rows(std::vector<Golden>& rows) {
  const auto reduction = [&](const std::string& name, auto f) {
    rows.push_back(unary(name, [f](V x) { return f(x, Axes{1}); }));
    rows.push_back(unary(name + "_axes02", [f](V x) { return f(x, Axes{0, 2}); }));
    rows.push_back(unary(name + "_all", [f](V x) { return f(x, Axes{}); }));
  };
  reduction("sum", [](V x, const Axes& axes) { return sum(x, axes); });
  reduction("mean", [](V x, const Axes& axes) { return mean(x, axes); });
  reduction("max", [](V x, const Axes& axes) { return max(x, axes); });
  reduction("logsumexp", [](V x, const Axes& axes) { return logsumexp(x, axes); });
  rows.push_back(unary("softmax", [](V x) { return softmax(x); }));
  rows.push_back(unary("softmax_axis0", [](V x) { return softmax(x, 0); }));
  rows.push_back(unary("log_softmax", [](V x) { return log_softmax(x); }));
  rows.push_back(unary("log_softmax_axis0", [](V x) { return log_softmax(x, 0); }));
}

void loss_rows(std::vector<Golden>& rows) {
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

void shape_rows(std::vector<Golden>& rows) {
  rows.push_back(unary("transpose", [](V x) { return transpose(x, {2, 0, 1}); }));
  rows.push_back(unary("slice", [](V x) { return slice(x, 1, 1, 3); }));
  rows.push_back({"concat", [](const Vars& x, const Indices&) { return concat(x, 1); }});
  rows.push_back({"stack", [](const Vars& x, const Indices&) { return stack(x); }});
  rows.push_back(unary("broadcast_to", [](V x) { return broadcast_to(x, {2, 3, 4}); }));
  rows.push_back(
      {"gather_rows", [](const Vars& x, const Indices& i) { return gather_rows(x[0], i); }});
}

const std::vector<Golden>& rows() {
  static const std::vector<Golden> all = [] {
    std::vector<Golden> out;
    elementwise_rows(out);
    product_rows(out);
    reduction_rows(out);
    loss_rows(out);
    shape_rows(out);
    return out;
  }();
  return all;
}

void compare(const std::string& what, const Array<double>& got, const Array<double>& expected) {
  BOOST_TEST(got.shape() == expected.shape(), what << ": " << got.shape() << expected.shape());
  double worst = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    const double error = std::abs(got[i] - expected[i]) / std::max(1.0, std::abs(expected[i]));
    if (!(error <= worst)) worst = error;  // NaN stays
  }
  BOOST_TEST(worst <= 1e-12, what << " differs by " << worst);
}

const auto kRows = boost::unit_test::data::make(rows());

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_ops)

BOOST_DATA_TEST_CASE(value_gradient_and_second_order, kRows, row) {
  const nn::Tensors& file = golden();
  const auto expected = [&](const std::string& what) { return file.get<double>(row.name + what); };
  Tape<double> tape;
  Vars x;
  for (std::size_t k = 0; file.tensors.contains(text(row.name, ".in", k)); ++k) {
    x.push_back(tape.variable(expected(text(".in", k))));
  }
  const bool indexed = file.tensors.contains(row.name + ".indices");
  const V y = row.f(x, indexed ? file.get<std::int32_t>(row.name + ".indices") : Indices());
  compare("value", y.value(), expected(".out"));

  const V dy = tape.constant(expected(".dout"));
  const auto check = [&](const char* which, const Vars& gradients) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      compare(text(which, ", input ", k), gradients[k].value(), expected(text(".grad", k)));
    }
  };
  check("kernel", tape.gradients(y, x, {.seed = dy}));
  check("rule", tape.gradients(y, x, {.seed = dy, .rules_only = true}));
  const Vars gradients = tape.gradients(y, x, {.seed = dy, .record = true});
  check("recorded rule", gradients);

  V slope = tape.constant(Array<double>::scalar(0));
  for (std::size_t k = 0; k < x.size(); ++k) {
    slope = slope + sum(gradients[k] * tape.constant(expected(text(".v", k))));
  }
  const Vars second = tape.gradients(slope, x);
  for (std::size_t k = 0; k < x.size(); ++k) {
    compare(text("second order, input ", k), second[k].value(), expected(text(".hv", k)));
  }
}

BOOST_AUTO_TEST_CASE(every_case_of_the_file_is_compared) {
  std::set<std::string> in_file, compared;
  for (const auto& [name, tensor] : golden().tensors)
    in_file.insert(name.substr(0, name.find('.')));
  for (const Golden& row : rows()) compared.insert(row.name);
  BOOST_TEST(in_file == compared, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
