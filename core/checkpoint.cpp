#include "engram/core/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "engram/core/backward/backward.hpp"
#include "engram/core/operation/composition.hpp"
#include "engram/core/record.hpp"
#include "engram/core/tape/captures.hpp"

namespace engram {
namespace {

template <class T>
using Function = std::function<Var<T>(std::span<const Var<T>>)>;

// Throws unless f computed again what it did at first, but for rounding: a product with a matrix
// that others were multiplied by since takes its terms in another order (PackedWeights).
template <class T>
void check_repeats(const Array<T>& first, const Array<T>& again) {
  constexpr auto kRemedy =
      "; it must do the same each time: let it draw from the generator that it is given by "
      "checkpoint(f, xs, random), and read nothing that changes";
  if (again.shape() != first.shape()) {
    fail("f gave a value of shape ", again.shape(), " when it ran again, of shape ", first.shape(),
         " before", kRemedy);
  }
  const auto magnitude = [](T y) { return std::isfinite(y) ? std::abs(y) : T{0}; };
  T largest = 0;
  for (const T y : first) largest = std::max(largest, magnitude(y));
  const T tolerance = std::sqrt(std::numeric_limits<T>::epsilon()) * largest;  // half of the digits
  for (Index i = 0; i < first.size(); ++i) {
    const T x = first[i], y = again[i];
    if (x == y || std::abs(x - y) <= tolerance || (std::isnan(x) && std::isnan(y))) continue;
    fail("f gave ", y, " at element ", i, " of ", first.shape(), " when it ran again, ", x,
         " before", kRemedy);
  }
}

// The inputs are those of f, then what it takes beside them: values that it captured, and the
// parameters that it reads.
template <class T>
struct Checkpoint {
  static constexpr auto name = "checkpoint";
  static constexpr std::uint8_t needs = kNeedsInputs;
  Function<T> f;
  std::size_t own;
  std::vector<Id> taken;  ///< the inputs that are no parameters, as f knows them
  std::vector<ParamRef<T>> params;
  Array<T> value;

  Shape shape(std::span<const Var<T>>) const { return value.shape(); }
  void forward(std::span<const Var<T>>, Array<T>& y) { y = std::exchange(value, Array<T>()); }
  void derivative(const Call<Var<T>>& call) const {
    std::vector<Var<T>> xs;
    for (std::size_t k = 0; k < call.inputs(); ++k) xs.push_back(call.x(k));
    const auto dx = composed_gradients(again(call.y), std::span<const Var<T>>(xs), call.dy);
    for (std::size_t k = 0; k < xs.size(); ++k) {
      if (auto into = call.into(k)) into += dx[k];
    }
  }
  void backward(const Call<Array<T>>& call) const {
    Backward<T>(*call.with.to).replay(call.id, again(call.tape().var(call.id)));
  }

 private:
  // f of the first inputs, with the others for what it takes; `first` is what it gave at first.
  Function<T> again(const Var<T>& first) const {
    return [this, first](std::span<const Var<T>> xs) {
      Tape<T>& tape = first.tape();
      const Captures<T> readings(tape, taken, params, xs);
      const Var<T> y = f(xs.first(own));
      // A value that was given back is compared with nothing.
      if (!tape.node(first).is_gone) check_repeats(tape.value(first), tape.value(y));
      return tape.var(readings.standing_for(y.id()));
    };
  }
};

}  // namespace

template <class T>
Var<T> checkpoint(const Function<T>& f, const std::vector<Var<T>>& xs, Site site) {
  try {
    if (xs.empty()) fail("no inputs; need at least one");
    Tape<T>& tape = xs[0].tape();
    Checkpoint<T> op{f, xs.size(), {}, {}, {}};
    for (const Var<T>& x : xs) op.taken.push_back(x.id());
    std::vector<Var<T>> inputs = xs;
    {
      Captures<T> readings(tape);
      op.value = tape.transient([&] {
        const Var<T> y = f(xs);
        static_cast<void>(tape.value(y));  // throws for one of another tape
        readings.note(y.id());
        return y;
      });
      op.params = readings.asked();
      for (const Id id : readings.taken()) {
        if (std::find(op.taken.begin(), op.taken.end(), id) != op.taken.end()) continue;
        op.taken.push_back(id);
        inputs.push_back(tape.var(id));
      }
    }
    for (const ParamRef<T>& param : op.params) inputs.push_back(tape.read(param, site));
    return record_all(std::move(op), site, std::span<const Var<T>>(inputs));
  } catch (const Error& error) {
    throw located(Checkpoint<T>::name, error, site);
  }
}

template <class T>
Var<T> checkpoint(const std::function<Var<T>(std::span<const Var<T>>, Random&)>& f,
                  const std::vector<Var<T>>& xs, Random& random, Site site) {
  const Random from = random;
  const auto draws = std::make_shared<std::uint64_t>(random.position());
  const Var<T> y = checkpoint<T>(
      [f, from, draws](std::span<const Var<T>> x) {
        Random again = from;
        const Var<T> out = f(x, again);
        *draws = again.position();
        return out;
      },
      xs, site);
  random.seek(*draws);
  return y;
}

template Var<float> checkpoint(const Function<float>&, const std::vector<Var<float>>&, Site);
template Var<double> checkpoint(const Function<double>&, const std::vector<Var<double>>&, Site);
template Var<float> checkpoint(
    const std::function<Var<float>(std::span<const Var<float>>, Random&)>&,
    const std::vector<Var<float>>&, Random&, Site);
template Var<double> checkpoint(
    const std::function<Var<double>(std::span<const Var<double>>, Random&)>&,
    const std::vector<Var<double>>&, Random&, Site);

}  // namespace engram
