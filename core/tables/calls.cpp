// Into and Call: a transformation of the tape as a kernel sees it.
#include "engram/core/loops/broadcast.hpp"
#include "engram/core/product/gemm.hpp"
#include "engram/core/tables/gradient_table.hpp"
#include "engram/core/tables/tangents.hpp"
#include "engram/core/tape/operation.hpp"

namespace engram {

template <class T>
Into<Array<T>>::operator bool() const {
  return to_->wants(id_);
}

template <class T>
void Into<Array<T>>::operator+=(const Array<T>& dx) {
  if (*this) to_->add(id_, dx);
}

template <class T>
void Into<Array<T>>::add_sum(const Array<T>& dx) {
  if (*this) to_->add_sum(id_, dx);
}

template <class T>
typename Into<Array<T>>::Target Into<Array<T>>::open(bool zeroed) {
  Target target{};
  target.data = to_->open(id_, zeroed, target.beta);
  return target;
}

template <class T>
const Array<T>& Into<Array<T>>::target(T& beta) {
  return to_->open_strided(id_, beta);
}

template <class T>
void Into<Array<T>>::give(const Array<T>& dx) {
  if (*this) to_->give(id_, dx);
}

template <class T>
void Into<Array<T>>::add_product(const Array<T>& x, const Array<T>& dy) {
  if (!*this) return;
  Tape<T>& tape = to_->tape();
  const bool waits = tape.packed_weights().is_repeated(id_) &&
                     x.extent(0) <= PackedWeights<T>::kFewRows && !tape.detects_anomalies();
  if (waits) return to_->deferred().add_product(id_, x, dy);
  in_place([&](T* target, T beta) {
    gemm(tape.workers(), Transpose::yes, Transpose::no, x.extent(1), dy.extent(1), x.extent(0),
         x.data(), dy.data(), beta, target);
  });
}

template <class T>
void Into<Array<T>>::add_rows(const Indices& rows, const Array<T>& dy) {
  if (!*this) return;
  const Node<T>& node = to_->tape().node(id_);
  if (node.kind != Kind::operation) return to_->deferred().add_rows(id_, rows, dy);
  engram::add_rows(rows, dy.data(), node.value.shape().without(0).size(), accumulator());
}

template <class T>
std::size_t Call<Array<T>>::inputs() const {
  return with.tape.node(id).inputs;
}
// Inlined here: each of a short operation's few steps asks.
template <class T>
[[gnu::always_inline]] inline Id Call<Array<T>>::number(std::size_t input) const {
  return with.tape.inputs(with.tape.node(id))[input];
}
template <class T>
const Array<T>& Call<Array<T>>::x(std::size_t input) const {
  return with.tape.value(with.tape.var(number(input)));
}
template <class T>
const Array<T>& Call<Array<T>>::strided(std::size_t input) const {
  return with.tape.strided(with.tape.var(number(input)));
}
template <class T>
const Array<T>& Call<Array<T>>::unread(std::size_t input) const {
  return with.tape.node(number(input)).value;
}
template <class T>
Into<Array<T>> Call<Array<T>>::into(std::size_t input) const {
  return {*with.to, number(input)};
}
template <class T>
const Array<T>& Call<Array<T>>::y() const {
  return with.tape.node(id).value;
}
template <class T>
const Array<T>& Call<Array<T>>::dy() const {
  return (*with.from)[id];
}
template <class T>
bool Call<Array<T>>::may_give_dy() const {
  return with.from->is_free(id);
}

template <class T>
const Array<T>* Call<Array<T>>::tangent(std::size_t input) const {
  return with.tangents->find_dense(number(input));
}
template <class T>
const Array<T>* Call<Array<T>>::strided_tangent(std::size_t input) const {
  return with.tangents->find(number(input));
}
template <class T>
const Array<T>* Call<Array<T>>::y_tangent() const {
  return with.tangents->find(id);
}
template <class T>
void Call<Array<T>>::set_tangent(Array<T> y) const {
  with.tangents->set(id, std::move(y));
}
template <class T>
PackedWeights<T>& Call<Array<T>>::repeated_tangents() const {
  return with.tangents->packed_weights();
}

template class Into<Array<float>>;
template class Into<Array<double>>;
template struct Call<Array<float>>;
template struct Call<Array<double>>;

}  // namespace engram
