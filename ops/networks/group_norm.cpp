#include "engram/ops/networks/group_norm.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/networks/channels.hpp"
#include "engram/ops/networks/normalize.hpp"

namespace engram {
namespace {

template <class T>
Var<T> in_groups(const Var<T>& x, Index groups, const Var<T>& gain, const Var<T>& bias,
                 double epsilon) {
  const Shape shape = x.shape(), channels = kernels::flat(shape);
  kernels::check_channels(shape, gain.value(), "gain");
  kernels::check_channels(shape, bias.value(), "bias");
  const Index count = channels[1];
  if (groups < 1 || count % groups != 0) {
    fail(groups, " groups for the ", count, " channels of x ", shape, "; need equal parts");
  }
  const Index size = count / groups * channels[2];
  if (size == 1) {
    fail("x ", shape, " has 1 value in each of ", groups,
         " groups, which has no variance; need fewer groups or more positions");
  }
  const Var<T> rows = reshape(x, Shape{channels[0], groups, size});
  const Var<T> standard = reshape(standardize(rows, {-1}, epsilon), channels);
  return kernels::scaled(standard, gain, bias, shape);
}

}  // namespace

template <class T>
Var<T> group_norm(const Var<T>& x, Index groups, const Var<T>& gain, const Var<T>& bias,
                  double epsilon, Site site) {
  return within("group_norm", x, site, [&] { return in_groups(x, groups, gain, bias, epsilon); });
}
template <class T>
Var<T> instance_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon,
                     Site site) {
  return within("instance_norm", x, site, [&] {
    const Index channels = kernels::flat(x.shape())[1];
    return in_groups(x, channels, gain, bias, epsilon);
  });
}

template Var<float> group_norm(const Var<float>&, Index, const Var<float>&, const Var<float>&,
                               double, Site);
template Var<double> group_norm(const Var<double>&, Index, const Var<double>&, const Var<double>&,
                                double, Site);
template Var<float> instance_norm(const Var<float>&, const Var<float>&, const Var<float>&, double,
                                  Site);
template Var<double> instance_norm(const Var<double>&, const Var<double>&, const Var<double>&,
                                   double, Site);

}  // namespace engram
