#include "engram/core/operation/anomaly.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace engram {
namespace {

// "[2,3] in [-1, 2.5]", of what is a number, and how many elements are none.
template <class T>
std::string range(const Array<T>& x) {
  const Array<T> values = x.dense();
  T low = 0, high = 0;
  Index finite = 0;
  for (const T v : values) {
    if (!std::isfinite(v)) continue;
    low = finite == 0 ? v : std::min(low, v);
    high = finite == 0 ? v : std::max(high, v);
    ++finite;
  }
  std::string out = text(x.shape());
  if (finite > 0) out += text(" in [", low, ", ", high, "]");
  if (finite < x.size()) out += text(" and ", x.size() - finite, " not finite");
  return out;
}

template <class T>
std::string range(const Node<T>& node) {
  return node.is_gone ? text(node.value.shape(), " given back") : range(node.value);
}

// Where `x` is not finite and with what, or nothing.
template <class T>
std::string anomaly(const Array<T>& x) {
  const Array<T> values = x.dense();
  const auto bad =
      std::find_if(values.begin(), values.end(), [](T v) { return !std::isfinite(v); });
  if (bad == values.end()) return {};
  return text(values.shape(), " is ", *bad, " at element ", bad - values.begin());
}

template <class T>
std::string ranges(const Tape<T>& tape, std::span<const Id> inputs) {
  std::string out;
  for (std::size_t k = 0; k < inputs.size() && k < 4; ++k) {
    out += text("; input ", k, " ", range(tape.node(inputs[k])));
  }
  return out;
}

}  // namespace

template <class T>
void refuse_anomaly(std::string_view name, const Var<T>& y, std::span<const Id> inputs) {
  Tape<T>& tape = y.tape();
  const std::string found = anomaly(tape.strided(y));
  if (found.empty()) return;
  throw located(
      std::string(name),
      Error(text("the result ", found, ", entry ", y.id(), " of the tape", ranges(tape, inputs))),
      tape.node(y).site);
}

template <class T>
void refuse_anomaly(Tape<T>& tape, Id id, std::size_t input, const Array<T>& dx,
                    const Array<T>& dy) {
  const std::string found = anomaly(dx);
  if (found.empty()) return;
  fail("the gradient of input ", input, " ", found, ", at entry ", id, " of the tape; upstream ",
       range(dy), ranges(tape, tape.inputs(tape.node(id))));
}

template void refuse_anomaly(std::string_view, const Var<float>&, std::span<const Id>);
template void refuse_anomaly(std::string_view, const Var<double>&, std::span<const Id>);
template void refuse_anomaly(Tape<float>&, Id, std::size_t, const Array<float>&,
                             const Array<float>&);
template void refuse_anomaly(Tape<double>&, Id, std::size_t, const Array<double>&,
                             const Array<double>&);

}  // namespace engram
