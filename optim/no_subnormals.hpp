// NoSubnormals: arithmetic that does not slow down at the lower end of the range. Internal.
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace engram::optim {

/// While it lives, the arithmetic of this thread takes numbers under the smallest normal one for 0
/// and makes none: moments that fade end at 0, where a root or a quotient of a subnormal number
/// takes many times as long as of another. On processors other than x86 it does nothing.
class NoSubnormals {
 public:
#if defined(__SSE__)
  NoSubnormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kFlushResults | kFlushOperands); }
  ~NoSubnormals() { _mm_setcsr(before_); }
#else
  NoSubnormals() {}
  ~NoSubnormals() {}
#endif
  NoSubnormals(const NoSubnormals&) = delete;
  NoSubnormals& operator=(const NoSubnormals&) = delete;

 private:
#if defined(__SSE__)
  static constexpr unsigned kFlushResults = 0x8000, kFlushOperands = 0x0040;
  unsigned before_;
#endif
};

}  // namespace engram::optim
