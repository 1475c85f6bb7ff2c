#include "engram/ops/sequences/crf.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/operation/composition.hpp"
#include "engram/ops/indexing/gather_rows.hpp"
#include "engram/ops/indexing/masked.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/sequences/crf_chain.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/transpose.hpp"
#include "engram/ops/shapes/unstack.hpp"

namespace engram {
namespace {

void check_scores(const Shape& x, const Shape& transitions, const Shape& start, const Shape& end,
                  const Indices& lengths) {
  if (x.rank() != 3 || x[2] == 0) fail("x ", x, "; need scores [T, B, K] of K > 0 tags");
  if (x.size() > std::numeric_limits<std::int32_t>::max()) {
    fail("x ", x, " has ", x.size(), " scores; need at most 2^31 - 1: cut the batch");
  }
  const Index tags = x[2];
  if (transitions != Shape{tags, tags}) {
    fail("transitions ", transitions, " for x ", x, "; need [", tags, ", ", tags, "]");
  }
  if (start != Shape{tags}) fail("start ", start, " for x ", x, "; need [", tags, "]");
  if (end != Shape{tags}) fail("end ", end, " for x ", x, "; need [", tags, "]");
  if (lengths.shape() != Shape{x[1]}) {
    fail("lengths ", lengths.shape(), " for x ", x, "; need [", x[1], "]");
  }
  for (Index b = 0; b < x[1]; ++b) {
    if (lengths[b] < 1 || lengths[b] > x[0]) {
      fail("lengths[", b, "] is ", lengths[b], "; need 1 <= length <= ", x[0]);
    }
  }
}

void check_tags(const Shape& x, const Indices& tags, const Indices& lengths) {
  if (tags.shape() != x.axes(0, 2)) {
    fail("tags ", tags.shape(), " for x ", x, "; need ", x.axes(0, 2));
  }
  for (Index b = 0; b < x[1]; ++b) {
    for (Index t = 0; t < lengths[b]; ++t) {
      const std::int32_t tag = tags[t * x[1] + b];
      if (tag < 0 || tag >= x[2]) {
        fail("tags[", t, ", ", b, "] is ", tag, "; need 0 <= tag < ", x[2]);
      }
    }
  }
}

// Elements of a value, by their place in it, to be added up by sequence.
struct Terms {
  using Numbers = std::vector<std::int32_t, PoolAllocator<std::int32_t>>;
  explicit Terms(Pool& pool)
      : places(PoolAllocator<std::int32_t>(pool)), sequences(places.get_allocator()) {}

  void add(Index place, Index sequence) {
    places.push_back(static_cast<std::int32_t>(place));
    sequences.push_back(static_cast<std::int32_t>(sequence));
  }
  template <class T>
  Var<T> sum(const Var<T>& x, Index count) const {
    const Shape shape{static_cast<Index>(places.size())};
    const Var<T> terms = gather_rows(reshape(x, {-1}), Indices(shape, places));
    return scatter_rows(terms, Indices(shape, sequences), count);
  }

  Numbers places, sequences;
};

// s(tags) of each sequence.
template <class T>
Var<T> score(const Var<T>& x, const Var<T>& transitions, const Var<T>& start, const Var<T>& end,
             const Indices& tags, const Indices& lengths) {
  const Index batch = x.extent(1), count = x.extent(2);
  Terms of_tags(x.tape().pool()), of_pairs = of_tags, of_starts = of_tags, of_ends = of_tags;
  for (Index b = 0; b < batch; ++b) {
    Index before = 0;
    for (Index t = 0; t < lengths[b]; ++t) {
      const Index tag = tags[t * batch + b];
      of_tags.add((t * batch + b) * count + tag, b);
      if (t == 0) of_starts.add(tag, b);
      if (t > 0) of_pairs.add(before * count + tag, b);
      before = tag;
    }
    of_ends.add(before, b);
  }
  return of_tags.sum(x, batch) + of_pairs.sum(transitions, batch) + of_starts.sum(start, batch) +
         of_ends.sum(end, batch);
}

// ln Σ exp s over all sequences of tags, by the forward algorithm, less a constant: the largest is
// taken off what comes in and at each step, so that the numbers neither hide what they differ by
// nor grow. What lies beyond the lengths is covered: its gradient is 0 whatever it is.
template <class T>
Var<T> log_partition(const Var<T>& scores, const Var<T>& transitions, const Var<T>& start,
                     const Var<T>& end, const Indices& lengths) {
  Tape<T>& tape = scores.tape();
  const Index batch = scores.extent(1), count = scores.extent(2);
  const Index steps = *std::max_element(lengths.begin(), lengths.end());
  Array<T> beyond(Shape{scores.extent(0), batch, 1});
  Indices last({batch});
  for (Index b = 0; b < batch; ++b) {
    for (Index t = lengths[b]; t < scores.extent(0); ++t) beyond.edit()[t * batch + b] = 1;
    last.edit()[b] = static_cast<std::int32_t>((lengths[b] - 1) * batch + b);
  }
  const auto lowered = [&](const Var<T>& a, const Shape& each) {
    Array<T> high = kernels::reduce_max(a.value(), each);
    for (Index k = 0; k < high.size(); ++k) {
      high.edit()[k] = kernels::Normalizer<T>::shift_of(high[k]);
    }
    return a - tape.constant(std::move(high));
  };
  const Var<T> x = masked_fill(scores, tape.constant(beyond), 0);
  const PooledVars<T> now = unstack(lowered(x, {scores.extent(0), batch, 1}), 0);
  const Var<T> into = lowered(transpose(transitions), {1, 1});  // [to, from]
  PooledVars<T> alpha{PoolAllocator<Var<T>>(tape.pool())};
  alpha.reserve(static_cast<std::size_t>(steps));
  alpha.push_back(lowered(now[0] + lowered(start, {1}), {batch, 1}));
  for (std::size_t t = 1; t < static_cast<std::size_t>(steps); ++t) {
    const Var<T> ways = reshape(alpha.back(), {batch, 1, count}) + into;
    alpha.push_back(lowered(logsumexp(ways, {2}) + now[t], {batch, 1}));
  }
  const Var<T> all = reshape(stack(std::span<const Var<T>>(alpha)), {steps * batch, count});
  return logsumexp(gather_rows(all, last) + lowered(end, {1}), {1});
}

template <class T>
struct CrfLogLikelihood {
  static constexpr auto name = "crf_log_likelihood";
  static constexpr std::uint8_t needs = kNeedsInputs;
  Indices tags, lengths;
  Array<double> alphas{};  // [length, K] of each sequence, one after the other

