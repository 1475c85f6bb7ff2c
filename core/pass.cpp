#include "engram/core/pass.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/linear.hpp"
#include "engram/core/span.hpp"

namespace engram {
namespace {
constexpr Id kNone = std::numeric_limits<Id>::max();
}

template <class T>
bool Pass<T>::wanted(Id id) const {
  return tape_.nodes_[id].needs_gradient && (on_path_.empty() || on_path_[id]);
}

template <class T>
bool Pass<T>::has(Id id) const {
  return record_ ? recorded_[id] != kNone : slots_.has(id);
}

template <class T>
void Pass<T>::add(Id id, const Var<T>& dx) {
  if (!record_) return slots_.add(id, tape_.value(dx));
  const Shape shape = tape_.nodes_[id].value.shape();
  if (has(id)) {
    const std::array<Var<T>, 2> terms{tape_.var(recorded_[id]), dx};
    recorded_[id] = accumulate(std::span<const Var<T>>(terms), shape).id();
  } else if (dx.shape() == shape) {
    recorded_[id] = dx.id();
  } else {
    recorded_[id] = accumulate(std::span<const Var<T>>(&dx, 1), shape).id();
  }
}

template <class T>
void Pass<T>::step(Id id) {
  Span span(tape_.track());
  const Node<T>& node = tape_.nodes_[id];
  const Call<T> call{*this, id};
  struct Inherit {  // what a rule records belongs to the place of this operation
    Tape<T>& tape;
    const Site* before;
    Inherit(Tape<T>& of, const Site& site) : tape(of), before(of.inherited_site_) {
      tape.inherited_site_ = &site;
    }
    ~Inherit() { tape.inherited_site_ = before; }
  } const inherit(tape_, node.site);
  try {
    if (record_) {
      dy_ = tape_.var(recorded_[id]);
      node.operation->derivative(call);
    } else if (!slots_.is_in_place(id)) {
      const Array<T>& dy = slots_.finished(id);
      if (rules_only_ || !node.operation->backward(call)) {
        const auto mark = tape_.mark();
        dy_ = tape_.constant(dy, node.site);
        node.operation->derivative(call);
        tape_.rewind(mark);
      }
    }
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (backward)", error, node.site);
  }
  if (!record_) slots_.release(id);  // consumed: its memory serves the next one
  if (span) {
    span.done(node.operation->name(), Direction::backward, node.value.shape(),
              node.value.values().size_bytes(), node.site);
  }
}

// A rule computes with the values on the tape: they must be those the result was computed from.
template <class T>
void Pass<T>::refuse_edited(const typename Tape<T>::Read& read) const {
  if (read.param.version() == read.version) return;
  throw located("backward",
                Error(text("parameter ", read.param.shape(),
                           " was changed after the tape read it; run backward before the "
                           "optimiser's step, or clear the tape and record again")),
                tape_.nodes_[read.id].site);
}

template <class T>
void Pass<T>::run(const Var<T>& y, const BackwardOptions<T>& options) {
  const Node<T>& result = tape_.node(y);
  const bool seeded = options.seed.generation() != 0;
  if (!seeded && result.value.size() != 1) {
    throw located("backward",
                  Error(text("the result has shape ", result.value.shape(),
                             ", not one element; take its sum or mean, or pass a seed")),
                  result.site);
  }
  const Shape shape = result.value.shape();
  if (seeded && options.seed.shape() != shape) {
    throw located("backward",
                  Error(text("the seed has shape ", options.seed.shape(), ", the result ", shape)),
                  result.site);
  }
  clear();
  record_ = options.record;
  rules_only_ = options.rules_only;
  const std::size_t count = static_cast<std::size_t>(y.id()) + 1;
  if (record_) {
    recorded_.assign(count, kNone);
  } else {
    slots_.reset(count);
  }
  if (!wanted(y.id())) return;

  const RecordIf<T> recording(tape_, record_);

  if (seeded) {
    add(y.id(), options.seed);
  } else if (record_) {
    recorded_[y.id()] = tape_.constant(Array<T>::full(shape, T{1})).id();
  } else {
    slots_.add(y.id(), Array<T>::full(shape, T{1}));
  }
  for (Id id = y.id() + 1; id-- > 0;) {
    if (has(id) && tape_.nodes_[id].kind == Kind::operation && wanted(id)) step(id);
    if (!record_) tape_.repeated().each_first_used_at(id, [&](Id leaf) { slots_.add_up(leaf); });
  }
}

template <class T>
Gradients<T> Pass<T>::leaves(const Var<T>& y, const BackwardOptions<T>& options) {
  on_path_.clear();
  slots_.ask_for({});
  if (!tape_.node(y).needs_gradient) {
    throw located("backward",
                  Error(text("the result ", y.shape(),
                             " depends on no variable and no parameter that was recorded: it was "
                             "computed from constants, detached, or under NoRecord")),
                  tape_.node(y).site);
  }
  run(y, options);
  Gradients<T> out(tape_.pool());
  const auto collect = [&](Id id, std::optional<ParamRef<T>> param) {
    if (id > y.id() || !(has(id) || slots_.has_sums(id))) return;
    typename Gradients<T>::Entry entry{std::move(param), tape_.var(id), {}, {}};
    if (record_) {
      entry.var = tape_.var(recorded_[id]);
      entry.gradient = Gradient<T>(tape_.nodes_[recorded_[id]].value);
    } else {
      entry.gradient = slots_.take(id);
    }
    out.entries().push_back(std::move(entry));
  };
  // Never empty: with no block of its own it would not keep the tape's pool alive.
  out.entries().reserve(tape_.reads_.size() + tape_.variables_.size() + 1);
  for (const auto& read : tape_.reads_) {
    if (read.id <= y.id() && (has(read.id) || slots_.has_sums(read.id))) refuse_edited(read);
    collect(read.id, read.param);
  }
  for (const Id id : tape_.variables_) collect(id, std::nullopt);
  clear();
  return out;
}

template <class T>
std::vector<Var<T>> Pass<T>::of(const Var<T>& y, std::span<const Var<T>> targets,
                                const BackwardOptions<T>& options) {
  tape_.node(y);
  for (const auto& read : tape_.reads_) refuse_edited(read);
  on_path_.assign(tape_.nodes_.size(), 0);
  std::vector<std::uint8_t> is_target(tape_.nodes_.size(), 0);
  for (const Var<T>& target : targets) {
    if (!tape_.node(target).needs_gradient) {
      throw located("gradients",
                    Error(text("a target of shape ", target.shape(),
                               " is a constant: make it a variable, or a parameter that is read")),
                    tape_.node(target).site);
    }
    on_path_[target.id()] = is_target[target.id()] = 1;
  }
  slots_.ask_for(std::move(is_target));
  for (Id id = 0; id <= y.id(); ++id) {
    const Node<T>& node = tape_.nodes_[id];
    for (const Id input : tape_.inputs(node)) on_path_[id] |= on_path_[input];
  }
  run(y, options);
  std::vector<Var<T>> out;
  out.reserve(targets.size());
  for (const Var<T>& target : targets) {
    const Id id = target.id();
    if (id > y.id()) {
      out.push_back(tape_.constant(Array<T>(target.shape())));
    } else if (record_) {
      out.push_back(has(id) ? tape_.var(recorded_[id]) : tape_.constant(Array<T>(target.shape())));
    } else {
      Array<T> dense = slots_.take(id).dense();
      out.push_back(tape_.constant(dense));
      slots_.put(id, std::move(dense));  // the same target may be asked for twice
    }
  }
  clear();
  return out;
}

template <class T>
void Pass<T>::clear() {
  slots_.clear();
  recorded_.clear();
  dy_ = Var<T>();
}

template class Pass<float>;
template class Pass<double>;

}  // namespace engram
