// xsimd, the one place where it is included; and which processor it is compiled for.
#pragma once

// g++ 12 takes the "undefined" operand inside its own AVX-512 intrinsics for a mistake of ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
// A parameter in xsimd; the imaginary unit after <complex.h>.
#pragma push_macro("I")
#undef I
#include <xsimd/xsimd.hpp>
#pragma pop_macro("I")
#pragma GCC diagnostic pop

namespace engram {

/// Only the one that the library was compiled for is defined, in core/loops/simd.cpp.
template <class Processor>
struct LibraryCompiledFor {
  static const char same_march_as_this_program;
};

// Kernels are templates: a program and the library that were compiled for different processors
// (-march) have the same functions with batches of different sizes, and the linker would keep
// either. So every file of either refers to what only a library for the same processor has: a
// program for another one does not link, and the missing name says why. Not inline: two files of
// one program must agree too, and the linker would keep the reference of one of them.
[[gnu::used, gnu::retain]] static const char* const kSameProcessor =
    &LibraryCompiledFor<xsimd::default_arch>::same_march_as_this_program;

}  // namespace engram
