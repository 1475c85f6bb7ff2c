// Parameters go to files and come back by name, all of them or none.
#include "engram/core/parameter_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
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
  save_parameters(path, saved);
  load_parameters(path, model);
  BOOST_TEST(same(saved.w.value(), model.w.value()));
  BOOST_TEST(same(saved.b.value(), model.b.value()));

  nn::Linear<float> wider({.in = 2, .out = 4}, random);
  const std::string what = error_of([&] { load_parameters(path, wider); });
  BOOST_TEST(what == path.string() +
                         ": the tensors are not those of these parameters (to load those that are "
                         "there, say so by a Partial):\n"
                         "  tensor w has shape [2,3], the parameter [2,4]\n"
                         "  tensor b has shape [3], the parameter [4]");
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(what_is_put_stays_as_it_was) {
  Random random{1};
  nn::Linear<float> model({.in = 1, .out = 1}, random);
  files::Tensors tensors;
  put_parameters(tensors, parameters(model));
  const float before = model.w.value().item();
  model.w.edit()[0] = 5;
  BOOST_TEST(tensors.get<float>("w").item() == before);
  load_parameters(tensors, parameters(model));
  BOOST_TEST(model.w.value().item() == before);
  model.w.edit()[0] = 5;
  BOOST_TEST(tensors.get<float>("w").item() == before);
}

// Tensors of another model change nothing, and every difference is named.
BOOST_AUTO_TEST_CASE(tensors_of_another_model) {
  Random random{1};
  nn::Linear<float> model({.in = 2, .out = 3}, random);
  files::Tensors other;
  put_parameters(other, parameters(model), "model.");
  BOOST_TEST(error_of([&] { put_parameters(other, parameters(model), "model."); }) ==
             "two tensors are called model.w");
  load_parameters(other, parameters(model), "model.");
  const Array<float> before(model.w.shape(), model.w.value().values());
  other.tensors["model.w"] = Array<float>(model.w.shape());
  other.tensors["model.b"] = Array<float>(Shape{4});
  other.tensors["model.c"] = Array<float>(Shape{4});
  other.tensors["optimiser"] = Array<float>(Shape{4});
  const std::string what =
      "the tensors are not those of these parameters (to load those that are there, say so by a "
      "Partial):\n";
  BOOST_TEST(error_of([&] { load_parameters(other, parameters(model), "model."); }) ==
             what +
                 "  tensor model.b has shape [4], the parameter [3]\n"
                 "  no parameter for tensor model.c");
  other.tensors["model.b"] = Array<double>({3}, {0, 1e300, 0});
  other.tensors.erase("model.c");
  other.tensors.erase("model.w");
  BOOST_TEST(
      error_of([&] { load_parameters(other, parameters(model), "model."); }) ==
      what +
          "  tensor model.b [3]: element 1 is 1e+300 (F64), beyond the range of F32: ask for "
          "double\n"
          "  no tensor model.w [2,3]");
  BOOST_TEST(same(before, model.w.value()));
  for (int k = 0; k < 100; ++k) other.tensors[text("model.x", k)] = Array<float>();
  BOOST_TEST(error_of([&] {
               load_parameters(other, parameters(model), "model.");
             }).ends_with("\n  and 52 more"));
}

// Every dtype will do, as long as the numbers are in range.
BOOST_AUTO_TEST_CASE(tensors_of_another_dtype) {
  Random random{1};
  nn::Linear<float> model({.in = 2, .out = 3}, random);
  const Array<float> before = model.w.value();
  files::Tensors other;
  other.tensors["w"] =
      files::stored(Array<double>({2, 3}, {1, 2, 3, 4, 5, 6}), files::Precision::bf16);
  other.tensors["b"] = Indices({3}, {7, -8, 9});
  load_parameters(other, parameters(model));
  BOOST_TEST(model.w.value()[5] == 6);
  BOOST_TEST(model.b.value()[1] == -8);
}

