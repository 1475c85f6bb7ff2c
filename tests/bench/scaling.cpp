#include "engram/tests/bench/bench.hpp"
namespace engram::bench {
Json scaling(const Options&) { return {}; }
}  // namespace engram::bench
