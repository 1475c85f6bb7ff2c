// Engram: everything, for a program that uses it.
#pragma once

#include "engram/core/gradcheck.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/ops.hpp"
