#include "engram/core/tape.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/profile.hpp"
#include "engram/core/tape/captures.hpp"

namespace engram {
namespace {
constexpr std::size_t kChunk = 65536;  // bytes of operations allocated at a time
}

template <class T>
Tape<T>::Tape() : cell_(TapeCell<T>::take(*this)), pool_(Pool::make()), packed_weights_(*this) {
  profile(Profile::of_environment());
}

template <class T>
Tape<T>::~Tape() {
  drop({});
  cell_.give_back();
}

template <class T>
Var<T> Tape<T>::leaf(Array<T> value, Kind kind, const Site& site) {
  const Var<T> var = push(std::move(value), nullptr, false, {}, site);
  nodes_.back().kind = kind;
  nodes_.back().needs_gradient = kind != Kind::constant && recording_;
  return var;
}

template <class T>
Var<T> Tape<T>::constant(Array<T> value, Site site) {
  return leaf(std::move(value), Kind::constant, site);
}

template <class T>
Var<T> Tape<T>::variable(Array<T> value, Site site) {
  const Var<T> var = leaf(std::move(value), Kind::variable, site);
  variables_.push_back(var.id());
  return var;
}

template <class T>
Var<T> Tape<T>::read(const ParamRef<T>& param, Site site) {
  if (captures_) {
    if (const Var<T>* var = captures_->ask(param)) return *var;
  }
  const bool differentiated = recording_ && param.is_trained();
  for (const Read& read : reads_) {
    if (!(read.param == param) || nodes_[read.id].needs_gradient != differentiated) continue;
    if (read.version == param.version()) return var(read.id);
  }
  // Not differentiated, it is a number like any other: nothing would notice an edit, so it keeps
  // its own.
  const Var<T> var =
      leaf(differentiated ? param.value().watching() : param.value(), Kind::parameter, site);
  nodes_.back().needs_gradient = differentiated;
  reads_.push_back({param, param.version(), var.id()});
  return var;
}

template <class T>
Var<T> Tape<T>::stand_in(Id id, bool varies) {
  const Node<T>& node = nodes_[id];
  const bool is_gone = node.is_gone;
  const Var<T> out = leaf(is_gone ? Array<T>::gone(node.value.shape()) : node.value,
                          varies ? Kind::variable : Kind::constant, node.site);
  nodes_[out.id()].is_gone = is_gone;
  return out;
}

template <class T>
void Tape<T>::refuse(const Var<T>& var) const {
  if (&var.tape() != this) {
    fail("values of two tapes meet; bring one over with tape.constant(other.value())");
  }
  if (var.id() < size()) {
    const Node<T>& node = nodes_[var.id()];
    throw located(node.operation->name(),
                  Error(text("the value ", node.value.shape(),
                             " was given back after its step; where a later step is to use it, "
                             "call tape.keep(it) in its own step, or return it from there")),
                  node.site);
  }
  fail("this Var is stale: it was left behind by a function that is over (Tape::transient)");
}

template <class T>
void Tape<T>::count_pass(Id first) {
  if (unrelated_passes_ < 0) return;
  unrelated_passes_ = first < seen_by_pass_ ? 0 : unrelated_passes_ + 1;
  seen_by_pass_ = nodes_.size();
  if (unrelated_passes_ <= kMostUnrelatedPasses) return;
  fail("backward: the tape holds ", nodes_.size(), " values of ", unrelated_passes_,
       " passes that have nothing in common; call tape.clear() before each step, or "
       "tape.let_grow() once if all of them are to be kept");
}

template <class T>
Var<T> Tape<T>::push(Array<T>&& value, const Operation<T>* operation, bool owned,
                     std::span<const Id> inputs, const Site& site) {
  if (nodes_.size() >= std::numeric_limits<Id>::max()) fail("the tape is full: 2^32 - 1 values");
  if (inputs.size() > Node<T>::kMostInputs) {
    fail(inputs.size(), " inputs; an operation has at most ", Node<T>::kMostInputs);
  }
  if (captures_) inputs = captures_->inputs(inputs);
  const auto count = operation ? static_cast<std::uint32_t>(inputs.size()) : 0U;
  const auto first = count == 1 ? inputs[0] : static_cast<std::uint32_t>(inputs_.size());
  if (count > 1) {
    if (inputs_.size() >= std::numeric_limits<Id>::max()) fail("the tape is full: 2^32 - 1 inputs");
    inputs_.insert(inputs_.end(), inputs.begin(), inputs.end());
  }
  const unsigned needs = operation ? operation->traits().needs : 0U;
  for (std::uint32_t k = 0; k < count; ++k) {
    if (needs & needs_input(k)) nodes_[inputs[k]].is_needed = true;
  }
  nodes_.emplace_back(std::move(value), operation, place(site), first, count,
                      operation ? Kind::operation : Kind::constant, operation != nullptr, owned,
                      (needs & kNeedsResult) != 0, false);
  return var(static_cast<Id>(nodes_.size() - 1));
}

template <class T>
void Tape<T>::give_back(Id begin, Id end) {
  for (Id id = begin; id < end; ++id) {
    Node<T>& node = nodes_[id];
    if (node.kind != Kind::operation || node.is_needed || node.value.size() < 2) continue;
    node.value = Array<T>::gone(node.value.shape());
    node.is_gone = true;
  }
}

template <class T>
void* Tape<T>::allocate(std::size_t bytes) {
  bytes = (bytes + 15) / 16 * 16;
  if (bytes > kChunk) fail("an operation of ", bytes, " bytes; keep large data in an Array");
  if (arena_.empty() || arena_used_ + bytes > kChunk) {
    if (!arena_.empty()) ++arena_chunk_;
    if (arena_chunk_ == arena_.size()) {
      arena_.push_back(Array<std::uint8_t>::uninitialized({static_cast<Index>(kChunk)}, *pool_));
    }
    arena_used_ = 0;
  }
  void* at = arena_[arena_chunk_].edit_shared() + arena_used_;
  arena_used_ += bytes;
  return at;
}

template <class T>
void Tape<T>::drop(const Mark& mark) {
  while (nodes_.size() > mark.nodes) {
    const Node<T>& node = nodes_.back();
    if (node.owns_operation) node.operation->~Operation<T>();
    nodes_.shrink(nodes_.size() - 1);
  }
  inputs_.resize(mark.inputs);
  reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(mark.reads), reads_.end());
  variables_.resize(mark.variables);
  arena_chunk_ = mark.arena_chunk;
  arena_used_ = mark.arena_used;
}

template <class T>
Array<T> Tape<T>::transient(const std::function<Var<T>()>& f) {
  const RecordIf<T> recording(*this, false);
  struct Forget {
    Tape& tape;
    Mark mark;
    ~Forget() { tape.rewind(mark); }
  } const forget{*this, mark()};
  return f().value();
}

template <class T>
void Tape<T>::profile(Profile* profile) {
  timeline_.reset();
  if (profile) timeline_ = profile->timeline();
  is_watched_ = timeline_ || detects_anomalies_;
}

template <class T>
void Tape<T>::detect_anomalies(bool on) {
  detects_anomalies_ = on;
  is_watched_ = timeline_ || on;
}

template <class T>
void Tape<T>::clear() {
  if (passes_) passes_->clear();
  packed_weights_.clear();
  drop({});
  cell_.next_generation();
  seen_by_pass_ = 0;
  if (unrelated_passes_ > 0) unrelated_passes_ = 0;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace engram
