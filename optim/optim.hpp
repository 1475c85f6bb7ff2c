// The catalogue of optimisers and what goes with them.
#pragma once

#include "engram/optim/adam.hpp"        // steps scaled by moments of the gradient
#include "engram/optim/adamw.hpp"       // the same, weights decayed apart from the gradient
#include "engram/optim/clip.hpp"        // gradients of bounded length
#include "engram/optim/plateau.hpp"     // a rate that falls when the loss no longer does
#include "engram/optim/schedule.hpp"    // rates by epoch
#include "engram/optim/sgd.hpp"         // gradient descent, momentum, Nesterov
#include "engram/optim/state_file.hpp"  // an optimiser's state in a file
