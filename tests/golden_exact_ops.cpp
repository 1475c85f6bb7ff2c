// Every op has values in exact arithmetic, or a reason why not.
#include <algorithm>
#include <map>
#include <set>

#include <boost/test/unit_test.hpp>

#include "engram/tests/files.hpp"
#include "engram/tests/golden_exact.hpp"
#include "engram/tests/op_headers.hpp"

namespace engram::testing {
namespace {

// "file/function" of the functions of ops/<file>.hpp that promise an accuracy.
std::vector<std::string> functions_of(const std::string& file) {
  std::vector<std::string> out;
  for (const DocumentedFunction& f : documented_functions(bytes_of(header_called(file)))) {
    if (f.fields.contains("Accuracy")) out.push_back(file + "/" + f.name);
  }
  return out;
}

// The one of these that a row is held to: of the longest name that begins the row's.
std::string function_of(const OpCase& row) {
  const auto all = functions_of(row.file);
  std::string best;
  for (const std::string& function : all) {
    const std::string name = function.substr(row.file.size() + 1);
    if (row.name.starts_with(name) && function.size() > best.size()) best = function;
  }
  return best.empty() && all.size() == 1 ? all[0] : best;
}

// Functions of ops/ without values here, by reason.
const std::map<std::string, std::set<std::string>> kExempt{
    {"moves numbers, adds few of them, or chooses: the sweep, golden_ops and float_lane see all",
     {"adaptive_pooling/adaptive_max_pool2d",
      "any/any",
      "any/all",
      "argmax/argmax",
      "clamp/clamp",
      "comparisons/equal",
      "concat/concat",
      "concat/stack",
      "crf/crf_decode",
      "diagonal/diag",
      "diagonal/diagonal",
      "diagonal/triu",
      "diagonal/tril",
      "flip/flip",
      "flip/roll",
      "reverse_sequence/reverse_sequence",
      "gather/gather",
      "gather/scatter_add",
      "gather_nd/gather_nd",
      "gather_nd/scatter_nd",
      "gather_rows/gather_rows",
      "gather_rows/scatter_rows",
      "greater/greater",
      "index_select/index_select",
      "index_select/index_add",
      "index_select/take",
      "index_select/put",
      "length_mask/length_mask",
      "logic/logical_and",
      "logic/is_nan",
      "masked/masked_fill",
      "masked/masked_select",
      "modulo/floor_divide",
      "n_ary/maximum",
      "nan_to_num/nan_to_num",
      "one_hot/one_hot",
      "pad/pad",
      "piecewise_linear/hard_tanh",
      "pooling/max_pool2d",
      "ranges/slice",
      "repeat/repeat",
      "repeat/tile",
      "reshape/reshape",
      "rounding/floor",
      "scatter/scatter",
      "scatter/scatter_max",
      "slice/slice",
      "slice/select",
      "slice/pad_to",
      "sort/sort",
      "sort/topk",
      "squeeze/unsqueeze",
      "squeeze/squeeze",
      "squeeze/flatten",
      "transpose/swap_axes",
      "transpose/transpose",
      "unfold/unfold",
      "unfold/fold",
      "unstack/unstack",
      "where/where"}},
    {"is a mean or a product, of which others are compared",
     {"adaptive_pooling/adaptive_avg_pool2d", "embedding_bag/embedding_bag", "n_ary/mean",
      "pooling/avg_pool2d", "scatter/scatter_prod", "convolution/conv2d",
      "convolution/causal_conv1d", "transposed_convolution/conv_transpose1d",
      "transposed_convolution/conv_transpose2d"}},
    {"is random",
     {"dropout/dropout", "dropout/dropout_mask", "dropout/variational_dropout", "dropout/zoneout",
      "dropout/weight_drop"}},
    {"computes what it is given",
     {"custom_gradient/custom_gradient", "fused/fused", "on_gradient/on_gradient"}},
    {"is made of a cross-entropy of other logits, which is compared",
     {"adaptive_cross_entropy/adaptive_cross_entropy",
      "sampled_cross_entropy/sampled_cross_entropy"}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_exact_ops)

// A row of the file without an op, and an op without a row, are mistakes.
BOOST_AUTO_TEST_CASE(every_op_is_compared) {
  std::set<std::string> compared, names;
  for (const OpCase& row : exact_rows()) {
    names.insert(row.name);
    compared.insert(function_of(row));
  }
  for (const auto& [key, value] : exact_values().metadata) {
    const auto end = key.find(".kinds");
    if (end == std::string::npos) continue;
    BOOST_TEST(names.contains(key.substr(0, end)), key << " of the file is of no row");
  }
  int functions = 0;
  for (const auto& header : sources_in({"ops"})) {
    for (const std::string& function : functions_of(header.stem())) {
      ++functions;
      const bool is_exempt = std::any_of(kExempt.begin(), kExempt.end(), [&](const auto& exempt) {
        return exempt.second.contains(function);
      });
      BOOST_TEST(compared.contains(function) != is_exempt,
                 function << (is_exempt ? " is compared: it needs no reason why not"
                                        : " has no row in tests/golden/exact*.py"));
    }
  }
  BOOST_TEST(functions > 150);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
