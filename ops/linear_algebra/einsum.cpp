#include "engram/ops/linear_algebra/einsum.hpp"

#include <algorithm>
#include <array>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/linear_algebra/einsum_parts.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"
#include "engram/ops/shapes/transpose.hpp"

namespace engram {
namespace {

using einsum_parts::contains;
using einsum_parts::is_ellipsis;
using einsum_parts::Label;
using einsum_parts::Labels;

// A value whose axes have labels.
template <class T>
struct Labelled {
  Var<T> x;
  Labels labels;

  int axis(Label label) const {
    return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
  }
  Index extent(Label label) const { return x.extent(axis(label)); }
  Index size(const Labels& some) const {
    Index product = 1;
    for (const Label label : some) product *= extent(label);
    return product;
  }
};

// As `reshape`, but a leaf that has the shape stays one: `matmul` knows its right operand again.
template <class T>
Var<T> shaped(const Var<T>& x, const Shape& shape) {
  return x.shape() == shape ? x : reshape(x, shape);
}

// The axes in the order of `labels`, which has all of them.
template <class T>
Labelled<T> ordered(const Labelled<T>& a, const Labels& labels) {
  if (a.labels == labels) return a;
  std::vector<int> axes;
  for (const Label label : labels) axes.push_back(a.axis(label));
  return {transpose(a.x, std::span<const int>(axes)), labels};
}

// The diagonal along axes of one label: with n zeros after n n elements, it is a column of [n,
// n+1].
template <class T>
Labelled<T> with_diagonals(Labelled<T> a) {
  for (std::size_t i = 0; i < a.labels.size();) {
    const Label label = a.labels[i];
    const auto twin =
        std::find(a.labels.begin() + static_cast<std::ptrdiff_t>(i) + 1, a.labels.end(), label);
    if (twin == a.labels.end()) {
      ++i;
      continue;
    }
    const auto first = static_cast<int>(i), second = static_cast<int>(twin - a.labels.begin());
    std::vector<int> axes;
    std::vector<Index> lead;
    Labels labels;
    for (int k = 0; k < a.x.rank(); ++k) {
      if (k == first || k == second) continue;
      axes.push_back(k);
      lead.push_back(a.x.extent(k));
      labels.push_back(a.labels[static_cast<std::size_t>(k)]);
    }
    axes.insert(axes.end(), {first, second});
    labels.push_back(label);
    const Index n = a.x.extent(first);
    const Shape outer(lead);
    const Var<T> last = transpose(a.x, std::span<const int>(axes));
    const Var<T> longer = pad_to(reshape(last, Shape{outer.size(), n * n}), 1, 0, n * (n + 1));
    const Var<T> column = slice(reshape(longer, Shape{outer.size() * n, n + 1}), 1, 0, 1);
    a = {reshape(column, outer.inserted(outer.rank(), n)), labels};
    i = 0;
  }
  return a;
}

// Without the axes of "..." that `other` broadcasts along, and summed over what nobody else names.
template <class T>
Labelled<T> reduced(Labelled<T> a, const Labels& result, const Labelled<T>* other) {
  for (int k = a.x.rank() - 1; k >= 0; --k) {
    const auto at = static_cast<std::size_t>(k);
    const Label label = a.labels[at];
    const bool shared = other && contains(other->labels, label);
    const bool repeated = shared && is_ellipsis(label) && a.x.extent(k) == 1;
    if (repeated) {
      a.x = reshape(a.x, a.x.shape().without(k));
    } else if (!shared && !contains(result, label)) {
      a.x = sum(a.x, {k}, false);
    } else {
      continue;
    }
    a.labels.erase(a.labels.begin() + k);
  }
  return a;
}

Labels joined(std::initializer_list<Labels> parts) {
  Labels out;
  for (const Labels& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// As matrices [batch, rows, columns] (no batch axis without batch labels), as the axes lie if the
// matrices are only transposed.
template <class T>
Var<T> matrices(const Labelled<T>& a, const Labels& batch, const Labels& rows,
                const Labels& columns, bool& transposed) {
  const Labels straight = joined({batch, rows, columns});
  transposed = a.labels != straight && a.labels == joined({batch, columns, rows});
  const Labelled<T> in_order = transposed ? a : ordered(a, straight);
  const Index m = a.size(transposed ? columns : rows), n = a.size(transposed ? rows : columns);
  const Shape shape = batch.empty() ? Shape{m, n} : Shape{a.size(batch), m, n};
  return shaped(in_order.x, shape);
}

// The sum over the labels that both have and the result does not.
template <class T>
Labelled<T> product(const Labelled<T>& a, const Labelled<T>& b, const Labels& result) {
  Labels batch, summed, rows, columns;
  for (const Label label : a.labels) {
    const bool shared = contains(b.labels, label);
    (!shared ? rows : contains(result, label) ? batch : summed).push_back(label);
  }
  for (const Label label : b.labels) {
    if (!contains(a.labels, label)) columns.push_back(label);
  }
  std::vector<Index> extents;
  for (const Label label : joined({batch, rows})) extents.push_back(a.extent(label));
  for (const Label label : columns) extents.push_back(b.extent(label));

  bool ta = false, tb = false;
  Var<T> y;
  if (summed.empty() || (rows.empty() && columns.empty())) {  // no matrices: element by element
    const Index each = a.size(batch), m = a.size(rows), n = b.size(columns), k = a.size(summed);
    const Var<T> left = ordered(a, joined({batch, rows, summed})).x;
    const Var<T> right = ordered(b, joined({batch, columns, summed})).x;
    y = shaped(left, Shape{each, m, 1, k}) * shaped(right, Shape{each, 1, n, k});
    if (!summed.empty()) y = sum(y, {-1}, false);
  } else {
    const Var<T> left = matrices(a, batch, rows, summed, ta);
    const Var<T> right = matrices(b, batch, summed, columns, tb);
    y = matmul(left, right, {ta, tb});
  }
  return {shaped(y, Shape(extents)), joined({batch, rows, columns})};
}

template <class T>
Var<T> contract(std::string_view specification, std::span<const Var<T>> xs) {
  std::vector<Shape> shapes;
  for (const Var<T>& x : xs) shapes.push_back(x.shape());
  const auto terms = einsum_parts::read(specification, shapes);
  std::vector<Labelled<T>> operands;
  for (std::size_t k = 0; k < xs.size(); ++k) {
    operands.push_back(with_diagonals(Labelled<T>{xs[k], terms.operands[k]}));
  }
  if (xs.size() == 1) {
    return ordered(reduced<T>(operands[0], terms.result, nullptr), terms.result).x;
  }
  // An axis of "..." that only one of them has left is no longer shared.
  const Labelled<T> a = reduced(operands[0], terms.result, &operands[1]);
  const Labelled<T> b = reduced(operands[1], terms.result, &a);
  return ordered(product(a, b, terms.result), terms.result).x;
}

std::string place(std::string_view specification) {
  return "einsum \"" + std::string(specification) + "\"";
}

}  // namespace

template <class T>
Var<T> einsum(std::string_view specification, const Var<T>& a, Site site) {
  return within(place(specification).c_str(), a, site,
                [&] { return contract(specification, std::span<const Var<T>>(&a, 1)); });
}

template <class T>
Var<T> einsum(std::string_view specification, const Var<T>& a, const Var<T>& b, Site site) {
  return within(place(specification).c_str(), a, site, [&] {
    const std::array<Var<T>, 2> xs{a, b};
    return contract(specification, std::span<const Var<T>>(xs));
  });
}

template Var<float> einsum(std::string_view, const Var<float>&, Site);
template Var<double> einsum(std::string_view, const Var<double>&, Site);
template Var<float> einsum(std::string_view, const Var<float>&, const Var<float>&, Site);
template Var<double> einsum(std::string_view, const Var<double>&, const Var<double>&, Site);

}  // namespace engram
