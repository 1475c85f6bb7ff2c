#include "engram/ops/networks/batch_norm.hpp"

#include <cmath>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/networks/channels.hpp"
#include "engram/ops/networks/normalize.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

using kernels::check_channels;
using kernels::flat;
using kernels::scaled;

void check_several(const Shape& x) {
  const Shape shape = flat(x);
  if (shape[0] * shape[2] < 2) {
    fail("x ", x, " has ", shape[0] * shape[2],
         " values a channel, which have no variance; need "
         "two, or the statistics of other batches");
  }
}

}  // namespace

template <class T>
void BatchStatistics<T>::update(const BatchStatistics& batch, double momentum) {
  if (!(momentum >= 0 && momentum <= 1)) fail("momentum ", momentum, "; need 0 <= momentum <= 1");
  if (batch.mean.shape() != mean.shape() || batch.variance.shape() != variance.shape()) {
    fail("statistics of ", batch.mean.shape(), " channels for running ones of ", mean.shape());
  }
  const auto m = static_cast<T>(momentum);
  const auto move = [m](Array<T>& running, const Array<T>& now) {
    T* to = running.edit();
    for (Index i = 0; i < now.size(); ++i) to[i] = (1 - m) * to[i] + m * now[i];
  };
  move(mean, batch.mean);
  move(variance, batch.variance);
}

template <class T>
Var<T> batch_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon,
                  Site site) {
  return within("batch_norm", x, site, [&] {
    const Shape shape = x.shape();
    check_several(shape);
    check_channels(shape, gain.value(), "gain");
    check_channels(shape, bias.value(), "bias");
    const Var<T> channels = reshape(x, flat(shape));
    return scaled(standardize(channels, {0, 2}, epsilon), gain, bias, shape);
  });
}

template <class T>
Var<T> batch_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias,
                  const BatchStatistics<T>& statistics, double epsilon, Site site) {
  return within("batch_norm", x, site, [&] {
    const Shape shape = x.shape();
    check_channels(shape, gain.value(), "gain");
    check_channels(shape, bias.value(), "bias");
    check_channels(shape, statistics.mean, "mean");
    check_channels(shape, statistics.variance, "variance");
    if (!(epsilon > 0)) fail("epsilon = ", epsilon, "; need a number above 0");
    Array<T> scale(Shape{shape[1], 1});
    for (Index c = 0; c < shape[1]; ++c) {
      const T variance = statistics.variance[c];
      if (variance < 0) fail("variance ", variance, " of channel ", c, "; need 0 or more");
      scale.edit()[c] = 1 / std::sqrt(variance + static_cast<T>(epsilon));
    }
    Tape<T>& tape = x.tape();
    const Var<T> mean = tape.constant(statistics.mean.reshaped(scale.shape()));
    const Var<T> from_mean = reshape(x, flat(shape)) - mean;
    return scaled(from_mean * tape.constant(scale), gain, bias, shape);
  });
}

template <class T>
BatchStatistics<T> batch_statistics(const Var<T>& x, Site site) {
  return within("batch_statistics", x, site, [&] {
    check_several(x.shape());
    const Shape shape = flat(x.shape());
    const Index batch = shape[0], channels = shape[1], positions = shape[2];
    const Array<T> values = x.value();
    BatchStatistics<T> out{Array<T>(Shape{channels}), Array<T>(Shape{channels})};
    const auto mean_of = [&](Index c, Index n, const auto& f) {
      double total = 0;  // many values: a float sum would lose digits
      for (Index b = 0; b < batch; ++b) {
        const T* from = values.data() + (b * channels + c) * positions;
        for (Index k = 0; k < positions; ++k) total += f(from[k]);
      }
      return total / static_cast<double>(n);
    };
    const Index n = batch * positions;
    for (Index c = 0; c < channels; ++c) {
      const double mean = mean_of(c, n, [](T v) { return static_cast<double>(v); });
      out.mean.edit()[c] = static_cast<T>(mean);
      out.variance.edit()[c] =
          static_cast<T>(mean_of(c, n - 1, [mean](T v) { return (v - mean) * (v - mean); }));
    }
    return out;
  });
}

template struct BatchStatistics<float>;
template struct BatchStatistics<double>;
template Var<float> batch_norm(const Var<float>&, const Var<float>&, const Var<float>&, double,
                               Site);
template Var<double> batch_norm(const Var<double>&, const Var<double>&, const Var<double>&, double,
                                Site);
template Var<float> batch_norm(const Var<float>&, const Var<float>&, const Var<float>&,
                               const BatchStatistics<float>&, double, Site);
template Var<double> batch_norm(const Var<double>&, const Var<double>&, const Var<double>&,
                                const BatchStatistics<double>&, double, Site);
template BatchStatistics<float> batch_statistics(const Var<float>&, Site);
template BatchStatistics<double> batch_statistics(const Var<double>&, Site);

}  // namespace engram
