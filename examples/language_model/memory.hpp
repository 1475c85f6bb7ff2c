// Memory: how much of it a program can still have.
#pragma once

#include <cstdint>

namespace engram::language_model {

/// Bytes that this process could use before the system, its control group or a limit of its own
/// (ulimit -v) refuses or kills it; UINT64_MAX where nothing says so. An estimate: others use
/// memory too.
std::uint64_t memory_available();

}  // namespace engram::language_model
