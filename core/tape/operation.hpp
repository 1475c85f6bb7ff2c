// Operation: what the tape knows of a recorded op, and what its derivatives see: a rule, which is
// written in Vars, and a kernel, which computes with numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "engram/core/array.hpp"
#include "engram/core/var.hpp"

namespace engram {

template <class T>
class GradientTable;
template <class T>
class PackedWeights;
template <class T>
class Tangents;

/// Where what a derivative rule adds goes: a transformation of the tape.
template <class T>
class RuleTarget {
 public:
  /// Whether the gradient of a node is wanted.
  virtual bool wants(Id id) const = 0;
  /// Adds to it. The shape of dx is the node's or one it broadcasts to.
  virtual void add(Id id, const Var<T>& dx) = 0;

 protected:
  ~RuleTarget() = default;
};

/// The gradient of one input: for a rule an `Into<Var<T>>`, for a kernel an `Into<Array<T>>`. The
/// first contribution is kept as it is, later ones are added; one that nobody wants is dropped;
/// axes that the input was broadcast over are summed.
template <class X>
class Into;

/// One recorded op whose derivative is wanted: for a rule a `Call<Var<T>>`, for a kernel a
/// `Call<Array<T>>`.
template <class X>
struct Call;

/// As a rule sees it: a Var can be added and nothing else.
template <class T>
class Into<Var<T>> {
 public:
  Into(RuleTarget<T>& to, Id id) : to_(&to), id_(id) {}

  /// Whether anybody wants this gradient: lets a rule leave out the work for one nobody does.
  explicit operator bool() const { return to_->wants(id_); }
  void operator+=(const Var<T>& dx) {
    if (*this) to_->add(id_, dx);
  }

 private:
  RuleTarget<T>* to_;
  Id id_;
};

/// As a kernel sees it: numbers are added.
template <class T>
class Into<Array<T>> {
 public:
  Into(GradientTable<T>& to, Id id) : to_(&to), id_(id) {}

  /// Whether anybody wants this gradient: lets a kernel leave out the work for one nobody does.
  explicit operator bool() const;
  /// The shape of dx is the input's or one it broadcasts to.
  void operator+=(const Array<T>& dx);

  /// Adds a sum, of which there may be many: what rounding loses of them is not lost.
  void add_sum(const Array<T>& dx);

  /// `add(gradient, beta)` must leave beta * gradient + contribution; beta is 0 for the first
  /// contribution, whose memory has no value yet, and 1 for later ones.
  template <class Add>
  void in_place(Add&& add) {
    const Target target = open(false);
    add(target.data, target.beta);
  }
  /// The same for kernels that can write to elements that lie apart (see `Array`).
  template <class Add>
  void in_strided(Add&& add) {
    T beta = 0;
    const Array<T>& to = target(beta);
    add(to, beta);
  }
  /// The same for kernels that write several gradients at once: the memory, and what beta is.
  const Array<T>& target(T& beta);
  /// For kernels that only ever add: the gradient so far, zeros at first.
  T* accumulator() { return open(true).data; }
  /// Adds xᵀ dy for x [r, k] and dy [r, n], the derivative of the right operand of a product. For
  /// a leaf that many small products have on their right, all of them are one product at the end.
  void add_product(const Array<T>& x, const Array<T>& dy);
  /// Adds a window onto dy, where `Call::may_give_dy()` says that its memory is no longer needed
  /// and no other window given overlaps this one: it becomes the memory of this gradient.
  void give(const Array<T>& dx);
  /// Adds rows of a derivative, dy [n, ...] belonging to `rows` [n], repeats allowed.
  void add_rows(const Indices& rows, const Array<T>& dy);

 private:
  struct Target {
    T* data;
    T beta;
  };
  Target open(bool zeroed);

  GradientTable<T>* to_;
  Id id_;
};

/// As a rule sees it: Vars of its inputs, its result and the upstream gradient.
template <class T>
struct Call<Var<T>> {
  Tape<T>& tape;
  Id id;
  RuleTarget<T>& to;
  Var<T> y, dy;
  std::span<const Var<T>> stand_ins = {};  ///< in place of the inputs, where there are any

  std::size_t inputs() const { return tape.node(id).inputs; }
  Var<T> x(std::size_t input) const { return tape.var(number(input)); }
  Into<Var<T>> into(std::size_t input) const { return {to, number(input)}; }

