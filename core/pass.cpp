#include "engram/core/pass.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/linear.hpp"

namespace engram {
namespace {
constexpr Id kNone = std::numeric_limits<Id>::max();
}

template <class T>
bool Pass<T>::wanted(Id id) const {
  const Node<T>& node = tape_.nodes_[id];
  if (alone_) return node.needs_gradient;
  if (!leaves_too_ && to_ == &slots_ && node.kind != Kind::operation) return false;
  return node.needs_gradient && (on_path_.empty() || on_path_[id]);
}

template <class T>
bool Pass<T>::has(Id id) const {
  return record_ ? recorded_[id] != kNone : to_->has(id);
}

template <class T>
void Pass<T>::add(Id id, const Var<T>& dx) {
  if (alone_) return static_cast<void>(alone_->dx.emplace_back(id, dx));
  if (!record_) return to_->add(id, tape_.value(dx));
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

// Adds dx for dy, in numbers.
template <class T>
void Pass<T>::first_order(const Call<T>& call) {
  const Node<T>& node = tape_.nodes_[call.id];
  if (!rules_only_ && node.operation->backward(call)) return;
  const auto mark = tape_.mark();
  dy_ = tape_.constant(call.dy(), node.site);
  node.operation->derivative(call);
  tape_.rewind(mark);
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
    } else {
      to_->finished(id);
      if (!to_->is_in_place(id)) first_order(call);
    }
    if (tape_.is_watched()) watched(call, span);
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (backward)", error, node.site);
  }
  if (!record_) to_->release(id);  // consumed: its memory serves the next one
}

