// Decoders: from the probabilities that `ctc_loss` trains to labels.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engram/ops/sequences/ctc.hpp"
#include "engram/ops/sequences/ctc_sequences.hpp"

namespace engram {
namespace {

using Labels = std::vector<std::int32_t>;

constexpr double kNever = -std::numeric_limits<double>::infinity();

// ln(exp a + exp b)
double logaddexp(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  return low == kNever ? high : high + std::log1p(std::exp(low - high));
}

// Paths to the same labels, by whether they end in a blank: after one a label can come again.
struct Paths {
  double blank = kNever, label = kNever;
  double total() const { return logaddexp(blank, label); }
};

using Beam = std::map<Labels, Paths>;

// The `most` most probable.
Beam pruned(const Beam& beam, std::size_t most) {
  std::vector<std::pair<double, const Beam::value_type*>> order;
  for (const auto& entry : beam) {
    const double total = entry.second.total();
    order.emplace_back(std::isnan(total) ? -kNever : -total, &entry);
  }
  const auto kept = std::min(most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  Beam out;
  for (std::size_t k = 0; k < kept; ++k) out.insert(*order[k].second);
  return out;
}

// All beginnings one step further. `x` has the log-probabilities of the classes.
template <class T>
Beam extended(const Beam& beam, std::span<const T> x, std::int32_t blank) {
  Beam next;
  for (const auto& [labels, paths] : beam) {
    const double total = paths.total();
    for (std::int32_t c = 0; c < static_cast<std::int32_t>(x.size()); ++c) {
      const auto here = static_cast<double>(x[static_cast<std::size_t>(c)]);
      const bool repeats = !labels.empty() && labels.back() == c;
      if (c == blank) {
        double& to = next[labels].blank;
        to = logaddexp(to, total + here);
        continue;
      }
      if (repeats) {
        double& to = next[labels].label;
        to = logaddexp(to, paths.label + here);
      }
      Labels longer = labels;
      longer.push_back(c);
      double& to = next[longer].label;
      to = logaddexp(to, (repeats ? paths.blank : total) + here);
    }
  }
  return next;
}

// Calls `decode` with the steps of each sequence: `at(t)` are the log-probabilities at step t.
template <class T, class Decode>
std::vector<CtcDecoded> for_each_sequence(const char* name, const Array<T>& x,
                                          const Indices& lengths, std::int32_t blank,
                                          const Decode& decode) {
  try {
    kernels::check_ctc_inputs(x.shape(), lengths, blank);
  } catch (const Error& error) {
    fail(name, ": ", error.what());
  }
  const Index batch = x.extent(1), classes = x.extent(2);
  std::vector<CtcDecoded> out;
  for (Index b = 0; b < batch; ++b) {
    out.push_back(decode(lengths[b], [&](Index t) {
      return x.values().subspan(static_cast<std::size_t>((t * batch + b) * classes),
                                static_cast<std::size_t>(classes));
    }));
  }
  return out;
}

}  // namespace

template <class T>
std::vector<CtcDecoded> ctc_greedy_decode(const Array<T>& x, const Indices& lengths,
                                          std::int32_t blank) {
  return for_each_sequence("ctc_greedy_decode", x, lengths, blank,
                           [&](Index steps, const auto& at) {
                             CtcDecoded out{{}, 0};
                             std::int32_t before = blank;
                             for (Index t = 0; t < steps; ++t) {
                               const std::span<const T> row = at(t);
                               const auto best = std::max_element(row.begin(), row.end());
                               const auto c = static_cast<std::int32_t>(best - row.begin());
                               if (c != blank && c != before) out.labels.push_back(c);
                               out.log_probability += static_cast<double>(*best);
                               before = c;
                             }
                             return out;
                           });
}

template <class T>
std::vector<CtcDecoded> ctc_beam_decode(const Array<T>& x, const Indices& lengths,
                                        std::int32_t blank, Index beam) {
  if (beam < 1) fail("ctc_beam_decode: beam ", beam, "; need at least 1");
  return for_each_sequence("ctc_beam_decode", x, lengths, blank, [&](Index steps, const auto& at) {
    Beam kept{{Labels(), {.blank = 0}}};
    for (Index t = 0; t < steps; ++t) {
      kept = pruned(extended(kept, at(t), blank), static_cast<std::size_t>(beam));
    }
    const auto best = std::max_element(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
      return a.second.total() < b.second.total();
    });
    return CtcDecoded{best->first, best->second.total()};
  });
}

template std::vector<CtcDecoded> ctc_greedy_decode(const Array<float>&, const Indices&,
                                                   std::int32_t);
template std::vector<CtcDecoded> ctc_greedy_decode(const Array<double>&, const Indices&,
                                                   std::int32_t);
template std::vector<CtcDecoded> ctc_beam_decode(const Array<float>&, const Indices&, std::int32_t,
                                                 Index);
template std::vector<CtcDecoded> ctc_beam_decode(const Array<double>&, const Indices&, std::int32_t,
                                                 Index);

}  // namespace engram
