#include "engram/ops/networks/convolution.hpp"

#include <vector>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/networks/channels.hpp"
#include "engram/ops/networks/unfold.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram {
namespace {

void check_channels(const Shape& x, const Shape& w, int axes, Index groups) {
  if (x.rank() != axes + 2 || w.rank() != axes + 2) {
    fail("x ", x, " and w ", w, "; need ",
         axes == 1 ? "[B, C, L] and [O, C / groups, k]" : "[B, C, H, W] and [O, C / groups, h, w]");
  }
  if (groups < 1 || w[0] % groups != 0 || x[1] != w[1] * groups) {
    fail("x ", x, " and w ", w, " in ", groups,
         " groups; need as many channels of x as groups "
         "times axis 1 of w, and axis 0 of w a multiple of the groups");
  }
}

template <class T>
Var<T> convolve(const Var<T>& x, const Var<T>& w, const Conv2dOptions& options) {
  const auto& [stride, padding, dilation, groups] = options;
  const Shape kernel = w.shape();
  const Windows windows{{kernel[2], stride.height, padding.height, padding.height, dilation.height},
                        {kernel[3], stride.width, padding.width, padding.width, dilation.width}};
  const Index batch = x.extent(0), out = kernel[0], taps = kernel.without(0).size();
  const Index down = windows.rows.count(x.extent(2)), across = windows.columns.count(x.extent(3));
  const Var<T> inputs = reshape(unfold(x, windows, 0), Shape{batch, groups, taps, down * across});
  const Var<T> kernels = reshape(w, Shape{groups, out / groups, taps});
  return reshape(matmul(kernels, inputs, {}), Shape{batch, out, down, across});
}

}  // namespace

template <class T>
Var<T> conv2d(const Var<T>& x, const Var<T>& w, const Conv2dOptions& options, Site site) {
  return within("conv2d", x, site, [&] {
    check_channels(x.shape(), w.shape(), 2, options.groups);
    return convolve(x, w, options);
  });
}
template <class T>
Var<T> conv2d(const Var<T>& x, const Var<T>& w, const Var<T>& b, const Conv2dOptions& options,
              Site site) {
  const Var<T> y = conv2d(x, w, options, site);
  return within("conv2d", x, site, [&] { return kernels::with_bias(y, b); });
}

template <class T>
Var<T> conv1d(const Var<T>& x, const Var<T>& w, const Conv1dOptions& options, Site site) {
  return within("conv1d", x, site, [&] {
    check_channels(x.shape(), w.shape(), 1, options.groups);
    const auto& [stride, padding, dilation, groups] = options;
    const Conv2dOptions flat{{1, stride}, {0, padding}, {1, dilation}, groups};
    const auto row = [&](const Var<T>& v) { return reshape(v, v.shape().inserted(2, 1)); };
    const Var<T> y = convolve(row(x), row(w), flat);
    return reshape(y, y.shape().without(2));
  });
}
template <class T>
Var<T> conv1d(const Var<T>& x, const Var<T>& w, const Var<T>& b, const Conv1dOptions& options,
              Site site) {
  const Var<T> y = conv1d(x, w, options, site);
  return within("conv1d", x, site, [&] { return kernels::with_bias(y, b); });
}

template <class T>
Var<T> causal_conv1d(const Var<T>& x, const Var<T>& w, Index dilation, Site site) {
  return within("causal_conv1d", x, site, [&] {
    const Shape shape = x.shape(), kernel = w.shape();
    if (shape.rank() != 3 || kernel.rank() != 3 || kernel[0] < 1 || kernel[1] != shape[2]) {
      fail("x ", shape, " and w ", kernel, "; need x [T, B, C] and w [k, C, O], k at least 1");
    }
    if (dilation < 1) fail("dilation ", dilation, "; need 1 or more");
    const Index steps = shape[0], taps = kernel[0], past = (taps - 1) * dilation;
    const Var<T> padded = past == 0 ? x : pad_to(x, 0, past, past + steps);
    std::vector<Var<T>> seen;
    for (Index i = 0; i < taps; ++i) {
      seen.push_back(slice(padded, 0, i * dilation, i * dilation + steps));
    }
    const Var<T> inputs = taps == 1 ? seen[0] : concat(seen, 2);
    return matmul(inputs, reshape(w, Shape{taps * kernel[1], kernel[2]}), {});
  });
}

template Var<float> conv1d(const Var<float>&, const Var<float>&, const Conv1dOptions&, Site);
template Var<double> conv1d(const Var<double>&, const Var<double>&, const Conv1dOptions&, Site);
template Var<float> conv1d(const Var<float>&, const Var<float>&, const Var<float>&,
                           const Conv1dOptions&, Site);
template Var<double> conv1d(const Var<double>&, const Var<double>&, const Var<double>&,
                            const Conv1dOptions&, Site);
template Var<float> conv2d(const Var<float>&, const Var<float>&, const Conv2dOptions&, Site);
template Var<double> conv2d(const Var<double>&, const Var<double>&, const Conv2dOptions&, Site);
template Var<float> conv2d(const Var<float>&, const Var<float>&, const Var<float>&,
                           const Conv2dOptions&, Site);
template Var<double> conv2d(const Var<double>&, const Var<double>&, const Var<double>&,
                            const Conv2dOptions&, Site);
template Var<float> causal_conv1d(const Var<float>&, const Var<float>&, Index, Site);
template Var<double> causal_conv1d(const Var<double>&, const Var<double>&, Index, Site);

}  // namespace engram
