#include "engram/ops/sequences/ctc.hpp"

#include <cmath>
#include <limits>

#include "engram/core/operation/composition.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"
#include "engram/ops/elementwise/maximum.hpp"
#include "engram/ops/indexing/gather_rows.hpp"
#include "engram/ops/indexing/masked.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/reductions/reduce_kernels.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"
#include "engram/ops/sequences/ctc_sequences.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"
#include "engram/ops/shapes/unstack.hpp"

namespace engram {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr Index kPad = 2;  // states that are not there, on each side: nobody asks for the border

using Numbers = std::vector<double, PoolAllocator<double>>;

// y[s] = ln(exp a[s] + exp b[s] + exp(c[s] + skip[s])). In double whatever T is: over 2,000 steps
// the numbers grow to thousands, where a float is good to three digits after the point.
void merge(const double* a, const double* b, const double* c, const double* skip, Index n,
           double* y) {
  using kernels::Batch;
  using kernels::kLanes;
  using kernels::Operand;
  const Operand<double> stay(a, 1), step(b, 1), jump(c, 1), allowed(skip, 1);
  const Batch<double> lowest(std::numeric_limits<double>::lowest());  // -inf - -inf is no number
  for (Index s = 0; s < n; s += kLanes<double>) {
    const Index count = std::min(kLanes<double>, n - s);
    const auto p = stay.load(s, count), q = step.load(s, count);
    const auto r = jump.load(s, count) + allowed.load(s, count);
    const auto m = max(max(p, q), max(r, lowest));
    kernels::store<double>(m + log(exp(p - m) + exp(q - m) + exp(r - m)), y + s, count);
  }
}

// One sequence of the batch: rows of `states` numbers, with borders of `kPad`.
template <class T>
class Lattice {
 public:
  Lattice(const kernels::CtcSequences& of, Index b, const Array<T>& x)
      : sequences_(of),
        b_(b),
        states_(of.states(b)),
        x_(x),
        skip_(make(kNever)),
        emitted_(make(0)) {
    for (Index s = 0; s < states_; ++s) {
      if (of.skips_to(b, s)) skip_[static_cast<std::size_t>(s)] = 0;
    }
  }

  Index row() const { return kPad + states_; }

  // Fills alpha [steps, row]; returns the logarithm of the probability of the labels less what
  // `take` is called with: the largest of each step, which would cost digits of the others.
  template <class Take>
  double forward(double* alpha, const Take& take) {
    Numbers start = make(kNever);
    start[kPad] = 0;  // as if before the first step
    const double* before = start.data() + kPad;
    for (Index t = 0; t < sequences_.steps(b_); ++t) {
      std::fill_n(alpha, kPad, kNever);
      double* now = alpha + kPad;
      merge(before, before - 1, before - 2, skip_.data(), states_, now);
      const double* emitted = emission(t);
      take(highest_);
      for (Index s = 0; s < states_; ++s) now[s] += emitted[s];
      before = now;
      alpha += row();
    }
    const double last[] = {before[states_ - 1], kNever}, label[] = {before[states_ - 2], kNever};
    double total = 0;
    merge(last, label, last + 1, skip_.data(), 1, &total);
    return total;
  }

  // Adds -upstream P(class at t | labels) to dx, given what `forward` filled.
  void backward(const double* alpha, double upstream, T* dx) {
    // beta[s]: ln of the probability of what comes after state s at t; ahead: with what s + 1
    // emits.
    Numbers beta = make(kNever), ahead = make(kNever), occupied = make(0);
    beta[static_cast<std::size_t>(states_ - 1)] = 0;
    if (states_ > 1) beta[static_cast<std::size_t>(states_ - 2)] = 0;
    for (Index t = sequences_.steps(b_); t-- > 0;) {
      const double* now = alpha + t * row() + kPad;
      for (Index s = 0; s < states_; ++s) {
        occupied[static_cast<std::size_t>(s)] = now[s] + beta[static_cast<std::size_t>(s)];
      }
      // Shares of their own sum: a total of all steps has been rounded to its own last place.
      const auto all = kernels::normalizer_of_row(occupied.data(), states_, occupied.data());
      const double scale = upstream / all.sum;
      const double* emitted = emission(t);
      T* to = dx + offset(t);
      for (Index s = 0; s < states_; ++s) {
        const auto at = static_cast<std::size_t>(s);
        to[sequences_.class_of(b_, s)] -= static_cast<T>(scale * occupied[at]);
        ahead[at] = beta[at] + emitted[s];
      }
      merge(ahead.data(), ahead.data() + 1, ahead.data() + 2, skip_.data() + 2, states_,
            beta.data());
    }
  }

