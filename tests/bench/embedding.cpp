#include "engram/tests/bench/bench.hpp"
namespace engram::bench {
Json embedding(const Options&) { return {}; }
}  // namespace engram::bench
