// Pointers into an array that is gone at the end of the line.
#include <span>

#include "engram/core/tape.hpp"

namespace engram {
namespace {

double sum_of(Tape<double>& tape, const Var<double>& loss, const Param<double>& w) {
  const Array<double> kept = loss.value();
  const double* right = kept.data();
  double total = *right + loss.item() + loss.value()[0];
  const double* wrong = loss.value().data();  // error: deleted
  for (const double v : kept.values()) total += v;
  for (const double v : loss.value()) total += v;
  for (const double v : loss.value().values()) total += v;  // error: deleted
  total += *kept.begin() + *(kept.end() - 1);
  total += *loss.value().begin();      // error: deleted
  total += *(loss.value().end() - 1);  // error: deleted
  Array<double> own({2});
  own.edit()[0] = 1;
  Array<double>({2}).edit()[0] = 1;         // error: deleted
  Array<double>({2}).edit_shared()[0] = 1;  // error: deleted

  const Gradients<double> gradients = tape.backward(loss);
  const Gradient<double>* of_w = gradients.find(w);
  of_w = tape.backward(loss).find(w);  // error: deleted
  for (const auto& entry : tape.backward(loss).entries()) total += entry.gradient.values()[0];
  const Shape& shape = loss.value().shape();
  return total + static_cast<double>(shape.size() + of_w->shape().size());
}

}  // namespace

double use(Tape<double>& tape, const Var<double>& loss, const Param<double>& w) {
  return sum_of(tape, loss, w);
}

}  // namespace engram