// Records what an operation stands for at the end of the tape, and walks back through that: what it
// adds goes where it would have gone had it been there all the time.
template <class T>
void Pass<T>::replay(const Call<T>& call, const std::function<Var<T>(Vars)>& f) {
  const Array<T> dy = call.dy();
  const std::size_t before = tape_.size();
  struct Forget {
    Pass& pass;
    typename Tape<T>::Mark mark;
    const Site* site;
    ~Forget() {
      pass.tape_.inherited_site_ = site;
      pass.to_->resize(mark.nodes);
      if (!pass.on_path_.empty()) pass.on_path_.resize(mark.nodes);
      pass.tape_.rewind(mark);
    }
  } const forget{*this, tape_.mark(), std::exchange(tape_.inherited_site_, nullptr)};
  std::vector<Var<T>> xs;
  for (std::size_t k = 0; k < call.inputs(); ++k) xs.push_back(call.var(k));
  Var<T> y;
  {
    const RecordIf<T> recording(tape_, true);
    y = f(xs);
  }
  if (!on_path_.empty()) extend_path(before);
  to_->resize(tape_.size());
  if (!wanted(y.id())) return;
  to_->add(y.id(), dy);
  for (auto id = static_cast<Id>(tape_.size()); id-- > before;) {
    if (has(id) && tape_.nodes_[id].kind == Kind::operation && wanted(id)) step(id);
  }
  for (const Var<T>& x : xs) {
    if (tape_.node(x).kind != Kind::operation) to_->add_up(x.id());
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
void Pass<T>::refuse_edited() const {
  for (const auto& read : tape_.reads_) refuse_edited(read);
}

template <class T>
void Pass<T>::begin(Vars ys) {
  clear();
  Id last = 0;
  for (const Var<T>& y : ys) {
    static_cast<void>(tape_.node(y));  // throws for one that is not on the tape
    last = std::max(last, y.id());
  }
  const std::size_t count = static_cast<std::size_t>(last) + 1;
  if (record_) {
    recorded_.assign(count, kNone);
  } else {
    slots_.reset(count);
  }
}

// Adds `dy`, or 1 where there is none, to the gradient of y.
template <class T>
void Pass<T>::seed(const Var<T>& y, const Var<T>* dy) {
  const Node<T>& result = tape_.node(y);
  const Shape shape = result.value.shape();
  if (!dy && shape.size() != 1) {
    throw located("backward",
                  Error(text("the result has shape ", shape,
                             ", not one element; take its sum or mean, or pass a seed")),
                  result.site);
  }
  if (dy && dy->shape() != shape) {
    throw located("backward",
                  Error(text("the seed has shape ", dy->shape(), ", the result ", shape)),
                  result.site);
  }
  if (!wanted(y.id())) return;
  if (dy) {
    add(y.id(), *dy);
  } else if (record_) {
    add(y.id(), tape_.constant(Array<T>::full(shape, T{1}), result.site));
  } else {
    slots_.add(y.id(), Array<T>::full(shape, T{1}));
  }
}

template <class T>
void Pass<T>::run(Id last) {
  const RecordIf<T> recording(tape_, record_);
  for (Id id = last + 1; id-- > 0;) {
    if (has(id) && tape_.nodes_[id].kind == Kind::operation && wanted(id)) step(id);
    if (!record_) tape_.repeated().each_first_used_at(id, [&](Id leaf) { slots_.add_up(leaf); });
  }
}

template <class T>
Gradients<T> Pass<T>::leaves(const Var<T>& y, const BackwardOptions<T>& options) {
  on_path_.clear();
  slots_.ask_for({});
  record_ = options.record;
  rules_only_ = options.rules_only;
  if (!tape_.node(y).needs_gradient) {
    throw located("backward",
                  Error(text("the result ", y.shape(),
                             " depends on no variable and no parameter that was recorded: it was "
                             "computed from constants, detached, or under NoRecord")),
                  tape_.node(y).site);
  }
  begin(Vars(&y, 1));
  seed(y, options.seed.has_value() ? &options.seed : nullptr);
  run(y.id());
  Gradients<T> out(tape_.pool());
  Id first = kNone;
  const auto collect = [&](Id id, std::optional<ParamRef<T>> param) {
    if (id > y.id() || !(has(id) || slots_.has_sums(id))) return;
    first = std::min(first, id);
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
  tape_.count_pass(first);
  return out;
}

// Marks what depends on a target.
template <class T>
void Pass<T>::find_path(Vars targets, const char* what) {
  on_path_.assign(tape_.nodes_.size(), 0);
  is_target_.assign(tape_.nodes_.size(), 0);
  for (const Var<T>& target : targets) {
    const Node<T>& node = tape_.node(target);
    if (!node.needs_gradient) {
      throw located(what,
                    Error(text("a target of shape ", target.shape(),
                               " is a constant: make it a variable, or a parameter that is read")),
                    node.site);
    }
    on_path_[target.id()] = is_target_[target.id()] = 1;
  }
  extend_path(0);
}

// Marks the nodes from `begin` on that depend on one that is marked.
template <class T>
void Pass<T>::extend_path(std::size_t begin) {
  on_path_.resize(tape_.nodes_.size());
  for (auto id = static_cast<Id>(begin); id < on_path_.size(); ++id) {
    for (const Id input : tape_.inputs(tape_.nodes_[id])) on_path_[id] |= on_path_[input];
  }
}

// The gradient that a pass from `last` on has left for a target, as a constant.
template <class T>
Var<T> Pass<T>::taken(GradientSlots<T>& slots, const Var<T>& target, Id last) {
  const Id id = target.id();
  if (id > last || !(slots.has(id) || slots.has_sums(id))) {
    return tape_.constant(Array<T>(target.shape()));
  }
  Array<T> dense = slots.take(id).dense();
  const Var<T> out = tape_.constant(dense);
  slots.put(id, std::move(dense));  // the same target may be asked for twice
  return out;
}

template <class T>
std::vector<Var<T>> Pass<T>::of(Vars ys, Vars targets, Vars seeds,
                                const BackwardOptions<T>& options) {
  if (!seeds.empty() && seeds.size() != ys.size()) {
    fail("gradients: ", seeds.size(), " seeds for ", ys.size(), " results; need one for each");
  }
  refuse_edited();
  record_ = options.record;
  rules_only_ = options.rules_only;
  find_path(targets, "gradients");
  begin(ys);
  slots_.ask_for(is_target_);
  Id last = 0;
  for (std::size_t k = 0; k < ys.size(); ++k) {
    seed(ys[k], seeds.empty() ? nullptr : &seeds[k]);
    last = std::max(last, ys[k].id());
  }
  run(last);
  std::vector<Var<T>> out;
  out.reserve(targets.size());
  for (const Var<T>& target : targets) {
    if (!record_) {
      out.push_back(taken(slots_, target, last));
    } else if (target.id() <= last && has(target.id())) {
      out.push_back(tape_.var(recorded_[target.id()]));
    } else {
      out.push_back(tape_.constant(Array<T>(target.shape())));
    }
  }
  clear();
  return out;
}

template <class T>
void Pass<T>::clear() {
  slots_.clear();
  second_.clear();
  tangents_.clear();
  recorded_.clear();
  dy_ = Var<T>();
  from_ = to_ = &slots_;
  leaves_too_ = true;
  alone_ = nullptr;
}

template class Pass<float>;
template class Pass<double>;

}  // namespace engram
