#include "engram/ops/networks/transposed_convolution.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/networks/channels.hpp"
#include "engram/ops/networks/unfold.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

void check(const Shape& x, const Shape& w, int axes, Index groups) {
  if (x.rank() != axes + 2 || w.rank() != axes + 2) {
    fail("x ", x, " and w ", w, "; need ",
         axes == 1 ? "[B, C, L] and [C, O / groups, k]" : "[B, C, H, W] and [C, O / groups, h, w]");
  }
  if (groups < 1 || x[1] != w[0] || x[1] % groups != 0) {
    fail("x ", x, " and w ", w, " in ", groups,
         " groups; need axis 0 of w to be the channels of x, and a multiple of the groups");
  }
}

// The extent of y along an axis of x with so many entries, of which the windows are laid down.
Index extent_of(const WindowAxis& axis, Index entries, Index more) {
  static_cast<void>(axis.count(axis.dilation * axis.size));  // validates
  if (more < 0 || more >= axis.stride) {
    fail("output_padding ", more, " for stride ", axis.stride,
         "; need 0 <= output_padding < stride");
  }
  const Index extent =
      (entries - 1) * axis.stride - 2 * axis.before + axis.dilation * (axis.size - 1) + more + 1;
  if (entries < 1) fail("x has an axis of ", entries, " entries; need at least 1");
  if (extent < 1) {
    fail(entries, " entries, a window of ", axis.size, ", stride ", axis.stride, " and padding ",
         axis.before, " leave ", std::max<Index>(extent, 0), " entries; need at least 1");
  }
  return extent;
}

template <class T>
Var<T> convolve(const Var<T>& x, const Var<T>& w, const ConvTranspose2dOptions& options) {
  const auto& [stride, padding, more, dilation, groups] = options;
  const Shape in = x.shape(), kernel = w.shape();
  const Windows windows{{kernel[2], stride.height, padding.height, padding.height, dilation.height},
                        {kernel[3], stride.width, padding.width, padding.width, dilation.width}};
  const Index height = extent_of(windows.rows, in[2], more.height);
  const Index width = extent_of(windows.columns, in[3], more.width);
  const Index batch = in[0], channels = in[1] / groups, taps = kernel.without(0).size();
  const Index places = in[2] * in[3];
  const Var<T> inputs = reshape(x, Shape{batch, groups, channels, places});
  const Var<T> kernels = reshape(w, Shape{groups, channels, taps});
  const Var<T> laid = matmul(kernels, inputs, {.a = true});  // [B, groups, taps, places]
  return fold(reshape(laid, Shape{batch, groups * taps, places}), windows, height, width);
}

}  // namespace

template <class T>
Var<T> conv_transpose2d(const Var<T>& x, const Var<T>& w, const ConvTranspose2dOptions& options,
                        Site site) {
  return within("conv_transpose2d", x, site, [&] {
    check(x.shape(), w.shape(), 2, options.groups);
    return convolve(x, w, options);
  });
}
template <class T>
Var<T> conv_transpose2d(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                        const ConvTranspose2dOptions& options, Site site) {
  const Var<T> y = conv_transpose2d(x, w, options, site);
  return within("conv_transpose2d", x, site, [&] { return kernels::with_bias(y, b); });
}
template <class T>
Var<T> conv_transpose1d(const Var<T>& x, const Var<T>& w, const ConvTranspose1dOptions& options,
                        Site site) {
  return within("conv_transpose1d", x, site, [&] {
    check(x.shape(), w.shape(), 1, options.groups);
    const auto& [stride, padding, more, dilation, groups] = options;
    const ConvTranspose2dOptions flat{{1, stride}, {0, padding}, {0, more}, {1, dilation}, groups};
    const auto row = [&](const Var<T>& v) { return reshape(v, v.shape().inserted(2, 1)); };
    const Var<T> y = convolve(row(x), row(w), flat);
    return reshape(y, y.shape().without(2));
  });
}
template <class T>
Var<T> conv_transpose1d(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                        const ConvTranspose1dOptions& options, Site site) {
  const Var<T> y = conv_transpose1d(x, w, options, site);
  return within("conv_transpose1d", x, site, [&] { return kernels::with_bias(y, b); });
}

template Var<float> conv_transpose1d(const Var<float>&, const Var<float>&,
                                     const ConvTranspose1dOptions&, Site);
template Var<double> conv_transpose1d(const Var<double>&, const Var<double>&,
                                      const ConvTranspose1dOptions&, Site);
template Var<float> conv_transpose1d(const Var<float>&, const Var<float>&, const Var<float>&,
                                     const ConvTranspose1dOptions&, Site);
template Var<double> conv_transpose1d(const Var<double>&, const Var<double>&, const Var<double>&,
                                      const ConvTranspose1dOptions&, Site);
template Var<float> conv_transpose2d(const Var<float>&, const Var<float>&,
                                     const ConvTranspose2dOptions&, Site);
template Var<double> conv_transpose2d(const Var<double>&, const Var<double>&,
                                      const ConvTranspose2dOptions&, Site);
template Var<float> conv_transpose2d(const Var<float>&, const Var<float>&, const Var<float>&,
                                     const ConvTranspose2dOptions&, Site);
template Var<double> conv_transpose2d(const Var<double>&, const Var<double>&, const Var<double>&,
                                      const ConvTranspose2dOptions&, Site);

}  // namespace engram
