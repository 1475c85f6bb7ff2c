// Which mutant this run is of. Any file of ours may include this: it knows nothing.
#pragma once

#include <cstdint>

namespace engram::mutants {

/// What ENGRAM_MUTANT says is to be changed: the number of a site and what becomes of it.
struct Selected {
  std::uint64_t site = 0;
  char change = 0;
};
extern const Selected selected;

inline bool at(std::uint64_t site) { return selected.site == site; }

}  // namespace engram::mutants
