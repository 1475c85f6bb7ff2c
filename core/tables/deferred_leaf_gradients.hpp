// DeferredLeafGradients: derivatives of leaves that are added up only when a backward pass is over.
// Internal.
#pragma once

#include <compare>
#include <utility>
#include <vector>

#include "engram/core/gradients.hpp"

namespace engram {

/// Rows of tables and factors of products, kept until a leaf's gradient is taken: many small sums
/// become one large one.
template <class T>
class DeferredLeafGradients {
 public:
  explicit DeferredLeafGradients(Pool& pool) : pool_(pool) {}

  /// Keeps rows of the derivative of a table.
  void add_rows(Id id, const Indices& rows, const Array<T>& dy) { rows_.push_back({id, rows, dy}); }
  /// Keeps the factors of a derivative xᵀ dy of a matrix.
  void add_product(Id id, const Array<T>& x, const Array<T>& dy) {
    products_.push_back({id, x, dy});
  }
  void clear();

  bool has_rows(Id id) const;
  bool has_products(Id id) const;
  /// The sum of the rows kept for a table of shape `table`.
  Gradient<T> rows(Id id, const Shape& table);
  /// target = beta * target + Σ xᵀ dy, as one product: the sum over the uses is its inner sum. The
  /// factors are forgotten.
  void multiply_out(Id id, const Workers* workers, T* target, T beta);

 private:
  struct Rows {
    Id id;
    Indices rows;
    Array<T> dy;
  };
  struct Product {
    Id id;
    Array<T> x, dy;
  };
  /// One row contribution on its way to a table; ordered by row, then by arrival.
  struct RowAt {
    std::int32_t row;
    std::uint32_t arrival;
    const T* values;
    auto operator<=>(const RowAt& other) const {
      return std::pair(row, arrival) <=> std::pair(other.row, other.arrival);
    }
    bool operator==(const RowAt& other) const = default;
  };

  Array<T> stacked(Id id, Array<T> Product::*factor, Index rows) const;

  Pool& pool_;
  std::vector<Rows> rows_;
  std::vector<Product> products_;
  std::vector<RowAt> order_;
  std::vector<const T*> same_;  // of one row
};

extern template class DeferredLeafGradients<float>;
extern template class DeferredLeafGradients<double>;

}  // namespace engram
