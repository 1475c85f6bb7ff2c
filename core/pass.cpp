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
  return tape_.nodes_[id].needs_gradient && (on_path_.empty() || on_path_[id]);
}

template <class T>
bool Pass<T>::has(Id id) const {
  return record_ ? recorded_[id] != kNone : holds_[id] != Hold::nothing;
}

// Whether the caller asked for this gradient, so that it must not be shared or released.
template <class T>
bool Pass<T>::keeps(Id id) const {
  return tape_.nodes_[id].kind != Kind::operation || (!is_target_.empty() && is_target_[id]);
}

// Whether the gradient of `id` is to be a window onto another one and is not yet.
template <class T>
bool Pass<T>::is_open_view(Id id) const {
  const Operation<T>* operation = tape_.nodes_[id].operation;
  return holds_[id] == Hold::nothing && operation && operation->is_view() && !keeps(id);
}

template <class T>
bool Pass<T>::has_rows(Id id) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Rows& part) { return part.id == id; });
}

template <class T>
void Pass<T>::zero(Id id) {
  if (holds_[id] != Hold::nothing) return;
  const Shape& shape = tape_.nodes_[id].value.shape();
  grads_[id] = Array<T>::uninitialized(shape, tape_.pool());
  std::fill_n(grads_[id].edit(), shape.size(), T{0});
  holds_[id] = Hold::array;
}

// The gradient of a view is a window onto the gradient of what it is a view of: adding to one
// adds to the other. Views of views are followed by a loop, however long the chain.
template <class T>
void Pass<T>::open_window(Id id) {
  for (; is_open_view(id); id = tape_.inputs(tape_.nodes_[id])[0]) chain_.push_back(id);
  zero(id);
  for (; !chain_.empty(); chain_.pop_back()) {
    const Id view = chain_.back();
    if (holds_[id] == Hold::array) grads_[id].edit();  // memory of its own before it is shared
    grads_[view] = tape_.nodes_[view].operation->view(grads_[id]);
    holds_[view] = Hold::window;
    // From here on the parent is written through both handles.
    if (holds_[id] == Hold::array) holds_[id] = Hold::window;
    id = view;
  }
}

template <class T>
T* Pass<T>::open(Id id, bool zeroed, T& beta) {
  const Node<T>& node = tape_.nodes_[id];
  if (is_open_view(id)) open_window(id);
  beta = 1;
  if (holds_[id] == Hold::nothing) {
    if (zeroed) {
      zero(id);
    } else {
      grads_[id] = Array<T>::uninitialized(node.value.shape(), tape_.pool());
      holds_[id] = Hold::array;
      beta = 0;
    }
  }
  return holds_[id] == Hold::window ? grads_[id].edit_shared() : grads_[id].edit();
}

template <class T>
void Pass<T>::add(Id id, const Array<T>& dx) {
  const Node<T>& node = tape_.nodes_[id];
  if (holds_[id] == Hold::nothing && dx.shape() == node.value.shape() && !is_open_view(id)) {
    grads_[id] = dx;  // shared, not copied: `open` takes its own copy before it adds
    holds_[id] = Hold::array;
    return;
  }
  if (!broadcasts_to(node.value.shape(), dx.shape())) {
    fail("a derivative of shape ", dx.shape(), " for an input of shape ", node.value.shape(),
         "; it must have this shape, or one that this broadcasts to");
  }
  T beta = 0;
  T* target = open(id, false, beta);
  add_reduced(dx, node.value.shape(), target, beta);
}

template <class T>
void Pass<T>::add(Id id, const Var<T>& dx) {
  if (!record_) return add(id, tape_.value(dx));
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
  const Node<T> node = tape_.nodes_[id];  // a copy: rules append to the tape
  const Call<T> call{*this, id};
  struct Inherit {  // what a rule records belongs to the place of this operation
    Tape<T>& tape;
    Inherit(Tape<T>& of, const Site& site) : tape(of) { tape.inherited_site_ = &site; }
    ~Inherit() { tape.inherited_site_ = nullptr; }
  } const inherit(tape_, node.site);
  try {
    if (record_) {
      dy_ = tape_.var(recorded_[id]);
      node.operation->derivative(call);
    } else if (holds_[id] == Hold::window && node.operation->is_view() && !keeps(id)) {
      // Its gradient already is a part of its input's.
    } else if (rules_only_ || !node.operation->backward(call)) {
      const auto mark = tape_.mark();
      dy_ = tape_.constant(grads_[id], node.site);
      node.operation->derivative(call);
      tape_.rewind(mark);
    }
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (backward)", error, node.site);
  }
  if (!record_ && !keeps(id)) {
    grads_[id] = Array<T>();  // consumed: its memory serves the next one
    holds_[id] = Hold::nothing;
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
    grads_.resize(count);
    holds_.assign(count, Hold::nothing);
  }
  if (!wanted(y.id())) return;

  const bool before = tape_.recording_;
  tape_.recording_ = record_;
  struct Restore {
    Tape<T>& tape;
    bool recording;
    ~Restore() { tape.recording_ = recording; }
  } restore{tape_, before};

  if (seeded) {
    add(y.id(), options.seed);
  } else if (record_) {
    recorded_[y.id()] = tape_.constant(Array<T>::full(shape, T{1})).id();
  } else {
    add(y.id(), Array<T>::full(shape, T{1}));
  }
  for (Id id = y.id() + 1; id-- > 0;) {
    if (has(id) && tape_.nodes_[id].kind == Kind::operation && wanted(id)) step(id);
  }
}

