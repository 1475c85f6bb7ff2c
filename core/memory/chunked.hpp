// Chunked: a list that grows without moving what is in it. Internal.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace engram {

/// A list in chunks: references to its elements stay good while it grows, and growing never copies
/// or holds twice the memory. Emptied, it keeps its chunks.
template <class Element>
class Chunked {
 public:
  Chunked() = default;
  Chunked(const Chunked&) = delete;
  Chunked& operator=(const Chunked&) = delete;
  ~Chunked() { shrink(0); }

  std::size_t size() const { return size_; }
  Element& operator[](std::size_t k) { return *at(k); }
  const Element& operator[](std::size_t k) const { return *at(k); }
  Element& back() { return (*this)[size_ - 1]; }

  template <class... From>
  Element& emplace_back(From&&... from) {
    if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<Chunk>());
    Element* made = std::construct_at(at(size_), std::forward<From>(from)...);
    ++size_;
    return *made;
  }
  /// Drops elements from the end until there are `size`.
  void shrink(std::size_t size) {
    while (size_ > size) std::destroy_at(at(--size_));
  }

 private:
  static constexpr std::size_t kChunk = 1024;
  struct Chunk {
    alignas(Element) std::byte bytes[kChunk * sizeof(Element)];
  };

  Element* at(std::size_t k) const {
    return reinterpret_cast<Element*>(chunks_[k / kChunk]->bytes) + k % kChunk;
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace engram
