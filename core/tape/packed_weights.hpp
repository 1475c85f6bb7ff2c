// PackedWeights: matrices that many small products of a tape have on their right.
#pragma once

#include <unordered_map>
#include <vector>

#include "engram/core/product/gemm.hpp"
#include "engram/core/var.hpp"

namespace engram {

/// The weights that a tape multiplies by at every step. A product with few rows spends as long on
/// laying out its right operand as on multiplying; from the second use on, a matrix is kept laid
/// out, forward and transposed. Only leaves are: their numbers stay for as long as the tape does.
template <class T>
class PackedWeights {
 private:
  struct FirstUse {
    Id operation, leaf;
  };

 public:
  /// Products of more rows than this gain nothing.
  static constexpr Index kFewRows = 128;

  explicit PackedWeights(Tape<T>& tape);

  /// c = a op(b) + beta c, as `gemm`, where b is the value of leaf `id`.
  void multiply(Id id, Transpose tb, Index m, Index n, Index k, const T* a, const T* b, T beta,
                T* c);
  /// Whether more than one small product has been made with `id` on the right.
  bool is_repeated(Id id) const;
  /// A walk back over the tape, from its end.
  class WalkBack {
   public:
    explicit WalkBack(const PackedWeights& of)
        : uses_(of.first_uses_), left_(of.first_uses_.size()) {}
    /// Calls f(id) for the leaves whose first product is the operation that the walk has come to:
    /// all contributions to them are there.
    void at(Id operation, const auto& f) {
      for (; left_ > 0 && uses_[left_ - 1].operation >= operation; --left_) {
        if (uses_[left_ - 1].operation == operation) f(uses_[left_ - 1].leaf);
      }
    }

   private:
    const std::vector<FirstUse>& uses_;  ///< grows at the end meanwhile
    std::size_t left_;
  };
  /// Forgets the leaves numbered `id` and up: they are gone from the tape.
  void forget_from(Id id) {
    if (entries_.empty()) return;
    std::erase_if(entries_, [&](const Entry& e) { return e.first >= id; });
    std::erase_if(first_uses_, [&](const FirstUse& use) { return use.leaf >= id; });
  }
  /// Forgets the numbers and keeps the memory of those that were used since the last `clear`.
  void clear();

 private:
  struct Way {
    int uses = 0;
    PackedMatrix<T> packed;
  };
  struct Ways {
    Way forward, transposed;
  };
  using Entry = std::pair<const Id, Ways>;

  void note_first_use(Id leaf);

  Tape<T>& tape_;
  std::unordered_map<Id, Ways, std::hash<Id>, std::equal_to<Id>, PoolAllocator<Entry>> entries_;
  std::vector<FirstUse> first_uses_;  ///< by operation
};

extern template class PackedWeights<float>;
extern template class PackedWeights<double>;

}  // namespace engram
