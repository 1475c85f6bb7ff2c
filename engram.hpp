// Engram: everything, for a program that uses it.
#pragma once

#include "engram/core/derivatives.hpp"
#include "engram/core/gradcheck.hpp"
#include "engram/core/parameter_file.hpp"
#include "engram/core/shards.hpp"
#include "engram/core/summary.hpp"
#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/nn/adaptive_softmax.hpp"
#include "engram/nn/crf.hpp"
#include "engram/nn/embedding.hpp"
#include "engram/nn/linear.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/nn/rnn.hpp"
#include "engram/ops/ops.hpp"
#include "engram/optim/optim.hpp"
