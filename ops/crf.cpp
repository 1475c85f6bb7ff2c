#include "engram/ops/crf.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/tape.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/concat.hpp"
#include "engram/ops/gather_rows.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/ops/reshape.hpp"
#include "engram/ops/transpose.hpp"
#include "engram/ops/unstack.hpp"

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
  Var<T> sum(const Var<T>& x, Index count, Site site) const {
    const Shape shape{static_cast<Index>(places.size())};
    const Var<T> terms = gather_rows(reshape(x, {-1}, site), Indices(shape, places), site);
    return scatter_rows(terms, Indices(shape, sequences), count, site);
  }

  Numbers places, sequences;
};

// s(tags) of each sequence.
template <class T>
Var<T> score(const Var<T>& x, const Var<T>& transitions, const Var<T>& start, const Var<T>& end,
             const Indices& tags, const Indices& lengths, Site site) {
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
  const Var<T> inside =
      add(of_tags.sum(x, batch, site), of_pairs.sum(transitions, batch, site), site);
  return add(inside, add(of_starts.sum(start, batch, site), of_ends.sum(end, batch, site), site),
             site);
}

// ln Σ exp s over all sequences of tags, by the forward algorithm.
template <class T>
Var<T> log_partition(const Var<T>& x, const Var<T>& transitions, const Var<T>& start,
                     const Var<T>& end, const Indices& lengths, Site site) {
  const Index batch = x.extent(1), count = x.extent(2);
  const Index steps = *std::max_element(lengths.begin(), lengths.end());
  const PooledVars<T> now = unstack(x, 0, site);
  const Var<T> into = transpose(transitions, site);  // [to, from]
  PooledVars<T> alpha{PoolAllocator<Var<T>>(x.tape().pool())};
  alpha.reserve(static_cast<std::size_t>(steps));
  alpha.push_back(add(now[0], start, site));
  for (std::size_t t = 1; t < static_cast<std::size_t>(steps); ++t) {
    const Var<T> ways = add(reshape(alpha.back(), {batch, 1, count}, site), into, site);
    alpha.push_back(add(logsumexp(ways, {2}, false, site), now[t], site));
  }
  Indices last({batch});
  for (Index b = 0; b < batch; ++b) {
    last.edit()[b] = static_cast<std::int32_t>((lengths[b] - 1) * batch + b);
  }
  const Var<T> all =
      reshape(stack(std::span<const Var<T>>(alpha), 0, site), {steps * batch, count}, site);
  return logsumexp(add(gather_rows(all, last, site), end, site), {1}, false, site);
}

}  // namespace

template <class T>
Var<T> crf_log_likelihood(const Var<T>& x, const Var<T>& transitions, const Var<T>& start,
                          const Var<T>& end, const Indices& tags, const Indices& lengths,
                          Site site) {
  try {
    check_scores(x.shape(), transitions.shape(), start.shape(), end.shape(), lengths);
    check_tags(x.shape(), tags, lengths);
  } catch (const Error& error) {
    throw located("crf_log_likelihood", error, site);
  }
  if (lengths.size() == 0) return sum(x, {0, 2}, false, site);  // of no sequences: [0]
  return sub(score(x, transitions, start, end, tags, lengths, site),
             log_partition(x, transitions, start, end, lengths, site), site);
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
    const auto emitted = [&](Index t, Index k) { return x[(t * batch + b) * count + k]; };
    std::vector<T> best(size), next(size);  // the highest score of a sequence that ends in a tag
    std::vector<Index> from;                // and the tag before that, step by step
    for (Index k = 0; k < count; ++k) best[static_cast<std::size_t>(k)] = start[k] + emitted(0, k);
    for (Index t = 1; t < lengths[b]; ++t) {
      for (Index k = 0; k < count; ++k) {
        const auto reached = [&](Index i) {
          return best[static_cast<std::size_t>(i)] + transitions[i * count + k];
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
    for (Index k = 0; k < count; ++k) best[static_cast<std::size_t>(k)] += end[k];
    const auto last = std::max_element(best.begin(), best.end());
    out.scores.edit()[b] = *last;
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
