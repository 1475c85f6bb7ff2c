#include "engram/tests/bench/bench.hpp"
namespace engram::bench {
Json generate(const Options&) { return {}; }
}  // namespace engram::bench
