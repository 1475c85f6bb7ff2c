// print: a tape to look at, as a table or as a graph.
#pragma once

#include <string>

#include "engram/core/tape.hpp"

namespace engram {

/// A line for each entry of the tape: number, operation, inputs, shape, whether a gradient flows
/// through it, its value when it is a single number, and where it was recorded.
template <class T>
std::string table(const Tape<T>& tape);

/// The tape as a graph in the DOT language: `dot -Tsvg` draws it. Boxes are operations, ovals
/// variables and parameters, plain text constants; an arrow points from input to result.
template <class T>
std::string graphviz(const Tape<T>& tape);

}  // namespace engram
