// The environment variable ENGRAM_PROFILE, which is read here and nowhere else.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "engram/core/profile.hpp"

namespace engram {
namespace {

// Never destroyed: tapes of other threads may be at work to the end.
struct Asked {
  std::filesystem::path trace;  // empty: only the report
  Profile profile{trace.empty() ? 0U : 1'000'000U};
};

Asked* asked();

void finish() {
  try {
    const Asked& what = *asked();
    std::fflush(stdout);  // where both are one, the report is the last
    std::fprintf(stderr, "\n%s", what.profile.report().c_str());
    if (what.trace.empty()) return;
    what.profile.write_trace(what.trace);
    std::fprintf(stderr, "\ntrace: %s (open it in https://ui.perfetto.dev)\n", what.trace.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr,
                 "\nENGRAM_PROFILE: %s; set it to 1 for a report alone, or to the name of a "
                 "file that can be written\n",
                 error.what());
  }
}

Asked* begin() {
  const char* value = std::getenv("ENGRAM_PROFILE");
  const std::string_view wish = value ? value : "";
  if (wish.empty() || wish == "0") return nullptr;
  std::atexit(finish);
  // The program may change its folder meanwhile.
  return new Asked{wish == "1" ? std::filesystem::path() : std::filesystem::absolute(wish)};
}

Asked* asked() {
  static Asked* const once = begin();
  return once;
}

}  // namespace

Profile* Profile::of_environment() {
  Asked* const what = asked();
  return what ? &what->profile : nullptr;
}

}  // namespace engram