 private:
  Id number(std::size_t input) const {
    return stand_ins.empty() ? tape.inputs(tape.node(id))[input] : stand_ins[input].id();
  }
};

/// What a transformation in numbers computes with.
template <class T>
struct Numbers {
  Tape<T>& tape;
  const GradientTable<T>* from = nullptr;  ///< has dy
  GradientTable<T>* to = nullptr;          ///< takes dx
  Tangents<T>* tangents = nullptr;         ///< where values move along a direction
};

/// As a kernel sees it: numbers.
template <class T>
struct Call<Array<T>> {
  const Numbers<T>& with;
  Id id;

  Tape<T>& tape() const { return with.tape; }
  std::size_t inputs() const;
  const Array<T>& x(std::size_t input) const;
  /// The same; its elements may lie apart.
  const Array<T>& strided(std::size_t input) const;
  /// The same for an input whose values are not read: only its shape is sure to be there.
  const Array<T>& unread(std::size_t input) const;
  Into<Array<T>> into(std::size_t input) const;
  const Array<T>& y() const;
  const Array<T>& dy() const;
  /// Whether nobody else holds the memory of dy, so that parts of it can be given away.
  bool may_give_dy() const;

  // Forward mode: derivatives along one direction, the tangents. Null stands for zero.

  const Array<T>* tangent(std::size_t input) const;
  /// The same; its elements may lie apart.
  const Array<T>* strided_tangent(std::size_t input) const;
  const Array<T>* y_tangent() const;
  void set_tangent(Array<T> y) const;
  /// Products with the tangent of a leaf on their right.
  PackedWeights<T>& repeated_tangents() const;

 private:
  Id number(std::size_t input) const;
};

/// How the memory of a result lies to that of the first input.
enum class Result : std::uint8_t {
  apart,    ///< has memory of its own
  window,   ///< is a view of it, whose elements lie side by side
  strided,  ///< is a view whose elements can lie apart
};

/// Whose values a derivative reads, as bits: of the inputs from the first on, and of the result.
inline constexpr std::uint8_t kNeedsResult = 1U << 7, kNeedsAll = 0xff,
                              kNeedsInputs = kNeedsAll & ~kNeedsResult;
/// The bit of an input; all inputs from the seventh on share one.
constexpr std::uint8_t needs_input(std::size_t k) {
  return static_cast<std::uint8_t>(1U << (std::min<std::size_t>)(k, 6));
}

/// What passes over a tape depend on, known of an op's type. Three bytes: with them, the op of a
/// chain of scalars takes 16 bytes.
struct Traits {
  Result result : 2 = Result::apart;
  bool linear : 1 = false;  ///< in all inputs together: the derivative reads no values that change
  bool linear_rule : 1 = true;  ///< the derivative is linear in dy, as those of functions are
  std::int8_t passes = -1;      ///< an input that is added as it is, once: its derivative is dy
  /// Whose values the derivative reads, of inputs and result: what else is given back early.
  std::uint8_t needs = kNeedsAll;

  /// Whether the gradient of the result never lies where that of an input does.
  bool is_apart() const { return result == Result::apart && passes < 0; }
};
static_assert(sizeof(Traits) == 3);

/// A recorded op, whatever its type. `record` (core/record.hpp) makes these from plain structs.
template <class T>
class Operation {
 public:
  explicit Operation(Traits traits) : traits_(traits) {}
  virtual ~Operation() = default;
  virtual std::string name() const = 0;
  /// The derivative rule in the language of Vars; it can itself be recorded.
  virtual void derivative(const Call<Var<T>>& call) const = 0;
  /// The same in numbers, faster; false when the op has no kernel of its own.
  virtual bool backward(const Call<Array<T>>& call) const = 0;
  /// Forward mode: sets the tangent of the result, or is false when the op has no kernel for it.
  virtual bool tangent(const Call<Array<T>>& call) const = 0;
  /// Forward over reverse: adds to the inputs' gradients how the derivative rule changes along the
  /// tangents of all it reads but dy; false when the op has no kernel for it.
  virtual bool curvature(const Call<Array<T>>& call) const = 0;
  /// For an op whose result is a view of its input: which, of one of shape `x`.
  virtual View view(const Shape& x) const { return {x}; }
  const Traits& traits() const { return traits_; }

 private:
  Traits traits_;
};

extern template class Into<Array<float>>;
extern template class Into<Array<double>>;
extern template struct Call<Array<float>>;
extern template struct Call<Array<double>>;

}  // namespace engram
