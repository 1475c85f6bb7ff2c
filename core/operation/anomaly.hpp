// Anomalies: the first NaN or infinity that a program makes, where it is made. Internal: users call
// Tape::detect_anomalies.
#pragma once

#include <span>
#include <string_view>

#include "engram/core/tape.hpp"

namespace engram {

/// Throws `Error` when `y`, the result of operation `name` on `inputs`, has a NaN or an infinity.
template <class T>
void refuse_anomaly(std::string_view name, const Var<T>& y, std::span<const Id> inputs);

/// The same for `dx`, which operation `id` has added to the gradient of its input `input`.
template <class T>
void refuse_anomaly(Tape<T>& tape, Id id, std::size_t input, const Array<T>& dx,
                    const Array<T>& dy);

}  // namespace engram
