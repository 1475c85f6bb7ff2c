// What the headers of platforms define, for .ci/check-headers: a program may include them before
// Engram's, and then a name of ours that is one of these macros means something else.
#pragma once

// Those that are here, with all they define.
#include <cmath>  // M_PI, M_E, and where it still is: DOMAIN, OVERFLOW

#include <complex.h>  // I
#include <ctype.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/param.h>      // MIN, MAX
#include <sys/sysmacros.h>  // major, minor
#include <termios.h>        // B0, B50, ECHO, NL0, CR1
