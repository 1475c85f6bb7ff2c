// Embedding: a trained row for each token.
#pragma once

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/indexing/gather_rows.hpp"

namespace engram::nn {

struct EmbeddingOptions {
  Index rows, width;
};

/// A table w [rows, width] of vectors, normal with variance 1 at first: tokens [...] ->
/// [..., width]. Its gradient is sparse: only rows that were used.
template <class T>
class Embedding {
 public:
  using value_type = T;

  /// Throws `Error` for negative sizes.
  Embedding(const EmbeddingOptions& options, Random& random)
      : w(random.normal<T>(sizes(options))) {}

  Var<T> operator()(Tape<T>& tape, const Indices& tokens, Site site = Site::current()) const {
    return gather_rows(tape.read(w, site), tokens, site);
  }

  void visit(auto&& f) { f("w", w); }

  Param<T> w;

 private:
  static Shape sizes(const EmbeddingOptions& options) {
    const auto& [rows, width] = options;
    if (rows < 0 || width < 0) {
      fail("Embedding: rows ", rows, " and width ", width, "; need 0 or more");
    }
    return {rows, width};
  }
};

}  // namespace engram::nn
