// The earlier place of core/module.hpp.
#pragma once

#include "engram/core/module.hpp"
