// Parameters go to files and come back by name, all of them or none.
#include "engram/nn/parameter_file.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "engram/nn/linear.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

bool same(const Array<float>& a, const Array<float>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parameter_file)

BOOST_AUTO_TEST_CASE(parameters_by_name) {
  Random random{1};
  nn::Linear<float> saved({.in = 2, .out = 3}, random), model({.in = 2, .out = 3}, random);
  const auto path = std::filesystem::temp_directory_path() / text("engram-parameters-", getpid());
  nn::save_parameters(path, saved);
  nn::load_parameters(path, model);
  BOOST_TEST(same(saved.w.value(), model.w.value()));
  BOOST_TEST(same(saved.b.value(), model.b.value()));

  nn::Linear<float> wider({.in = 2, .out = 4}, random);
  const std::string what = error_of([&] { nn::load_parameters(path, wider); });
  BOOST_TEST(what == path.string() +
                         ": the tensors are not those of these parameters:\n"
                         "  tensor w has shape [2,3], the parameter [2,4]\n"
                         "  tensor b has shape [3], the parameter [4]");
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(what_is_put_stays_as_it_was) {
  Random random{1};
  nn::Linear<float> model({.in = 1, .out = 1}, random);
  nn::Tensors tensors;
  nn::put_parameters(tensors, named_parameters(model));
  const float before = model.w.value().item();
  model.w.edit()[0] = 5;
  BOOST_TEST(tensors.get<float>("w").item() == before);
  nn::load_parameters(tensors, named_parameters(model));
  BOOST_TEST(model.w.value().item() == before);
  model.w.edit()[0] = 5;
  BOOST_TEST(tensors.get<float>("w").item() == before);
}

// Tensors of another model change nothing, and every difference is named.
BOOST_AUTO_TEST_CASE(tensors_of_another_model) {
  Random random{1};
  nn::Linear<float> model({.in = 2, .out = 3}, random);
  nn::Tensors other;
  nn::put_parameters(other, named_parameters(model), "model.");
  BOOST_TEST(error_of([&] { nn::put_parameters(other, named_parameters(model), "model."); }) ==
             "two tensors are called model.w");
  nn::load_parameters(other, named_parameters(model), "model.");
  const Array<float> before(model.w.shape(), model.w.value().values());
  other.tensors["model.w"] = Array<float>(model.w.shape());
  other.tensors["model.b"] = Array<float>(Shape{4});
  other.tensors["model.c"] = Array<float>(Shape{4});
  other.tensors["optimiser"] = Array<float>(Shape{4});
  BOOST_TEST(error_of([&] { nn::load_parameters(other, named_parameters(model), "model."); }) ==
             "the tensors are not those of these parameters:\n"
             "  tensor model.b has shape [4], the parameter [3]\n"
             "  no parameter for tensor model.c");
  other.tensors["model.b"] = Array<double>(Shape{3});
  other.tensors.erase("model.c");
  other.tensors.erase("model.w");
  BOOST_TEST(error_of([&] { nn::load_parameters(other, named_parameters(model), "model."); }) ==
             "the tensors are not those of these parameters:\n"
             "  no tensor model.w [2,3]\n"
             "  tensor model.b is F64 [3], not F32");
  BOOST_TEST(same(before, model.w.value()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
