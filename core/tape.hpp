// Tape: the list of operations as they happened, and its run backwards.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engram/core/gradients.hpp"
#include "engram/core/memory/chunked.hpp"
#include "engram/core/param.hpp"
#include "engram/core/tape/operation.hpp"
#include "engram/core/tape/packed_weights.hpp"
#include "engram/core/var.hpp"

namespace engram {

class Profile;
struct Timeline;
template <class T>
class Captures;

/// What one entry of a tape is.
enum class Kind : std::uint8_t { constant, variable, parameter, operation };

/// One entry of a tape: a value and how it came about. 72 bytes.
template <class T>
struct Node {
  static constexpr std::uint32_t kMostInputs = (1U << 26) - 1;

  Array<T> value;
  const Operation<T>* operation;  ///< null for a leaf
  Site site;
  std::uint32_t first_input;  ///< the only input itself, or where in the tape's list they begin
  std::uint32_t inputs : 26;
  Kind kind : 2;
  bool needs_gradient : 1;
  bool owns_operation : 1;
  bool is_needed : 1;  ///< some derivative reads the value
  bool is_gone : 1;    ///< the value was given back: only its shape is there
};

/// How to run backward.
template <class T>
struct BackwardOptions {
  /// The gradient of the result (the upstream gradient), of its shape. Empty: 1, for a scalar.
  Var<T> seed{};
  /// Record the derivatives on the tape, so that they can be differentiated again.
  bool record = false;
  /// Use only the readable derivative rules, not the kernels: for tests that compare the two.
  bool rules_only = false;

  /// The seed, if there is one.
  std::span<const Var<T>> seeds() const { return {&seed, seed.has_value() ? 1U : 0U}; }
};

/// What transformations of a tape keep from one to the next: the memory of their tables.
class PassMemory {
 public:
  virtual ~PassMemory() = default;
  virtual void clear() = 0;
};

/// A Wengert list (R. E. Wengert, 1964): every operation on a `Var` appends one node, so the list
/// is in topological order by construction and backward is one loop from its end. Any number of
/// tapes can be in use at once; one tape is used by one thread at a time.
template <class T>
class Tape {
 public:
  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// A value that is not differentiated.
  Var<T> constant(Array<T> value, Site site = Site::current());
  /// A value that is.
  Var<T> variable(Array<T> value, Site site = Site::current());
  /// A parameter: the same `Var` each time until the tape is cleared. A frozen one and a buffer are
  /// constants.
  Var<T> read(const ParamRef<T>& param, Site site = Site::current());

  /// Gradients of the scalar `y` (or of any `y` with a seed) with respect to the parameters and
  /// variables it depends on. Throws `Error` for a `y` with more than one element and no seed,
  /// when a parameter was edited since it was read, and when the tape is never cleared
  /// (`kMostUnrelatedPasses`).
  Gradients<T> backward(const Var<T>& y, const BackwardOptions<T>& options = {});
  /// Gradients of `y` with respect to `targets` (any values on the tape), as Vars in their order:
  /// zeros where `y` does not depend on one. With `record`, they can be differentiated again.
  std::vector<Var<T>> gradients(const Var<T>& y, std::span<const Var<T>> targets,
                                const BackwardOptions<T>& options = {});
  /// The same of several results at once: of Σ <y, seed>, with one of `seeds` for each of `ys`.
  std::vector<Var<T>> gradients(std::span<const Var<T>> ys, std::span<const Var<T>> targets,
                                std::span<const Var<T>> seeds,
                                const BackwardOptions<T>& options = {});

  /// Forward mode: how `ys` change, to first order, when `targets` (values on the tape, all others
  /// follow) move along `directions`, which have their shapes: J v, in numbers. Throws `Error` for
  /// a target that is a constant and for shapes that differ.
  std::vector<Var<T>> tangents(std::span<const Var<T>> ys, std::span<const Var<T>> targets,
                               std::span<const Var<T>> directions);
  /// Forward over reverse: how the gradients of the scalar `y` (or of any `y` with a seed) by
  /// `targets` change along `directions`: H v, in numbers, at the cost of two to three gradients.
  /// Throws as `gradients` and `tangents`.
  std::vector<Var<T>> hessian_product(const Var<T>& y, std::span<const Var<T>> targets,
                                      std::span<const Var<T>> directions,
                                      const Var<T>& seed = Var<T>());

