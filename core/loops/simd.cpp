#include "engram/core/loops/simd.hpp"

namespace engram {

template <class Processor>
const char LibraryCompiledFor<Processor>::same_march_as_this_program = 0;

template struct LibraryCompiledFor<xsimd::default_arch>;

}  // namespace engram
