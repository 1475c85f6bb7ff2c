// Reading a part of a file, and files of any size: time with the number of tensors, memory with
// their bytes.
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "engram/core/safetensors.hpp"
#include "engram/tests/scratch_folder.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;

files::Tensors many(int count) {
  files::Tensors out;
  for (int k = 0; k < count; ++k) {
    out.tensors[text("layer", k, ".w")] = Array<float>({2}, {static_cast<float>(k), 1});
  }
  return out;
}

double processor_seconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

// Seconds to write and to read that many tensors.
double seconds(const fs::path& path, int count) {
  const files::Tensors written = many(count);
  const double before = processor_seconds();
  files::save(path, written);
  const files::Tensors read = files::load(path);
  const double took = processor_seconds() - before;
  BOOST_TEST(read.tensors.size() == static_cast<std::size_t>(count));
  BOOST_TEST(read.get<float>(text("layer", count - 1, ".w"))[0] == static_cast<float>(count - 1));
  return took;
}

// A file of one large tensor, of which nothing is on the disk, and one of two numbers behind it.
void write_sparse(const fs::path& path, std::uint64_t numbers) {
  const std::uint64_t end = 4 * numbers;
  std::string header =
      text(R"({"large":{"dtype":"F32","shape":[)", numbers, R"(],"data_offsets":[0,)", end,
           R"(]},"small":{"dtype":"F32","shape":[2],"data_offsets":[)", end, ",", end + 8, "]}}");
  const std::uint64_t length = header.size();
  write_bytes(path, std::string(reinterpret_cast<const char*>(&length), sizeof length) + header);
  fs::resize_file(path, sizeof length + length + end);
  const float values[] = {3, 4};
  std::ofstream(path, std::ios::binary | std::ios::app)
      .write(reinterpret_cast<const char*>(values), sizeof values);
}

// The most memory that the process has had, in kB.
[[maybe_unused]] long peak() {  // the sanitizers' own is no measure
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors_reading)

BOOST_AUTO_TEST_CASE(patterns) {
  const auto matches = [](const std::string& pattern, const std::string& name) {
    return matching({"nothing", pattern})(name);
  };
  for (const char* pattern : {"encoder.w", "*", "encoder.*", "*.w", "e*.w", "*coder*", "**",
                              "?ncoder.?", "e*d*r*w", "encoder.w*"}) {
    BOOST_TEST(matches(pattern, "encoder.w"), pattern);
  }
  for (const char* pattern :
       {"", "encoder", "encoder.", "?", "*.b", "encoder.w?", "ncoder.w", "*.w.*"}) {
    BOOST_TEST(!matches(pattern, "encoder.w"), pattern);
  }
  BOOST_TEST(matches("", ""));
  BOOST_TEST(matches("*", ""));
  BOOST_TEST(!matching({})("a"));
  // A pattern that nearly matches in very many ways.
  std::string stars;
  for (int k = 0; k < 50; ++k) stars += "*a";
  BOOST_TEST(!matches(stars + "b", std::string(5000, 'a')));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_file) {
  const ScratchFolder folder("reading");
  files::Tensors written = many(3);
  written.tensors["head"] = Array<double>({1}, {5});
  written.metadata["step"] = "7";
  files::save(folder / "a", written);
  const files::Tensors read = files::load(folder / "a", matching({"layer?.w", "missing"}));
  BOOST_TEST(read.tensors.size() == 3U);
  BOOST_TEST(read.metadata.at("step") == "7");
  BOOST_TEST((read.not_read == std::vector<std::string>{"head"}));
  BOOST_TEST(error_of([&] { read.get<double>("head"); }) ==
             "tensor head is in the file, but load was not asked for it");
  BOOST_TEST(files::load(folder / "a", [](const std::string&) { return false; }).not_read.size() ==
             4U);
  BOOST_TEST(files::load(folder / "a").not_read.empty());
}

// Beyond 32 bits, and without the memory for what is not wanted.
BOOST_AUTO_TEST_CASE(a_file_of_many_gigabytes) {
  const ScratchFolder folder("reading");
  write_sparse(folder / "a", (std::uint64_t{1} << 31) + 5);
  const files::Tensors read = files::load(folder / "a", matching({"small"}));
  BOOST_TEST(read.get<float>("small")[1] == 4);
  // An extent that no array has refuses nothing either.
  BOOST_TEST((read.not_read == std::vector<std::string>{"large"}));
}

// The square of their number would be 16 times the time.
BOOST_AUTO_TEST_CASE(time_goes_with_the_number_of_tensors) {
  const ScratchFolder folder("reading");
  const double few = seconds(folder / "few", 20'000), much = seconds(folder / "many", 80'000);
  BOOST_TEST_MESSAGE("20,000 tensors: " << few << " s, 80,000: " << much << " s");
  BOOST_TEST(much < 10 * few);
  BOOST_TEST(much < 20);
}

// Twice the file and 64 MB, beside what is left of each tensor; in a process that has had no more.
BOOST_AUTO_TEST_CASE(memory_goes_with_the_size_of_the_file) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  BOOST_TEST_MESSAGE("skipped: the sanitizers keep memory of their own");
#else
  const ScratchFolder folder("reading");
  constexpr int kCount = 300'000;
  {  // as much header as there can be for a tensor without numbers
    std::ostringstream header;
    header << "{";
    for (int k = 0; k < kCount; ++k) {
      header << (k ? "," : "") << '"' << k << R"(":{"dtype":"F","shape":[],"data_offsets":[0,0]})";
    }
    header << "}";
    const std::string text = header.str();
    const std::uint64_t length = text.size();
    write_bytes(folder / "names", std::string(reinterpret_cast<const char*>(&length), 8) + text);
    files::Tensors large;
    large.tensors["a"] = Array<float>(Shape{5'000'000});
    large.tensors["b"] = files::stored(Array<float>(Shape{20'000'000}), files::Precision::bf16);
    files::save(folder / "large", large);
  }
  for (const auto& [name, tensors] : {std::pair{"names", kCount}, std::pair{"large", 2}}) {
    const auto file = static_cast<long>(fs::file_size(folder / name) / 1024);
    const long most = 2 * file + 64 * 1024 + tensors * 300L / 1024;
    const pid_t child = fork();
    if (child == 0) {
      std::ofstream("/proc/self/clear_refs") << "5";  // the peak is what there is now
      const long before = peak();
      const files::Tensors read = files::load(folder / name);
      const long took = peak() - before;
      _exit(read.tensors.size() == static_cast<std::size_t>(tensors) && before > 0 && took <= most
                ? 0
                : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    BOOST_TEST(status == 0, name << " takes more than " << most << " kB");
  }
#endif
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