  /// Forgets all values and keeps the memory: a loop that clears, records and runs backward asks
  /// the system for no more memory after its first two turns.
  void clear();
  std::size_t size() const { return nodes_.size(); }

  /// The most passes one after another, each of which reaches nothing that was there before the
  /// last one, until `backward` throws an `Error`: a training loop that never clears its tape fills
  /// the memory with steps that nobody can want back.
  static constexpr int kMostUnrelatedPasses = 1000;
  /// Lets the tape grow by any number of them.
  void let_grow() { unrelated_passes_ = -1; }

  /// Gives back the values of the operations numbered [begin, end) that no derivative of what is
  /// recorded so far reads, for others to use their memory. They can no longer be read, nor be
  /// inputs of operations. For a caller that knows who may still ask for them, such as
  /// `nn::over_time`.
  void give_back(Id begin, Id end);

  /// Excepts a value from `give_back`: for one that `nn::over_time` is to find there steps later.
  void keep(const Var<T>& var) { nodes_[readable(var)].is_needed = true; }

  /// Whether operations are recorded for backward; while not, only their values are kept.
  bool recording() const { return recording_; }

  /// Whether the first NaN or infinity that an operation makes, forward or backward, is an `Error`
  /// that names the operation, its place on the tape and in your source, and the ranges of its
  /// inputs. Looking at every number costs time: off unless asked for.
  void detect_anomalies(bool on);
  bool detects_anomalies() const { return detects_anomalies_; }

  /// The value of f(), whose operations leave nothing behind on the tape and are not recorded.
  Array<T> transient(const std::function<Var<T>()>& f);

  /// Threads that large matrix products on this tape are shared out to, from now on, or none for
  /// null: for a batch too small to be cut into shards. They must outlive their use.
  void use(const Workers* workers) { workers_ = workers; }
  const Workers* workers() const { return workers_; }

  /// Times every operation from now on, or none for null. See core/profile.hpp.
  void profile(Profile* profile);

  // For those who record: core/record.hpp and printing.

  /// The value of a `Var` of this tape. Throws `Error` for a `Var` of another or a cleared tape.
  const Array<T>& value(const Var<T>& var) {
    Array<T>& value = nodes_[readable(var)].value;
    if (value.is_strided()) value = value.dense();
    return value;
  }
  /// The same; its elements may lie apart.
  const Array<T>& strided(const Var<T>& var) const { return nodes_[readable(var)].value; }
  const Node<T>& node(const Var<T>& var) const {
    check(var);
    return nodes_[var.id()];
  }
  const Node<T>& node(Id id) const { return nodes_[id]; }
  std::span<const Id> inputs(const Node<T>& node) const {
    return {node.inputs == 1 ? &node.first_input : inputs_.data() + node.first_input, node.inputs};
  }
  Var<T> var(Id id) { return Var<T>(cell_, id); }
  Pool& pool() { return *pool_; }
  PackedWeights<T>& packed_weights() { return packed_weights_; }
  Timeline* timeline() const { return timeline_.get(); }
  /// Whether somebody wants to know of each operation: a profile, or who looks for anomalies.
  bool is_watched() const { return is_watched_; }
  /// Whether an operation on these inputs must be recorded.
  bool needs_gradient(std::span<const Id> inputs) const {
    return recording_ && std::any_of(inputs.begin(), inputs.end(),
                                     [&](Id input) { return nodes_[input].needs_gradient; });
  }
  /// Appends a value. `operation` may be null (only the value is kept) or static; with `owned`,
  /// the tape destroys it, which lives in memory from `allocate`.
  Var<T> push(Array<T>&& value, const Operation<T>* operation, bool owned,
              std::span<const Id> inputs, const Site& site);
  /// Memory for an operation, kept until the tape is cleared.
  void* allocate(std::size_t bytes);

  // For transformations of the tape (core/tape_transformations.cpp).

