// The program of .ci/fuzz: engram_fuzz --target=NAME [libFuzzer's flags and folders].
#include <atomic>
#include <cstdlib>
#include <iostream>

#include <sanitizer/allocator_interface.h>

#include "engram/tests/fuzz/fuzz.hpp"

namespace {

using namespace engram::fuzz;

const Target* target = nullptr;

// Bytes that a run holds. What was taken before it and is given back in it makes this negative.
std::atomic<std::int64_t> held{0}, most_held{0};

void took(const volatile void*, std::size_t size) {
  const auto now = held += static_cast<std::int64_t>(size);
  auto most = most_held.load();
  while (now > most && !most_held.compare_exchange_weak(most, now)) {
  }
}
void gave_back(const volatile void* memory) {
  held -=
      static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr std::string_view flag = "--target=";
  for (int k = 1; k < *count; ++k) {
    const std::string_view argument((*arguments)[k]);
    if (!argument.starts_with(flag)) continue;
    for (const auto targets : {library_targets(), application_targets()}) {
      for (const Target& t : targets) {
        if (argument.substr(flag.size()) == t.name) target = &t;
      }
    }
  }
  if (!target) {
    std::cerr << "engram_fuzz needs --target= with the name of a folder in tests/fuzz/corpus\n";
    std::exit(2);
  }
  __sanitizer_install_malloc_and_free_hooks(took, gave_back);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  held = most_held = 0;
  run(*target, {data, size});
  constexpr std::int64_t kMegabyte = 1 << 20;
  const std::int64_t allowed = 2 * static_cast<std::int64_t>(size) + 64 * kMegabyte;
  require(most_held <= allowed, "held ", most_held, " bytes for ", size, " bytes of input");
  return 0;
}
