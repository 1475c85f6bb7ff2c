// The earlier place of core/summary.hpp.
#pragma once

#include "engram/core/summary.hpp"