  /// A parameter as it was when the tape read it.
  struct Read {
    ParamRef<T> param;
    std::uint64_t version;
    Id id;
  };
  const std::vector<Read>& reads() const { return reads_; }
  const std::vector<Id>& variables() const { return variables_; }

  /// What was on the tape at some time.
  struct Mark {
    std::size_t nodes, inputs, reads, variables, arena_chunk, arena_used;
  };
  Mark mark() const {
    return {nodes_.size(),     inputs_.size(), reads_.size(),
            variables_.size(), arena_chunk_,   arena_used_};
  }
  /// Forgets what was recorded since (`Scratch`).
  void rewind(const Mark& mark) {
    drop(mark);
    packed_weights_.forget_from(static_cast<Id>(mark.nodes));
  }
  /// From now on, what is recorded belongs to `site` of the user's, or for null to its own
  /// (`Inherit`). Returns what it was.
  const Site* inherit(const Site* site) { return std::exchange(inherited_site_, site); }
  /// Where something recorded at `site` belongs.
  const Site& place(const Site& site) const { return inherited_site_ ? *inherited_site_ : site; }
  /// A leaf with the value of a node, if that is there.
  Var<T> stand_in(Id id, bool varies);

 private:
  friend class Captures<T>;
  template <class U>
  friend class RecordIf;

  void check(const Var<T>& var) const {
    const bool good = var.is_on(cell_) && var.is_current() && var.id() < size();
    if (!good) refuse(var);
  }
  Id readable(const Var<T>& var) const {
    check(var);
    if (nodes_[var.id()].is_gone) refuse(var);
    return var.id();
  }
  [[noreturn]] void refuse(const Var<T>& var) const;
  // After a backward pass whose leaves are numbered `first` and up.
  void count_pass(Id first);
  Var<T> leaf(Array<T> value, Kind kind, const Site& site);
  void drop(const Mark& mark);
  // f(memory), for memory that nobody else uses: a derivative rule may ask for gradients itself.
  auto with_passes(const auto& f);

  TapeCell<T>& cell_;
  Pool::Owner pool_;
  PackedWeights<T> packed_weights_;
  Chunked<Node<T>> nodes_;
  std::vector<Id> inputs_;
  std::vector<Read> reads_;
  std::vector<Id> variables_;
  std::vector<Array<std::uint8_t>> arena_;  ///< chunks that hold the operations
  std::size_t arena_chunk_ = 0, arena_used_ = 0;
  std::unique_ptr<PassMemory> passes_;  ///< null at first, and while it is used
  int unrelated_passes_ = 0;            ///< one after another; -1: not counted
  std::size_t seen_by_pass_ = 0;        ///< the nodes that were there at the end of the last pass
  bool recording_ = true;
  bool detects_anomalies_ = false;
  bool is_watched_ = false;
  const Workers* workers_ = nullptr;
  Captures<T>* captures_ = nullptr;       ///< while a checkpoint's function runs
  std::shared_ptr<Timeline> timeline_;    ///< null while nothing is timed
  const Site* inherited_site_ = nullptr;  ///< while a derivative rule runs: of the op it is for
};

/// Switches recording on or off while it lives.
template <class T>
class RecordIf {
 public:
  RecordIf(Tape<T>& tape, bool on) : tape_(tape), before_(tape.recording_) { tape.recording_ = on; }
  ~RecordIf() { tape_.recording_ = before_; }
  RecordIf(const RecordIf&) = delete;
  RecordIf& operator=(const RecordIf&) = delete;

 private:
  Tape<T>& tape_;
  bool before_;
};

/// Switches recording off while it lives: values are computed, nothing can be differentiated.
template <class T>
class NoRecord : RecordIf<T> {
 public:
  explicit NoRecord(Tape<T>& tape) : RecordIf<T>(tape, false) {}
};

/// The same value with its history cut off: gradients stop here.
template <class T>
Var<T> detach(const Var<T>& x, Site site = Site::current()) {
  return x.tape().constant(x.value(), site);
}

/// The same under the name that other frameworks have for it.
template <class T>
Var<T> stop_gradient(const Var<T>& x, Site site = Site::current()) {
  return detach(x, site);
}

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace engram
