// One measurement, one line of JSON:  engram_bench train --config char-128 --system engram
// ./bench.sh runs these in turn with their peers and makes the tables.
#include <charconv>
#include <functional>
#include <iostream>
#include <map>

#include "engram/core/error.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {
namespace {

const std::map<std::string, std::function<Json(const Options&)>>& benchmarks() {
  static const std::map<std::string, std::function<Json(const Options&)>> all{
      {"about", about},         {"chain", chain},       {"curvature", curvature},
      {"embedding", embedding}, {"generate", generate}, {"scaling", scaling},
      {"train", train}};
  return all;
}

template <class Number>
Number number(const std::string& flag, const std::string& value) {
  Number out{};
  const auto end = value.data() + value.size();
  if (std::from_chars(value.data(), end, out).ptr != end || !(out > 0)) {
    fail(flag, " ", value, ": need a number above 0");
  }
  return out;
}

Json run(const std::vector<std::string>& words) {
  const auto found = words.empty() ? benchmarks().end() : benchmarks().find(words[0]);
  if (found == benchmarks().end()) {
    fail("need what to measure: about, chain, curvature, embedding, generate, scaling or train");
  }
  Options options;
  for (std::size_t k = 1; k < words.size(); k += 2) {
    const std::string& flag = words[k];
    if (k + 1 == words.size()) fail(flag, " needs a value");
    if (flag == "--config") {
      options.config = words[k + 1];
    } else if (flag == "--system") {
      options.system = words[k + 1];
    } else if (flag == "--steps") {
      options.steps = number<Index>(flag, words[k + 1]);
    } else if (flag == "--threads") {
      options.threads = number<int>(flag, words[k + 1]);
    } else if (flag == "--seconds") {
      options.seconds = number<double>(flag, words[k + 1]);
    } else {
      fail(flag, " is not known; --config, --system, --steps, --threads and --seconds are");
    }
  }
  return found->second(options);
}

}  // namespace
}  // namespace engram::bench

int main(int count, char** words) {
  try {
    std::cout << engram::bench::run({words + 1, words + count}).dump() << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "engram_bench: " << error.what() << "\n";
    return 1;
  }
}
