// The short and the lower-case macros of headers that are not on every machine, for
// .ci/check-headers. These take part after the standard library, which does not survive all of them
// either. Not here: Arduino's abs(x), round(x), F(x): where they are, TBB and a BLAS are not.
#pragma once

// windows.h: minwindef.h, rpcndr.h, combaseapi.h, wingdi.h, winbase.h, winnt.h, dlgs.h
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define near
#define far
#define small char
#define hyper long long
#define interface struct
#define pascal
#define cdecl
#define uuid
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define ERROR 0
#define ABSOLUTE 1
#define RELATIVE 2
#define TRANSPARENT 1
#define OPAQUE 2
#define DIFFERENCE 11
#define DELETE 0x10000
#define IGNORE 0
#define INFINITE 0xFFFFFFFF
#define NO_ERROR 0
#define STRICT 1
#define UNDERFLOW 4
#define Yield()
#define lst1 0x460
#define scr1 0x490

// X11: X.h, Xlib.h
#define None 0L
#define Always 2
#define Above 0
#define Below 1
#define Bool int
#define Status int
#define True 1
#define False 0
#define Success 0
#define Complex 0
#define Convex 2
#define Unsorted 0
#define CurrentTime 0L

// Arduino's binary.h and the constants beside it, also in what imitates it on Linux.
#ifndef B0
#define B0 0
#endif
#define B1 1
#define B10 2
#define PI 3.1415926535897932384626433832795
#define EULER 2.718281828459045235360287471352
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define CHANGE 1
#define DEFAULT 1
#define INTERNAL 3

// What programs of numbers like to call Euler's.
#define E 2.718281828459045235360287471352
