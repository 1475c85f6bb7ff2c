// Files that the safetensors package has written (tests/golden/interchange.py), and what it says of
// headers.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "engram/core/parameter_file.hpp"
#include "engram/nn/linear.hpp"
#include "engram/tests/scratch_folder.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = ENGRAM_SOURCE_DIR "/tests/golden/interchange";

files::Tensors golden(const std::string& name) {
  return files::load(kGolden / (name + ".safetensors"));
}

std::vector<fs::path> golden_files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    if (entry.path().extension() == ".safetensors") out.push_back(entry.path());
  }
  return out;
}

// Of the same bits, but for what a NaN carries.
template <class T>
std::size_t differences(const Array<T>& a, const Array<T>& b) {
  if (a.shape() != b.shape()) return static_cast<std::size_t>(a.size() + b.size());
  std::size_t out = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const T x = a[i], y = b[i];
    const bool both_nan = x != x && y != y;
    out += !both_nan && std::memcmp(&x, &y, sizeof x) != 0;
  }
  return out;
}

const files::Stored& stored_in(const files::Tensors& all, const std::string& name) {
  return std::get<files::Stored>(all.tensors.at(name));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(interchange)

// Every dtype becomes what PyTorch makes of it.
BOOST_AUTO_TEST_CASE(dtypes) {
  const files::Tensors all = golden("dtypes");
  std::set<std::string> seen;
  for (const auto& [name, tensor] : all.tensors) {
    if (name.find('.') != std::string::npos) continue;
    seen.insert(name);
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(differences(all.as<double>(name), all.get<double>(name + ".F64")) == 0U);
      if (name != "F64") {
        BOOST_TEST(differences(all.as<float>(name), all.get<float>(name + ".F32")) == 0U);
      }
    }
  }
  BOOST_TEST((seen == std::set<std::string>{"BF16", "BOOL", "F16", "F32", "F64", "I16", "I32",
                                            "I64", "I8", "U16", "U32", "U64", "U8"}));
  BOOST_TEST(all.as<std::int32_t>("I16")[0] == -32768);
  BOOST_TEST(all.as<std::int32_t>("BOOL")[1] == 1);
  BOOST_TEST(
      error_of([&] { all.as<std::int32_t>("U32"); }) ==
      "tensor U32 [7]: element 4 is 2147483648 (U32), beyond the range of I32: ask for double");
  BOOST_TEST(
      error_of([&] { all.as<std::int32_t>("I64"); }) ==
      "tensor I64 [11]: element 0 is -9223372036854775808 (I64), beyond the range of I32: ask "
      "for double");
  BOOST_TEST(error_of([&] { all.as<std::int32_t>("F16"); }) ==
             "tensor F16 [1,13]: it is F16, which has fractions; whole numbers become I32: ask for "
             "float or double, and round");
  files::Tensors large;
  large.tensors["x"] = Array<double>({3}, {1e38, -1e39, 0});
  BOOST_TEST(error_of([&] { large.as<float>("x"); }) ==
             "tensor x [3]: element 1 is -1e+39 (F64), beyond the range of F32: ask for double");
  large.tensors["x"] = Array<double>({2}, {1e-50, -INFINITY});  // 0 and infinity are no mistakes
  BOOST_TEST(differences(large.as<float>("x"), Array<float>({2}, {0, -INFINITY})) == 0U);
}

// All 65,536 numbers of half precision, and the roundings of PyTorch.
BOOST_AUTO_TEST_CASE(numbers_of_16_bits) {
  const files::Tensors all = golden("half");
  const Array<float>& every = all.get<float>("F32");
  BOOST_TEST(every.size() == 65536);
  BOOST_TEST(differences(all.as<float>("F16"), every) == 0U);
  const Array<float>& x = all.get<float>("x");
  for (const auto& [name, precision] :
       {std::pair{"x.F16", files::Precision::f16}, std::pair{"x.BF16", files::Precision::bf16}}) {
    const Array<float> rounded = all.as<float>(name);
    Index infinite = 0;
    for (Index i = 0; i < x.size(); ++i) {
      const Array<float> one({1}, {x[i]});
      if (std::isinf(rounded[i])) {  // where PyTorch loses the number
        BOOST_TEST(error_of([&] { files::stored(one, precision); }).starts_with("element 0 is "));
        ++infinite;
        continue;
      }
      files::Tensors written;
      written.tensors["x"] = files::stored(one, precision);
      const float got = written.as<float>("x")[0];
      BOOST_TEST(std::memcmp(&got, &rounded.values()[static_cast<std::size_t>(i)], sizeof got) ==
                 0);
    }
    BOOST_TEST(infinite > 0);
  }
  // As the package lays it out.
  files::Tensors again;
  again.tensors["F16"] = files::stored(every, files::Precision::f16);
  const auto& bytes = *stored_in(again, "F16").bytes;
  const auto& expected = *stored_in(all, "F16").bytes;
  std::size_t others = 0;  // a NaN that signals does so no more
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    others += !std::isnan(every[static_cast<Index>(i / 2)]) &&
              (bytes[i] != expected[i] || bytes[i + 1] != expected[i + 1]);
  }
  BOOST_TEST(others == 0U);
}