  Shape shape(const Shape& x, const Shape& transitions, const Shape& start,
              const Shape& end) const {
    check_scores(x, transitions, start, end, lengths);
    check_tags(x, tags, lengths);
    return {x[1]};
  }

  void forward(const Array<T>& x, const Array<T>& transitions, const Array<T>& start,
               const Array<T>& end, Array<T>& y) {
    const kernels::CrfScores scores(transitions, start, end, x.pool());
    Index steps = 0;
    for (const std::int32_t length : lengths) steps += length;
    alphas = Array<double>::uninitialized({steps * scores.tags}, x.pool());
    double* alpha = alphas.edit();
    for (Index b = 0; b < lengths.size(); ++b) {
      Totals<double, 1> total;
      const auto add = [&](double score) { total.add(&score, 0, 1); };
      auto sequence = chain(scores, x, b);
      const double all = sequence.forward(alpha, [&](Index t, double taken) {
        const Index tag = tag_at(t, b);
        add(sequence.emitted(t, tag) - taken);
        add(t == 0 ? scores.start[static_cast<std::size_t>(tag)]
                   : scores.pairs[scores.at(tag_at(t - 1, b), tag)]);
      });
      add(scores.end[static_cast<std::size_t>(tag_at(lengths[b] - 1, b))] - all);
      y.edit()[b] = static_cast<T>(total[0]);
      alpha += lengths[b] * scores.tags;
    }
  }

  void derivative(Var<T> x, Var<T> transitions, Var<T> start, Var<T> end, Var<T>, Var<T> dy,
                  Into<Var<T>> dx, Into<Var<T>> dtransitions, Into<Var<T>> dstart,
                  Into<Var<T>> dend) const {
    if (lengths.size() == 0) return;
    const auto likelihood = [this](std::span<const Var<T>> in) {
      return score(in[0], in[1], in[2], in[3], tags, lengths) -
             log_partition(in[0], in[1], in[2], in[3], lengths);
    };
    const auto d = composed_gradients<T>(likelihood, {x, transitions, start, end}, dy);
    if (dx) dx += d[0];
    if (dtransitions) dtransitions += d[1];
    if (dstart) dstart += d[2];
    if (dend) dend += d[3];
  }