BOOST_AUTO_TEST_CASE(parameters_of_16_bits) {
  const auto path = std::filesystem::temp_directory_path() / text("engram-parameters-", getpid());
  Random random{1};
  nn::Linear<float> saved({.in = 20, .out = 30}, random), model({.in = 20, .out = 30}, random);
  save_parameters(path, saved);
  const auto full = std::filesystem::file_size(path);
  for (const auto& [precision, good] :
       {std::pair{files::Precision::f16, 0x1p-11f}, std::pair{files::Precision::bf16, 0x1p-8f}}) {
    save_parameters(path, saved, precision);
    BOOST_TEST(std::filesystem::file_size(path) < full * 6 / 10);
    load_parameters(path, model);
    int wrong = 0, changed = 0;
    for (Index i = 0; i < model.w.size(); ++i) {
      const float x = saved.w.value()[i], y = model.w.value()[i];
      wrong += !(std::abs(y - x) <= good * std::abs(x));
      changed += x != y;
    }
    BOOST_TEST(wrong == 0);
    BOOST_TEST(changed > 0);
  }
  saved.w.edit()[7] = 65520;
  BOOST_TEST(error_of([&] { save_parameters(path, saved, files::Precision::f16); }) ==
             path.string() +
                 ": parameter w: element 7 is 65520, beyond the range of F16; write it in full "
                 "precision or as BF16");
  load_parameters(path, model);  // the earlier file
  saved.w.edit()[7] = std::numeric_limits<float>::max();
  BOOST_TEST(error_of([&] { save_parameters(path, saved, files::Precision::bf16); }) ==
             path.string() +
                 ": parameter w: element 7 is 3.40282e+38, beyond the range of BF16; write it in "
                 "full precision");
  saved.w.edit()[7] = -std::numeric_limits<float>::infinity();
  saved.w.edit()[8] = std::numeric_limits<float>::quiet_NaN();
  save_parameters(path, saved, files::Precision::f16);
  load_parameters(path, model);
  BOOST_TEST(model.w.value()[7] == -std::numeric_limits<float>::infinity());
  BOOST_TEST(std::isnan(model.w.value()[8]));
  std::filesystem::remove(path);
}

// A part of a model from a file with other things in it.
BOOST_AUTO_TEST_CASE(what_matches_and_is_there) {
  const auto path = std::filesystem::temp_directory_path() / text("engram-parameters-", getpid());
  Random random{1};
  nn::Linear<float> saved({.in = 2, .out = 3}, random), model({.in = 2, .out = 3}, random);
  files::Tensors tensors;
  put_parameters(tensors, parameters(saved), "net.encoder.");
  tensors.tensors["net.steps"] = Indices({1}, {5});
  tensors.tensors["net.encoder.more"] = Array<float>(Shape{2});
  tensors.tensors.erase("net.encoder.b");
  files::save(path, tensors);

  const Array<float> b = model.b.value();
  LoadReport report = load_parameters(path, model, Partial{.prefix = "net.encoder."});
  BOOST_TEST(report.str() ==
             "loaded (1): w\n"
             "not found in the file (1): b\n"
             "not used of the file (2): net.encoder.more net.steps\n");
  BOOST_TEST(same(model.w.value(), saved.w.value()));
  BOOST_TEST(same(model.b.value(), b));
  report = load_parameters(path, model, Partial{.only = {"w", "?"}, .prefix = "net.encoder."});
  BOOST_TEST((report.loaded == std::vector<std::string>{"w"}));
  report = load_parameters(path, model, Partial{.only = {"b"}, .prefix = "net.encoder."});
  BOOST_TEST(
      (report.loaded.empty() && report.not_used.size() == 3 && report.not_found.size() == 1));

  // A pattern that is misspelt loads nothing without a word otherwise.
  BOOST_TEST(error_of([&] {
               static_cast<void>(load_parameters(path, model, Partial{.only = {"w", "bias"}}));
             }) == "no parameter is called bias; there are: w, b");
  // Another shape is no part of this model: nothing changes.
  nn::Linear<float> wider({.in = 2, .out = 4}, random);
  const Array<float> before = wider.w.value();
  BOOST_TEST(error_of([&] {
               static_cast<void>(load_parameters(path, wider, Partial{.prefix = "net.encoder."}));
             }) == path.string() +
                       ": these cannot be loaded:\n  tensor net.encoder.w has shape [2,3], the "
                       "parameter [2,4]");
  BOOST_TEST(same(wider.w.value(), before));
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
