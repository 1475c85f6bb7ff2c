// Into and Call: a backward pass as a derivative rule sees it.
#include "engram/core/operation.hpp"

#include "engram/core/gemm.hpp"
#include "engram/core/linear.hpp"
#include "engram/core/pass.hpp"

namespace engram {

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
  if (*this) pass_->to_->add(id_, dx);
}

template <class T>
void Into<T>::add_sum(const Array<T>& dx) {
  if (*this) pass_->to_->add_sum(id_, dx);
}

template <class T>
typename Into<T>::Target Into<T>::open(bool zeroed) {
  Target target{};
  target.data = pass_->to_->open(id_, zeroed, target.beta);
  return target;
}

template <class T>
const Array<T>& Into<T>::part(T& beta) {
  return pass_->to_->open_part(id_, beta);
}

template <class T>
void Into<T>::give(const Array<T>& dx) {
  if (*this) pass_->to_->give(id_, dx);
}

template <class T>
void Into<T>::add_product(const Array<T>& x, const Array<T>& dy) {
  if (!*this) return;
  Tape<T>& tape = pass_->tape_;
  const bool waits = tape.repeated().is_repeated(id_) &&
                     x.extent(0) <= RepeatedOperands<T>::kFewRows && !tape.detects_anomalies();
  if (waits) {
    pass_->to_->sums().add_product(id_, x, dy);
    return;
  }
  in_place([&](T* target, T beta) {
    gemm(tape.workers(), Transpose::yes, Transpose::no, x.extent(1), dy.extent(1), x.extent(0),
         x.data(), dy.data(), beta, target);
  });
}

template <class T>
void Into<T>::add_rows(const Indices& rows, const Array<T>& dy) {
  if (!*this) return;
  if (pass_->tape_.node(id_).kind != Kind::operation) {
    pass_->to_->sums().add_rows(id_, rows, dy);
    return;
  }
  engram::add_rows(rows, dy.data(), pass_->tape_.node(id_).value.shape().without(0).size(),
                   accumulator());
}

template <class T>
std::size_t Call<T>::inputs() const {
  return pass.tape_.node(id).inputs;
}
// Inlined here: each of a short operation's few steps asks.
template <class T>
[[gnu::always_inline]] inline Id Call<T>::number(std::size_t input) const {
  if (pass.alone_) return pass.alone_->x[input].id();
  return pass.tape_.inputs(pass.tape_.node(id))[input];
}
template <class T>
[[gnu::always_inline]] inline Var<T> Call<T>::var(std::size_t input) const {
  return pass.tape_.var(number(input));
}
template <class T>
const Array<T>& Call<T>::array(std::size_t input) const {
  return pass.tape_.value(var(input));
}
template <class T>
const Array<T>& Call<T>::part(std::size_t input) const {
  return pass.tape_.part(var(input));
}
template <class T>
const Array<T>& Call<T>::unread(std::size_t input) const {
  return pass.tape_.node(number(input)).value;
}
template <class T>
Into<T> Call<T>::into(std::size_t input) const {
  return Into<T>(pass, number(input));
}
template <class T>
const Array<T>& Call<T>::y() const {
  return pass.tape_.node(id).value;
}
template <class T>
const Array<T>& Call<T>::dy() const {
  return (*pass.from_)[id];
}
template <class T>
Var<T> Call<T>::y_var() const {
  return pass.alone_ ? pass.alone_->y : pass.tape_.var(id);
}
template <class T>
Var<T> Call<T>::dy_var() const {
  return pass.alone_ ? pass.alone_->dy : pass.dy_;
}

template <class T>
bool Call<T>::may_give_dy() const {
  return pass.from_->is_free(id);
}

template <class T>
void Call<T>::replay(const std::function<Var<T>(std::span<const Var<T>>)>& f) const {
  pass.replay(*this, f);
}

template <class T>
const Array<T>* Call<T>::tangent(std::size_t input) const {
  return pass.tangents_.find_dense(number(input));
}
template <class T>
const Array<T>* Call<T>::tangent_part(std::size_t input) const {
  return pass.tangents_.find(number(input));
}
template <class T>
const Array<T>* Call<T>::y_tangent() const {
  return pass.tangents_.find(id);
}
template <class T>
void Call<T>::set_tangent(Array<T> y) const {
  pass.tangents_.set(id, std::move(y));
}
template <class T>
RepeatedOperands<T>& Call<T>::repeated_tangents() const {
  return pass.tangents_.repeated();
}

template <class T>
void Call<T>::with_tangents(const std::function<void(std::span<const Var<T>>)>& f) const {
  pass.with_tangents(*this, f);
}

template class Into<float>;
template class Into<double>;
template struct Call<float>;
template struct Call<double>;

}  // namespace engram
