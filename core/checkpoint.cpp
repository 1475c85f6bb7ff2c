#include "engram/core/checkpoint.hpp"

#include <memory>

#include "engram/core/composition.hpp"
#include "engram/core/readings.hpp"
#include "engram/core/record.hpp"

namespace engram {
namespace {

template <class T>
using Function = std::function<Var<T>(std::span<const Var<T>>)>;

// The inputs are those of f and then the parameters that it reads.
template <class T>
struct Checkpoint {
  static constexpr auto name = "checkpoint";
  static constexpr std::uint8_t needs = static_cast<std::uint8_t>(~kNeedsResult);
  Function<T> f;
  std::vector<ParamRef<T>> params;
  Array<T> value;

  Shape shape(std::span<const Var<T>>) const { return value.shape(); }
  void forward(std::span<const Var<T>>, Array<T>& y) { y = std::exchange(value, Array<T>()); }
  void derivative(const Call<T>& call) const {
    std::vector<Var<T>> xs;
    for (std::size_t k = 0; k < call.inputs(); ++k) xs.push_back(call.var(k));
    const auto dx = composed_gradients(again(), std::span<const Var<T>>(xs), call.dy_var());
    for (std::size_t k = 0; k < xs.size(); ++k) {
      if (auto into = call.into(k)) into += dx[k];
    }
  }
  void backward(const Call<T>& call) const { call.replay(again()); }

 private:
  // f of the first inputs, with the others for what it reads.
  Function<T> again() const {
    return [this](std::span<const Var<T>> xs) {
      const std::size_t own = xs.size() - params.size();
      const Readings<T> readings(xs[0].tape(), params, xs.subspan(own));
      return f(xs.first(own));
    };
  }
};

}  // namespace

template <class T>
Var<T> checkpoint(const Function<T>& f, const std::vector<Var<T>>& xs, Site site) {
  try {
    if (xs.empty()) fail("no inputs; need at least one");
    Tape<T>& tape = xs[0].tape();
    Checkpoint<T> op{f, {}, {}};
    {
      Readings<T> readings(tape);
      op.value = tape.transient([&] { return f(xs); });
      op.params = readings.asked();
    }
    std::vector<Var<T>> inputs = xs;
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
