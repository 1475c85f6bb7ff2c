// broadcast_to and accumulate live in core: summing gradients is made of them.
#pragma once

#include "engram/core/operation/accumulate.hpp"