  // How often the tags use a score less how often sequences drawn from the model would.
  void backward(const Array<T>& x, const Array<T>& transitions, const Array<T>& start,
                const Array<T>& end, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx,
                Into<Array<T>> dtransitions, Into<Array<T>> dstart, Into<Array<T>> dend) const {
    const kernels::CrfScores scores(transitions, start, end, x.pool());
    const Index batch = x.extent(1), count = scores.tags;
    kernels::Doubles pairs(scores.pairs.size(), 0, scores.pairs.get_allocator());
    kernels::Doubles first(static_cast<std::size_t>(count), 0, scores.pairs.get_allocator());
    kernels::Doubles last = first;
    T* to = dx ? dx.accumulator() : nullptr;
    const double* alpha = alphas.data();
    for (Index b = 0; b < batch; alpha += lengths[b++] * count) {
      const auto upstream = static_cast<double>(dy[b]);
      if (upstream == 0) continue;
      const auto add_row = [&](auto* sums, const double* p, Index tag) {
        using Sum = std::remove_reference_t<decltype(*sums)>;
        for (Index k = 0; k < count; ++k) {
          sums[k] += static_cast<Sum>(upstream * ((k == tag ? 1 : 0) - p[k]));
        }
      };
      chain(scores, x, b)
          .backward(
              alpha,
              [&](Index t, const double* p) {
                const Index tag = tag_at(t, b);
                if (to) add_row(to + (t * batch + b) * count, p, tag);
                if (t == 0) add_row(first.data(), p, tag);
                if (t == lengths[b] - 1) add_row(last.data(), p, tag);
                if (t > 0) pairs[scores.at(tag_at(t - 1, b), tag)] += upstream;
              },
              [&](Index i, const double* p) {
                for (Index j = 0; j < count; ++j) pairs[scores.at(i, j)] -= upstream * p[j];
              });
    }
    const auto add = [&](Into<Array<T>>& into, const kernels::Doubles& sums, const Shape& shape) {
      if (!into) return;
      Array<T> values = Array<T>::uninitialized(shape, x.pool());
      std::copy(sums.begin(), sums.end(), values.edit());
      into += values;
    };
    add(dtransitions, pairs, transitions.shape());
    add(dstart, first, start.shape());
    add(dend, last, end.shape());
  }

 private:
  Index tag_at(Index t, Index b) const { return tags[t * lengths.size() + b]; }
  kernels::CrfChain<T> chain(const kernels::CrfScores& scores, const Array<T>& x, Index b) const {
    return {scores, x.data() + b * scores.tags, x.extent(1) * scores.tags, lengths[b]};
  }
};

}  // namespace

template <class T>
Var<T> crf_log_likelihood(const Var<T>& x, const Var<T>& transitions, const Var<T>& start,
                          const Var<T>& end, const Indices& tags, const Indices& lengths,
                          Site site) {
  return record(CrfLogLikelihood<T>{tags, lengths}, site, x, transitions, start, end);
}

template <class T>
CrfDecoded<T> crf_decode(const Array<T>& x, const Array<T>& transitions, const Array<T>& start,
                         const Array<T>& end, const Indices& lengths) {
  try {
    check_scores(x.shape(), transitions.shape(), start.shape(), end.shape(), lengths);
  } catch (const Error& error) {
    fail("crf_decode: ", error.what());
  }
  const Index steps = x.extent(0), batch = x.extent(1), count = x.extent(2);
  CrfDecoded<T> out{Array<std::int32_t>::full({steps, batch}, -1), Array<T>({batch})};
  const auto size = static_cast<std::size_t>(count);
  for (Index b = 0; b < batch; ++b) {
    const auto emitted = [&](Index t, Index k) {
      return static_cast<double>(x[(t * batch + b) * count + k]);
    };
    std::vector<double> best(size),
        next(size);           // the highest score of a sequence that ends in a tag
    std::vector<Index> from;  // and the tag before that, step by step
    for (Index k = 0; k < count; ++k) {
      best[static_cast<std::size_t>(k)] = static_cast<double>(start[k]) + emitted(0, k);
    }
    for (Index t = 1; t < lengths[b]; ++t) {
      for (Index k = 0; k < count; ++k) {
        const auto reached = [&](Index i) {
          return best[static_cast<std::size_t>(i)] +
                 static_cast<double>(transitions[i * count + k]);
        };
        Index before = 0;
        for (Index i = 1; i < count; ++i) {
          if (reached(i) > reached(before)) before = i;
        }
        from.push_back(before);
        next[static_cast<std::size_t>(k)] = reached(before) + emitted(t, k);
      }
      best.swap(next);
    }
    for (Index k = 0; k < count; ++k)
      best[static_cast<std::size_t>(k)] += static_cast<double>(end[k]);
    const auto last = std::max_element(best.begin(), best.end());
    out.scores.edit()[b] = static_cast<T>(*last);
    Index tag = last - best.begin();
    for (Index t = lengths[b]; t-- > 0;) {
      out.tags.edit()[t * batch + b] = static_cast<std::int32_t>(tag);
      if (t > 0) tag = from[static_cast<std::size_t>((t - 1) * count + tag)];
    }
  }
  return out;
}

template Var<float> crf_log_likelihood(const Var<float>&, const Var<float>&, const Var<float>&,
                                       const Var<float>&, const Indices&, const Indices&, Site);
template Var<double> crf_log_likelihood(const Var<double>&, const Var<double>&, const Var<double>&,
                                        const Var<double>&, const Indices&, const Indices&, Site);
template CrfDecoded<float> crf_decode(const Array<float>&, const Array<float>&, const Array<float>&,
                                      const Array<float>&, const Indices&);
template CrfDecoded<double> crf_decode(const Array<double>&, const Array<double>&,
                                       const Array<double>&, const Array<double>&, const Indices&);

}  // namespace engram
