// The earlier place of core/safetensors.hpp.
#pragma once

#include "engram/core/safetensors.hpp"

namespace engram::nn {
using namespace files;
}  // namespace engram::nn
