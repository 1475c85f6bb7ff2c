#include "engram/ops/indexing/scatter.hpp"

#include <cmath>
#include <vector>

#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/where.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/indexing/places.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// The best of x and of the elements of source that have the same place, NaN above all.
struct ScatterBest {
  Indices places;
  bool largest;

  Shape shape(const Shape& x, const Shape&) const { return x; }  // places were checked
  template <class T>
  void forward(const Array<T>& x, const Array<T>& source, Array<T>& y) const {
    T* to = y.edit();
    std::copy(x.begin(), x.end(), to);
    for (Index i = 0; i < places.size(); ++i) {
      T& best = to[places[i]];
      const T v = source[i];
      if (std::isnan(v) || (largest ? v > best : v < best)) best = v;
    }
  }
  // 1 / k for each of the k values that are the best of a place, 0 elsewhere.
  template <class T>
  void derivative(Var<T> x, Var<T> source, Var<T> y, Var<T> dy, Into<Var<T>> dx,
                  Into<Var<T>> dsource) const {
    const Array<T> xs = x.value(), ss = source.value(), best = y.value();
    const auto hit = [](T v, T m) { return v == m || (std::isnan(v) && std::isnan(m)); };
    Array<T> count(xs.shape()), of_x(xs.shape()), of_source(ss.shape());
    for (Index i = 0; i < xs.size(); ++i) count.edit()[i] = hit(xs[i], best[i]) ? T{1} : T{0};
    of_x = count;
    for (Index i = 0; i < ss.size(); ++i) {
      if (hit(ss[i], best[places[i]])) count.edit()[places[i]] += 1;
    }
    for (Index i = 0; i < xs.size(); ++i) of_x.edit()[i] /= count[i];
    for (Index i = 0; i < ss.size(); ++i) {
      of_source.edit()[i] = hit(ss[i], best[places[i]]) ? 1 / count[places[i]] : T{0};
    }
    Tape<T>& tape = dy.tape();
    if (dx) dx += shared(dy, tape.constant(std::move(of_x)));
    if (dsource) dsource += shared(take(dy, places), tape.constant(std::move(of_source)));
  }

 private:
  // What has no share gets 0, whatever dy is.
  template <class T>
  static Var<T> shared(const Var<T>& dy, const Var<T>& share) {
    return where(share, dy * share, 0);
  }
};

struct ScatterMax : ScatterBest {
  static constexpr auto name = "scatter_max";
};
struct ScatterMin : ScatterBest {
  static constexpr auto name = "scatter_min";
};

// For each place the numbers of its factors in a list of x and then source: `begins[i]` is where
// those of place i begin.
struct Factors {
  std::vector<Index> begins;
  std::vector<std::int32_t> numbers;

  Factors(Index size, const Indices& places) : begins(static_cast<std::size_t>(size) + 1) {
    for (Index i = 0; i < size; ++i) begins[at(i + 1)] = 1;  // x itself
    for (const std::int32_t place : places) ++begins[at(place + 1)];
    for (Index i = 0; i < size; ++i) begins[at(i + 1)] += begins[at(i)];
    numbers.resize(at(begins.back()));
    std::vector<Index> next(begins.begin(), begins.end() - 1);
    for (Index i = 0; i < size; ++i) {
      numbers[at(next[at(i)]++)] = static_cast<std::int32_t>(i);
    }
    for (Index i = 0; i < places.size(); ++i) {
      numbers[at(next[at(places[i])]++)] = static_cast<std::int32_t>(size + i);
    }
  }
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  bool are_single() const { return numbers.size() + 1 == begins.size(); }

  // Pairs the factors of each place: their numbers, where the second of an odd one is nothing.
  // After it, the pairs are the factors.
  std::pair<Indices, Indices> pair() {
    std::vector<std::int32_t> first, second, fresh;
    std::vector<Index> after{0};
    for (std::size_t place = 0; place + 1 < begins.size(); ++place) {
      for (Index k = begins[place]; k < begins[place + 1]; k += 2) {
        fresh.push_back(static_cast<std::int32_t>(first.size()));
        first.push_back(numbers[at(k)]);
        second.push_back(k + 1 < begins[place + 1] ? numbers[at(k + 1)] : kNothing);
      }
      after.push_back(static_cast<Index>(first.size()));
    }
    begins = std::move(after);
    numbers = std::move(fresh);
    const Shape shape{static_cast<Index>(first.size())};
    return {Indices(shape, first), Indices(shape, second)};
  }
};

template <class Op, class T>
Var<T> best(const Var<T>& x, int axis, const Indices& index, const Var<T>& source, bool largest,
            const Site& site) {
  return within(Op::name, x, site, [&] {
    const Indices places = kernels::numbers(x.shape(), axis, index);
    return record(Op{{places, largest}}, site, x, kernels::indexed_part(source, index.shape()));
  });
}

}  // namespace

template <class T>
Var<T> scatter(const Var<T>& x, int axis, const Indices& index, const Var<T>& source, Site site) {
  return within("scatter", x, site, [&] {
    const Indices places = kernels::numbers(x.shape(), axis, index);
    const Var<T> put = kernels::indexed_part(source, index.shape());
    Indices from = Indices::full(x.shape(), kNothing);
    Array<T> covered(x.shape());
    for (Index i = 0; i < places.size(); ++i) {
      from.edit()[places[i]] = static_cast<std::int32_t>(i);
      covered.edit()[places[i]] = 1;
    }
    return where(x.tape().constant(std::move(covered)), take(put, from), x);
  });
}

template <class T>
Var<T> scatter_max(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site) {
  return best<ScatterMax>(x, axis, index, source, true, site);
}
template <class T>
Var<T> scatter_min(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site) {
  return best<ScatterMin>(x, axis, index, source, false, site);
}

template <class T>
Var<T> scatter_prod(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                    Site site) {
  return within("scatter_prod", x, site, [&] {
    const Indices places = kernels::numbers(x.shape(), axis, index);
    const Var<T> put = kernels::indexed_part(source, index.shape());
    if (places.size() == 0) return x;
    Factors factors(x.size(), places);
    Var<T> y = concat({reshape(x, Shape{x.size()}), reshape(put, Shape{put.size()})}, 0);
    while (!factors.are_single()) {
      const auto [first, second] = factors.pair();
      y = index_select(y, 0, first, 0) * index_select(y, 0, second, 1);
    }
    return reshape(y, x.shape());
  });
}

template Var<float> scatter(const Var<float>&, int, const Indices&, const Var<float>&, Site);
template Var<double> scatter(const Var<double>&, int, const Indices&, const Var<double>&, Site);
template Var<float> scatter_max(const Var<float>&, int, const Indices&, const Var<float>&, Site);
template Var<double> scatter_max(const Var<double>&, int, const Indices&, const Var<double>&, Site);
template Var<float> scatter_min(const Var<float>&, int, const Indices&, const Var<float>&, Site);
template Var<double> scatter_min(const Var<double>&, int, const Indices&, const Var<double>&, Site);
template Var<float> scatter_prod(const Var<float>&, int, const Indices&, const Var<float>&, Site);
template Var<double> scatter_prod(const Var<double>&, int, const Indices&, const Var<double>&,
                                  Site);

}  // namespace engram
