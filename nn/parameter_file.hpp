// The earlier place of core/parameter_file.hpp.
#pragma once

#include "engram/core/parameter_file.hpp"

namespace engram::nn {
using engram::load_parameters;
using engram::LoadReport;
using engram::Partial;
using engram::put_parameters;
using engram::save_parameters;
using namespace files;
}  // namespace engram::nn