// What nobody asks for refuses no file, whatever it is.
BOOST_AUTO_TEST_CASE(what_no_array_has) {
  const files::Tensors all = golden("others");
  BOOST_TEST(all.get<float>("w")[2] == 3);
  for (const char* name : {"F8_E4M3", "F8_E5M2", "F8_E8M0", "C64"}) {
    const std::string what = error_of([&] { all.as<double>(name); });
    BOOST_TEST(what.find(text(": it is ", name,
                              ", which no array has; these become numbers: F64 F32 "
                              "F16 BF16 I64")) != std::string::npos,
               what);
  }
  const files::Tensors empty = golden("empty");
  BOOST_TEST(empty.as<float>("w").rank() == 7);
  BOOST_TEST(empty.as<double>("scalar").item() == 2.5);
  BOOST_TEST(empty.as<std::int32_t>("count").item() == 7);
  BOOST_TEST(empty.as<float>("flag").item() == 1);
  BOOST_TEST((empty.as<float>("none.too").shape() == Shape{3, 0, 2}));
  BOOST_TEST((empty.as<float>("none.F16").shape() == Shape{0, 2}));
  BOOST_TEST(error_of([&] { empty.as<float>("long"); }) ==
             "tensor long [1,1,1,1,1,1,1,2]: a shape of 8 axes; at most 7 are supported: reshape");
}

BOOST_AUTO_TEST_CASE(names) {
  const files::Tensors all = golden("names");
  for (const std::string& name :
       {std::string(), std::string("two\nlines"), std::string("a \"quoted\" one"),
        std::string("重み"), std::string("null\0byte", 9)}) {
    BOOST_TEST(all.tensors.contains(name));
  }
  BOOST_TEST(all.metadata.at("of") == "\"names\"\n");
  BOOST_TEST(golden("metadata").metadata.size() == 1U);
}

// Loading a layer of PyTorch's, with the count that its BatchNorm keeps beside it.
BOOST_AUTO_TEST_CASE(parameters_of_another_tool) {
  Random random{1};
  nn::Linear<double> model({.in = 3, .out = 4}, random);
  const files::Tensors all = golden("batch_norm");
  BOOST_TEST(all.as<std::int32_t>("1.num_batches_tracked").item() == 1);
  Parameters<double> parameters;
  parameters.add("bias", model.b);
  const LoadReport report = load_parameters(all, parameters, Partial{.prefix = "0."});
  BOOST_TEST(report.str() ==
             "loaded (1): bias\n"
             "not used of the file (6): 0.weight 1.bias 1.num_batches_tracked 1.running_mean "
             "1.running_var 1.weight\n");
  BOOST_TEST(differences(model.b.value(), all.as<double>("0.bias")) == 0U);
}

// save_model writes a shared weight once.
BOOST_AUTO_TEST_CASE(tied_weights) {
  const files::Tensors all = golden("tied");
  BOOST_TEST(all.tensors.size() == 1U);
  Random random{1};
  Param<float> w{Array<float>(Shape{3, 2})}, other{Array<float>(Shape{3, 2})};
  const auto named = [](const Param<float>& readout, const Param<float>& embedding) {
    Parameters<float> out;
    out.add("readout.weight", readout);
    out.add("embedding.weight", embedding);
    return out;
  };
  load_parameters(all, named(w, w));
  BOOST_TEST(w.value()[0] != 0);
  BOOST_TEST(load_parameters(all, named(other, other), Partial{}).not_found.empty());
  BOOST_TEST(differences(w.value(), other.value()) == 0U);
  BOOST_TEST(load_parameters(all, named(w, other), Partial{}).not_found.size() == 1U);
  BOOST_TEST(error_of([&] { load_parameters(all, named(w, other)); }).find("no tensor ") !=
             std::string::npos);
}

// What is read is written again to the byte, so the package reads our files. With ENGRAM_PYTHON, a
// Python that has it, it is asked.
BOOST_AUTO_TEST_CASE(the_package_reads_our_files) {
  const ScratchFolder folder("interchange");
  for (const fs::path& path : golden_files()) {
    files::save(folder / path.filename(), files::load(path));
    BOOST_TEST(bytes_of(folder / path.filename()) == bytes_of(path), path.filename());
  }
  BOOST_TEST(folder.files() == 8U);
  if (const char* python = std::getenv("ENGRAM_PYTHON")) {
    const std::string command = text(python, " ", ENGRAM_SOURCE_DIR,
                                     "/tests/golden/interchange.py check ", folder.path.string());
    BOOST_TEST(std::system(command.c_str()) == 0);
  } else {
    BOOST_TEST_MESSAGE("ENGRAM_PYTHON is not set: the safetensors package is not asked");
  }
}

// Headers are taken and refused as by the package, but where it says why not.
BOOST_AUTO_TEST_CASE(headers) {
  const ScratchFolder folder("interchange");
  const auto cases = nlohmann::json::parse(bytes_of(kGolden / "headers.json"));
  int accepted = 0;
  for (const auto& one : cases) {
    std::string header = one.value("header", "");
    const std::string hex = one.value("hex", "");
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      header += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    const std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    write_bytes(folder / "a",
                bytes + header + std::string(one.at("data").get<std::size_t>(), '\1'));
    const bool expected = one.at("accepted").get<bool>() != one.contains("differs");
    const std::string what = error_of([&] { files::load(folder / "a"); });
    BOOST_TEST((what == "no error") == expected, one.dump(-1, ' ', true) << "\n  " << what);
    accepted += expected;
  }
  BOOST_TEST(cases.size() > 500U);
  BOOST_TEST(accepted > 40);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