 private:
  Numbers make(double value) const {
    return Numbers(static_cast<std::size_t>(states_ + kPad), value,
                   PoolAllocator<double>(x_.pool()));
  }
  Index offset(Index t) const { return (t * x_.extent(1) + b_) * x_.extent(2); }
  // What the states emit, less the largest of it.
  const double* emission(Index t) {
    const T* from = x_.data() + offset(t);
    for (Index s = 0; s < states_; ++s) {
      emitted_[static_cast<std::size_t>(s)] = static_cast<double>(from[sequences_.class_of(b_, s)]);
    }
    highest_ = kernels::Normalizer<double>::shift_of(kernels::max_of_row(emitted_.data(), states_));
    for (Index s = 0; s < states_; ++s) emitted_[static_cast<std::size_t>(s)] -= highest_;
    return emitted_.data();
  }

  const kernels::CtcSequences& sequences_;
  Index b_, states_;
  const Array<T>& x_;
  Numbers skip_;     // 0 where a state can be reached from the last but one, else -inf
  Numbers emitted_;  // what the states emit at one step, less `highest_`
  double highest_ = 0;
};

// The same in recorded operations, less a constant: at each step the largest is taken off, so that
// the numbers do not grow. In place of -inf stands a number that is low enough: the derivative of a
// sum of impossible things is then 0 and not 0/0. What is beyond the lengths, and all of a sequence
// that is not `possible`, is covered: its gradient is 0 whatever it is.
template <class T>
Var<T> composed(const kernels::CtcSequences& of, const Var<T>& scores, const Array<T>& possible) {
  Tape<T>& tape = scores.tape();
  const Index batch = of.count(), classes = scores.extent(2);
  constexpr T kLow = static_cast<T>(-1e30);
  if (scores.size() > std::numeric_limits<std::int32_t>::max()) {
    fail("x ", scores.shape(), " has ", scores.size(),
         " elements; derivatives of a higher order need them to ",
         "be at most 2^31 - 1: cut the batch");
  }
  Array<T> beyond(scores.shape().with(2, 1));
  for (Index b = 0; b < batch; ++b) {
    for (Index t = possible[b] == 0 ? 0 : of.steps(b); t < scores.extent(0); ++t) {
      beyond.edit()[t * batch + b] = 1;
    }
  }
  const Var<T> x = masked_fill(scores, tape.constant(std::move(beyond)), 0);
  Index steps = 0, states = 1;
  for (Index b = 0; b < batch; ++b) {
    steps = std::max(steps, of.steps(b));
    states = std::max(states, of.states(b));
  }
  Indices emitting({steps, batch, states}), ends({batch});
  Array<T> start = Array<T>::full({batch, states}, kLow), skip = start, finish = start;
  for (Index b = 0; b < batch; ++b) {
    for (Index s = 0; s < states; ++s) {
      const bool is_there = s < of.states(b);
      for (Index t = 0; t < steps; ++t) {
        emitting.edit()[(t * batch + b) * states + s] = static_cast<std::int32_t>(
            (t * batch + b) * classes + (is_there ? of.class_of(b, s) : 0));
      }
      if (is_there && of.skips_to(b, s)) skip.edit()[b * states + s] = 0;
      if (is_there && s + 2 >= of.states(b)) finish.edit()[b * states + s] = 0;
    }
    start.edit()[b * states] = 0;
    ends.edit()[b] = static_cast<std::int32_t>(of.steps(b) * batch + b);
  }
  const Var<T> emitted =
      maximum(gather_rows(reshape(x, {-1}), emitting), tape.constant(Array<T>::scalar(kLow)));
  const PooledVars<T> now =
      unstack(emitted - tape.constant(kernels::reduce_max(emitted.value(), {steps, batch, 1})));
  const Var<T> border = tape.constant(Array<T>::full({batch, kPad}, kLow));
  const Var<T> skips = tape.constant(skip);
  std::vector<Var<T>> alpha{tape.constant(start)};
  for (Index t = 0; t < steps; ++t) {
    const Var<T> before = concat({border, alpha.back()}, 1);
    const Var<T> ways =
        stack({alpha.back(), slice(before, 1, 1, states + 1), slice(before, 1, 0, states) + skips});
    const Var<T> sum = logsumexp(ways, {0}) + now[static_cast<std::size_t>(t)];
    alpha.push_back(sum - tape.constant(kernels::reduce_max(sum.value(), {batch, 1})));
  }
  const Var<T> all = reshape(stack(alpha), {(steps + 1) * batch, states});
  return -logsumexp(gather_rows(all, ends) + tape.constant(finish), {1});
}

template <class T>
struct CtcLoss {
  static constexpr auto name = "ctc_loss";
  static constexpr std::uint8_t needs = needs_input(0);
  kernels::CtcSequences sequences;
  Array<double> alphas{};  // of each sequence, one after the other
  Array<double> totals{};  // ln P(labels) less what was taken off, [B]

