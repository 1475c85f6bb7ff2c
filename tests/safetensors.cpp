// Files of tensors: what is written is read, damage is found, and no file is ever half-written.
#include "engram/core/safetensors.hpp"

#include <algorithm>
#include <cstring>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "engram/core/random.hpp"
#include "engram/tests/scratch_folder.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& header, std::size_t data_size) {
  const std::uint64_t length = header.size();
  std::string out(sizeof length, '\0');
  std::memcpy(out.data(), &length, sizeof length);
  return out + header + std::string(data_size, '\1');
}

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return error.what();
  }
  return "";
}
bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

files::Tensors sample() {
  files::Tensors out;
  out.metadata = {{"step", "12"}, {"of \"whom\"", "Hochreiter, Schmidhuber; Grüße\n"}};
  out.tensors["w"] = Random{1}.normal<float>({3, 5});
  out.tensors["v"] = Random{2}.normal<double>({7});
  out.tensors["ids"] = Indices({2, 2}, {1, -2, 3, 2147483647});
  out.tensors["scalar"] = Array<double>::scalar(-0.0);
  out.tensors["empty"] = Array<float>(Shape{0, 4});
  out.tensors["half"] =
      files::stored(Array<float>({3}, {1.5f, -0.0f, 3e-6f}), files::Precision::f16);
  out.tensors["brief"] = files::stored(Array<double>({1, 2}, {1e38, 0.1}), files::Precision::bf16);
  return out;
}

template <class T>
bool same(const Array<T>& a, const Array<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0;
}

void check_sample(const files::Tensors& got) {
  const files::Tensors expected = sample();
  BOOST_TEST((got.metadata == expected.metadata));
  BOOST_TEST(got.tensors.size() == expected.tensors.size());
  for (const char* name : {"w", "empty"})
    BOOST_TEST(same(got.get<float>(name), expected.get<float>(name)));
  for (const char* name : {"v", "scalar"})
    BOOST_TEST(same(got.get<double>(name), expected.get<double>(name)));
  BOOST_TEST(same(got.get<std::int32_t>("ids"), expected.get<std::int32_t>("ids")));
  for (const char* name : {"half", "brief"})
    BOOST_TEST(same(got.as<double>(name), expected.as<double>(name)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors)

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  const ScratchFolder folder("safetensors");
  files::save(folder / "a", sample());
  check_sample(files::load(folder / "a"));
  files::save(folder / "a", files::Tensors());
  BOOST_TEST(files::load(folder / "a").tensors.empty());
  BOOST_TEST(folder.files() == 1U);
}

// The header as other tools see it: padded to 8 bytes, the wider type first, no holes.
BOOST_AUTO_TEST_CASE(the_layout_is_the_published_one) {
  const ScratchFolder folder("safetensors");
  files::Tensors tensors;
  tensors.metadata["format"] = "pt";
  tensors.tensors["a"] = Array<float>({2}, {1, 2});
  tensors.tensors["b"] = Array<double>({1, 1}, {3});
  files::save(folder / "a", tensors);
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})";
  std::string expected = header;
  expected.resize((header.size() + 7) / 8 * 8, ' ');
  expected = file_of(expected, 0);
  const double b = 3;
  const float a[] = {1, 2};
  expected.append(reinterpret_cast<const char*>(&b), 8).append(reinterpret_cast<const char*>(a), 8);
  BOOST_TEST(bytes_of(folder / "a") == expected);
}

BOOST_AUTO_TEST_CASE(a_tensor_that_is_not_there) {
  const files::Tensors tensors = sample();
  BOOST_TEST(
      error_of([&] { tensors.get<float>("x"); }) ==
      "no tensor x; there are: brief BF16 [1,2], empty F32 [0,4], half F16 [3], ids I32 [2,2], "
      "scalar F64 [], v F64 [7], w F32 [3,5]");
  BOOST_TEST(error_of([&] { tensors.get<double>("w"); }) == "tensor w is F32 [3,5], not F64");
  BOOST_TEST(error_of([&] { tensors.get<float>("half"); }) == "tensor half is F16 [3], not F32");
  BOOST_TEST(error_of([&] { files::Tensors().get<float>("x"); }) == "no tensor x; there are: none");
  // The names of a file do nothing to a terminal, and there may be many.
  files::Tensors many;
  for (int k = 0; k < 1000; ++k) many.tensors[text(1000 + k)] = Array<float>();
  many.tensors["\x1b[31m\n"] = Array<float>();
  const std::string what = error_of([&] { many.get<float>(std::string(10000, 'x')); });
  BOOST_TEST(contains(what, "there are: \"\\u001b[31m\\n\" F32 [0], 1000 F32 [0]"));
  BOOST_TEST(what.ends_with(" and 981 more"));
  BOOST_TEST(what.size() < 700);
}

