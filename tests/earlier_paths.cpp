// Headers that were moved are found where they were, and so are the names in them.
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include "engram/core/nest.hpp"
#include "engram/nn/parameter_file.hpp"
#include "engram/nn/safetensors.hpp"
#include "engram/nn/summary.hpp"
#include "engram/nn/visit.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/ops/tanh.hpp"

using namespace engram;

namespace {
struct Scale {
  using value_type = float;
  Param<float> w{Array<float>({2})};
  void visit(auto&& f) { f("w", w); }
};
}  // namespace

BOOST_AUTO_TEST_SUITE(earlier_paths)

BOOST_AUTO_TEST_CASE(they_forward) {
  static_assert(std::is_same_v<nn::Tensors, files::Tensors>);
  static_assert(std::is_same_v<nn::Partial, Partial>);
  Scale scale;
  BOOST_TEST(summary(scale).find("total") != std::string::npos);
  BOOST_TEST(count_parameters(scale) == 2);
  Tape<float> tape;
  BOOST_TEST(sum(tanh(tape.read(scale.w))).item() == 0);
  BOOST_TEST(Nest<1>({2, 3}, {Shape{2, 3}.strides()}).run_length() == 6);
  BOOST_TEST(nn::stored(scale.w.value(), nn::Precision::bf16).index() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