  Shape shape(const Shape& x) const {
    sequences.check(x);
    return {x[1]};
  }

  void forward(const Array<T>& x, Array<T>& y) {
    const Index batch = sequences.count();
    Index size = 0;
    for (Index b = 0; b < batch; ++b) size += sequences.steps(b) * (kPad + sequences.states(b));
    alphas = Array<double>::uninitialized({size}, x.pool());
    totals = Array<double>::uninitialized({batch}, x.pool());
    double* alpha = alphas.edit();
    for (Index b = 0; b < batch; ++b) {
      Lattice<T> lattice(sequences, b, x);
      Totals<double, 1> taken;
      totals.edit()[b] = lattice.forward(alpha, [&](double high) { taken.add(&high, 0, 1); });
      alpha += sequences.steps(b) * lattice.row();
      taken.add(totals.data() + b, 0, 1);
      y.edit()[b] =
          sequences.options.zero_infinity && !is_possible(b) ? T{0} : static_cast<T>(-taken[0]);
    }
  }

  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    if (x.size() == 0) return;
    Array<T> possible({sequences.count()});
    for (Index b = 0; b < possible.size(); ++b) possible.edit()[b] = is_possible(b) ? 1 : 0;
    const auto loss = [&](std::span<const Var<T>> xs) {
      return composed(sequences, xs[0], possible);
    };
    const Var<T> upstream = kernels::chain(x.tape().constant(possible), dy);
    dx += composed_gradients<T>(loss, {x}, upstream)[0];
  }

  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    T* to = dx.accumulator();
    const double* alpha = alphas.data();
    for (Index b = 0; b < sequences.count(); ++b) {
      Lattice<T> lattice(sequences, b, x);
      const auto upstream = static_cast<double>(dy[b]);
      if (is_possible(b) && upstream != 0) lattice.backward(alpha, upstream, to);
      alpha += sequences.steps(b) * lattice.row();
    }
  }

 private:
  bool is_possible(Index b) const { return totals[b] != kNever; }
};

}  // namespace

template <class T>
Var<T> ctc_loss(const Var<T>& x, const Indices& targets, const Indices& input_lengths,
                const Indices& target_lengths, const CtcOptions& options, Site site) {
  return record(CtcLoss<T>{{targets, input_lengths, target_lengths, options}}, site, x);
}

template Var<float> ctc_loss(const Var<float>&, const Indices&, const Indices&, const Indices&,
                             const CtcOptions&, Site);
template Var<double> ctc_loss(const Var<double>&, const Indices&, const Indices&, const Indices&,
                              const CtcOptions&, Site);

}  // namespace engram
