#include "engram/ops/reductions/any.hpp"

#include <algorithm>

#include "engram/core/loops/nest.hpp"
#include "engram/core/record.hpp"

namespace engram {
namespace {

struct Truth {
  static constexpr std::uint8_t needs = 0;
  Axes axes;
  bool keep;

  Shape shape(const Shape& x) const { return keep ? axes.kept(x) : axes.dropped(x); }
  // A piecewise constant has no derivative to hand on.
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T>, Into<Var<T>>) const {}

 protected:
  // y = `found` where some x is 0 or is not, as `zero` says, and its opposite elsewhere.
  template <class T>
  void search(const Array<T>& x, bool zero, bool found, Array<T>& y) const {
    const Shape kept = axes.kept(x.shape());
    T* to = y.edit();
    std::fill_n(to, y.size(), found ? T{0} : T{1});
    const Nest<2> nest(x.shape(), {x.shape().strides(), broadcast_strides(kept, x.shape())});
    const Index n = nest.run_length(), step = nest.step()[1];
    nest.each([&](const std::array<Index, 2>& at) {
      const T* from = x.data() + at[0];
      for (Index i = 0; i < n; ++i) {
        if ((from[i] == 0) == zero) to[at[1] + i * step] = found ? T{1} : T{0};
      }
    });
  }
};

struct Any : Truth {
  static constexpr auto name = "any";
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    search(x, false, true, y);
  }
};

struct All : Truth {
  static constexpr auto name = "all";
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    search(x, true, false, y);
  }
};

}  // namespace

template <class T>
Var<T> any(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return record(Any{{.axes = axes, .keep = keep}}, site, x);
}

template <class T>
Var<T> all(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return record(All{{.axes = axes, .keep = keep}}, site, x);
}

template Var<float> any(const Var<float>&, const Axes&, bool, Site);
template Var<double> any(const Var<double>&, const Axes&, bool, Site);
template Var<float> all(const Var<float>&, const Axes&, bool, Site);
template Var<double> all(const Var<double>&, const Axes&, bool, Site);

}  // namespace engram