template <class T>
Gradient<T> Pass<T>::take_rows(Id id) {
  const Shape& table = tape_.nodes_[id].value.shape();
  const Index width = table.without(0).size();
  order_.clear();
  for (const Rows& part : rows_) {
    if (part.id != id) continue;
    for (Index i = 0; i < part.rows.size(); ++i) {
      order_.push_back(
          {part.rows[i], static_cast<std::uint32_t>(order_.size()), part.dy.data() + i * width});
    }
  }
  std::sort(order_.begin(), order_.end());
  Index unique = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    unique += i == 0 || order_[i].row != order_[i - 1].row;
  }
  Indices rows = Indices::uninitialized({unique}, tape_.pool());
  Array<T> values = Array<T>::uninitialized(table.with(0, unique), tape_.pool());
  Index at = -1;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const T* from = order_[i].values;
    if (i == 0 || order_[i].row != order_[i - 1].row) {
      rows.edit_shared()[++at] = order_[i].row;
      std::copy_n(from, width, values.edit_shared() + at * width);
    } else {
      T* to = values.edit_shared() + at * width;
      for (Index k = 0; k < width; ++k) to[k] += from[k];
    }
  }
  return Gradient<T>(table, std::move(rows), std::move(values));
}

template <class T>
Gradient<T> Pass<T>::take(Id id) {
  if (!has_rows(id)) {
    zero(id);
    return Gradient<T>(std::move(grads_[id]));
  }
  Gradient<T> rows = take_rows(id);
  if (holds_[id] == Hold::nothing) return rows;
  Gradient<T> dense(std::move(grads_[id]));
  dense.add(rows);
  return dense;
}

template <class T>
Gradients<T> Pass<T>::leaves(const Var<T>& y, const BackwardOptions<T>& options) {
  on_path_.clear();
  is_target_.clear();
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
    if (id > y.id() || !(has(id) || has_rows(id))) return;
    typename Gradients<T>::Entry entry{std::move(param), tape_.var(id), {}, {}};
    if (record_) {
      entry.var = tape_.var(recorded_[id]);
      entry.gradient = Gradient<T>(tape_.nodes_[recorded_[id]].value);
    } else {
      entry.gradient = take(id);
    }
    out.entries().push_back(std::move(entry));
  };
  // Never empty: with no block of its own it would not keep the tape's pool alive.
  out.entries().reserve(tape_.reads_.size() + tape_.variables_.size() + 1);
  for (const auto& read : tape_.reads_) {
    if (read.id <= y.id() && (has(read.id) || has_rows(read.id))) refuse_edited(read);
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
  is_target_.assign(tape_.nodes_.size(), 0);
  for (const Var<T>& target : targets) {
    if (!tape_.node(target).needs_gradient) {
      throw located("gradients",
                    Error(text("a target of shape ", target.shape(),
                               " is a constant: make it a variable, or a parameter that is read")),
                    tape_.node(target).site);
    }
    on_path_[target.id()] = is_target_[target.id()] = 1;
  }
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
      Array<T> dense = take(id).dense();
      out.push_back(tape_.constant(dense));
      grads_[id] = std::move(dense);  // the same target may be asked for twice
      holds_[id] = Hold::array;
    }
  }
  clear();
  return out;
}

template <class T>
void Pass<T>::clear() {
  grads_.clear();
  holds_.clear();
  recorded_.clear();
  rows_.clear();
  dy_ = Var<T>();
}

// ---- Into and Call: the pass as a derivative rule sees it.

template <class T>
Into<T>::operator bool() const {
  return pass_->wanted(id_);
}

template <class T>
void Into<T>::operator+=(const Var<T>& dx) {
  if (*this) pass_->add(id_, dx);
}

template <class T>
void Into<T>::operator+=(const Array<T>& dx) {
  if (*this) pass_->add(id_, dx);
}

template <class T>
typename Into<T>::Target Into<T>::open(bool zeroed) {
  Target target{};
  target.data = pass_->open(id_, zeroed, target.beta);
  return target;
}

template <class T>
void Into<T>::add_rows(const Indices& rows, const Array<T>& dy) {
  if (!*this) return;
  if (pass_->tape_.node(id_).kind != Kind::operation) {
    pass_->rows_.push_back({id_, rows, dy});
    return;
  }
  const Index width = pass_->tape_.node(id_).value.shape().without(0).size();
  T* target = accumulator();
  for (Index i = 0; i < rows.size(); ++i) {
    for (Index k = 0; k < width; ++k) target[rows[i] * width + k] += dy[i * width + k];
  }
}

template <class T>
std::size_t Call<T>::inputs() const {
  return pass.tape_.node(id).inputs;
}
template <class T>
Var<T> Call<T>::var(std::size_t input) const {
  return pass.tape_.var(pass.tape_.inputs(pass.tape_.node(id))[input]);
}
template <class T>
Array<T> Call<T>::array(std::size_t input) const {
  return var(input).value();
}
template <class T>
Into<T> Call<T>::into(std::size_t input) const {
  return Into<T>(pass, var(input).id());
}
template <class T>
Array<T> Call<T>::y() const {
  return pass.tape_.node(id).value;
}
template <class T>
Array<T> Call<T>::dy() const {
  return pass.grads_[id];
}
template <class T>
Var<T> Call<T>::y_var() const {
  return pass.tape_.var(id);
}
template <class T>
Var<T> Call<T>::dy_var() const {
  return pass.dy_;
}

template class Pass<float>;
template class Pass<double>;
template class Into<float>;
template class Into<double>;
template struct Call<float>;
template struct Call<double>;

}  // namespace engram