BOOST_AUTO_TEST_CASE(damaged_files) {
  const ScratchFolder folder("safetensors");
  const fs::path path = folder / "a";
  const auto refused = [&](const std::string& bytes, const std::string& why) {
    write_bytes(path, bytes);
    const std::string what = error_of([&] { files::load(path); });
    BOOST_TEST(contains(what, why), what << "\n  does not say: " << why);
    BOOST_TEST(contains(what, path.string()));
  };
  const auto header = [&](const std::string& json, std::size_t data, const std::string& why) {
    refused(file_of(json, data), why);
  };
  const auto tensor = [&](const std::string& json, std::size_t data, const std::string& why) {
    header("{\"w\":" + json + "}", data, why);
    BOOST_TEST(contains(error_of([&] { files::load(path); }), "tensor \"w\": "));
  };
  refused("", "it has only 0 bytes");
  refused("1234567", "it has only 7 bytes");
  refused(std::string(8, '\0'), "does not begin with {");
  refused(std::string(20, '\xff'), "speaks of a header of 18446744073709551615");
  refused(file_of("{}", 0).substr(0, 9), "it has 9 bytes and speaks of a header of 2");
  header("{", 0, "the header is no JSON");
  header("{}x", 0, "the header is no JSON");
  header(" {}", 0, "does not begin with {");
  header("{\"a\xff\":1}", 0, "the header is no JSON");
  header("{}", 3, "end at byte 0 of the data, the file at 3");
  header("{\"w\":" + std::string(100000, '[') + "}", 0, "a list where a table");
  header(R"({"w":{"x":)" + std::string(100000, '[') + "}}", 0, "nested deeper than 64");
  header("{}" + std::string(3, '\0'), 0, "a byte 0 at place 2");
  header(R"({"__metadata__":3})", 0, "no table of strings");
  header(R"({"__metadata__":{"a":3}})", 0, "\"a\" is 3, no string");
  header(R"({"__metadata__":{"a":"b","a":"c"}})", 0, "the header has \"a\" twice");
  std::string strings = R"("a":"")";
  for (int k = 0; k < 100'000; ++k) strings += text(",\"", k, "\":\"\"");
  header("{\"__metadata__\":{" + strings + "}}", 0, "more than 100000 strings");
  const std::string good = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  header("{\"w\":" + good + ",\"w\":" + good + "}", 4, "the header has \"w\" twice");
  tensor("4", 0, "4 where a table");
  tensor("[]", 0, "a list where a table");
  tensor(R"({"shape":[1],"data_offsets":[0,4]})", 4, "no dtype");
  tensor(R"({"dtype":"F32","data_offsets":[0,4]})", 4, "no shape");
  tensor(R"({"dtype":"F32","shape":[1]})", 4, "no data_offsets");
  tensor(R"({"dtype":4,"shape":[1],"data_offsets":[0,4]})", 4, "dtype is 4, no string");
  tensor(R"({"dtype":"F32","dtype":"F32"})", 4, "dtype is given twice");
  tensor(R"({"dtype":"F4","shape":[3],"data_offsets":[0,2]})", 2,
         "F4 [3] has too many numbers, or");
  header(R"({"w":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 5, "end at byte 4");

  const auto placed = [&](const std::string& shape, const std::string& offsets, std::size_t data,
                          const std::string& why) {
    tensor(R"({"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}", data, why);
  };
  placed("1", "[0,4]", 4, "shape is 1, no list");
  placed("[-1]", "[0,4]", 4, "shape holds -1; need whole numbers from 0 on");
  placed("[1.0]", "[0,4]", 4, "shape holds 1.0; need whole numbers");
  placed("[\"1\"]", "[0,4]", 4, "shape holds \"1\"; need whole numbers");
  placed("[[1]]", "[0,4]", 4, "shape holds a list; need whole numbers");
  placed("[2147483648]", "[0,4]", 4, "F32 [2147483648] needs 8589934592");
  placed("[99999999999999999999999]", "[0,4]", 4, "need whole numbers");
  std::string ones = "1";
  for (int k = 0; k < 100000; ++k) ones += ",1";
  placed("[" + ones + "]", "[0,4]", 4, "the shape has more than 64 axes");
  placed("[2147483647,2147483647,2147483647]", "[0,4]", 4, "has too many numbers");
  placed("[4611686018427387905]", "[0,4]", 4, "has too many numbers");  // 4 times it is 4
  placed("[4294967296,4294967296,0]", "[0,0]", 0, "has too many numbers");
  placed("[2147483647,99999999]", "[0,4]", 4, "F32 [2147483647,99999999] needs 858993450210065412");
  placed("[2]", "[0,4]", 4, "data_offsets [0,4] hold 4 bytes; F32 [2] needs 8");
  placed("[1]", "[0,8]", 8, "hold 8 bytes; F32 [1] needs 4");
  placed("[1]", "[0,4,4]", 4, "need [begin, end]");
  placed("[1]", "[0]", 4, "holds too few numbers; need [begin, end]");
  placed("[1]", "4", 4, "data_offsets is 4, no list");
  placed("[1]", "[4,0]", 4, "need [begin, end] with begin <= end");
  placed("[1]", "[0,8]", 4, "data_offsets holds 8, and there are 4 bytes");
  placed("[1]", "[-4,0]", 4, "need whole numbers");
  placed("[1]", "[0,18446744073709551615]", 4, "holds 18446744073709551615, and there are 4");
  placed("[1]", "[0,18446744073709551616]", 4, "need whole numbers");
  placed("[1]", "[0,4]", 3, "data_offsets holds 4, and there are 3 bytes");
  placed("[1]", "[4,8]", 8, "begins at byte 4 of the data, which leaves a hole; need 0");
  header("{\"v\":" + good + ",\"w\":" + good + "}", 4,
         "begins at byte 0 of the data, which overlaps");
  header("{\"v\":" + good + "}", 5, "the tensors end at byte 4 of the data, the file at 5");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read) {
  const ScratchFolder folder("safetensors");
  BOOST_TEST(
      contains(error_of([&] { files::load(folder / "missing"); }), "No such file or directory"));
  BOOST_TEST(contains(error_of([&] { files::load(folder.path); }), "Is a directory"));
  BOOST_TEST(contains(error_of([&] { files::load("/dev/zero"); }), "cannot read /dev/zero"));
  BOOST_REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);  // nobody writes: no waiting
  BOOST_TEST(
      contains(error_of([&] { files::load(folder / "fifo"); }), "fifo: it is no regular file"));
  write_bytes(folder / "long", std::string("\x01\xe1\xf5\x05\0\0\0\0", 8));  // 100,000,001
  fs::resize_file(folder / "long", 200'000'000);
  BOOST_TEST(contains(error_of([&] { files::load(folder / "long"); }), "(at most 100000000)"));
}

// Whatever byte is hit: an error, or the header says something else that is in order.
BOOST_AUTO_TEST_CASE(every_flipped_bit_and_every_truncation) {
  const ScratchFolder folder("safetensors");
  const fs::path path = folder / "a";
  files::save(path, sample());
  const std::string whole = bytes_of(path);
  std::uint64_t length = 0;
  std::memcpy(&length, whole.data(), sizeof length);
  int refused = 0;
  const auto attempt = [&](const std::string& bytes) {
    write_bytes(path, bytes);
    const std::string what = error_of([&] { files::load(path); });
    refused += !what.empty();
    return !what.empty();
  };
  for (std::size_t i = 0; i < sizeof length + length; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ 1 << bit);
      const bool failed = attempt(bytes);
      if (i < sizeof length) BOOST_TEST(failed, "a wrong length of the header is accepted");
    }
  }
  BOOST_TEST(refused > static_cast<int>(length) * 4);
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(attempt(whole.substr(0, size)));
  BOOST_TEST(attempt(whole + "x"));
  BOOST_TEST(!attempt(whole));
}

BOOST_AUTO_TEST_CASE(names_that_cannot_be_written) {
  const ScratchFolder folder("safetensors");
  files::Tensors tensors;
  tensors.tensors["__metadata__"] = Array<float>();
  BOOST_TEST(
      contains(error_of([&] { files::save(folder / "a", tensors); }), "no tensor can be called"));
  tensors.tensors.clear();
  tensors.tensors["\xff"] = Array<float>();
  BOOST_TEST(contains(error_of([&] { files::save(folder / "a", tensors); }), "is not UTF-8"));
  BOOST_TEST(folder.files() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
