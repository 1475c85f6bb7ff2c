// Memory: blocks that are kept for reuse, so that a training step allocates nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace engram {

class Pool;

/// Header of a piece of pooled memory; the bytes follow it. Counted by the arrays that share it.
struct Block {
  Pool* pool;
  Block* next;                          ///< in the pool's free list
  std::atomic<std::uint32_t> holders;   ///< arrays that keep this block
  std::atomic<std::uint32_t> watchers;  ///< those of them that are to see edits (see Array)
  std::uint32_t size_class;

  static constexpr std::size_t kHeader = 64;  ///< bytes before the numbers, which begin a line

  void* bytes() { return reinterpret_cast<std::byte*>(this) + kHeader; }
  static Block* of(void* bytes) {
    return std::launder(reinterpret_cast<Block*>(static_cast<std::byte*>(bytes) - kHeader));
  }
  void acquire() { holders.fetch_add(1, std::memory_order_relaxed); }
  void release();
  /// Whether an edit by the only holder that is no watcher is seen by nobody it should not be.
  bool is_unshared() const {
    return holders.load(std::memory_order_acquire) - watchers.load(std::memory_order_acquire) == 1;
  }
};

/// Hands out blocks and takes them back into free lists by size. Safe to use from any thread; a
/// tape has its own, so that threads seldom meet. A pool outlives its owner until the last of its
/// blocks is given back: an array may be kept after its tape is gone.
class Pool {
 public:
  struct Retire {
    void operator()(Pool* pool) const { pool->retire(); }
  };
  using Owner = std::unique_ptr<Pool, Retire>;
  static Owner make() { return Owner(new Pool); }

  /// The pool of arrays that belong to no tape; never destroyed.
  static Pool& shared();

  /// The most in one block: the elements of an array are numbered with 40 bits, and take four bytes
  /// or more.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 42;

  /// A block of at least `bytes` bytes, aligned to 64, with one user. Throws `Error` that says how
  /// much was asked for when the system does not give it, or for more than `kMostBytes`.
  Block* take(std::size_t bytes);

  struct Usage {
    std::size_t in_use = 0;       ///< bytes in blocks that are out
    std::size_t peak = 0;         ///< the most bytes that were out at once
    std::size_t reserved = 0;     ///< bytes held from the system
    std::size_t allocations = 0;  ///< times the system was asked for memory
  };
  Usage usage() const;
  /// Forgets the peak: from here on it is the most that is out from now.
  void reset_peak();
  /// Gives the blocks nobody uses back to the system.
  void trim();

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

 private:
  friend struct Block;
  static constexpr std::size_t kClasses = 256;

  Pool() = default;
  ~Pool() = default;
  void give_back(Block* block);
  void free_block(Block* block);
  void free_unused();
  void retire();

  mutable std::atomic_flag lock_;
  Block* free_[kClasses] = {};
  Usage usage_;
  std::size_t blocks_ = 0;  ///< blocks that are out
  bool retired_ = false;
};

/// Lets a standard container take its memory from a pool.
template <class Element>
struct PoolAllocator {
  using value_type = Element;
  explicit PoolAllocator(Pool& from = Pool::shared()) : pool(&from) {}
  template <class F>
  PoolAllocator(const PoolAllocator<F>& other) : pool(other.pool) {}

  Element* allocate(std::size_t count) {
    return static_cast<Element*>(pool->take(count * sizeof(Element))->bytes());
  }
  void deallocate(Element* bytes, std::size_t) { Block::of(bytes)->release(); }
  friend bool operator==(const PoolAllocator& a, const PoolAllocator& b) {
    return a.pool == b.pool;
  }

  Pool* pool;
};

template <class Element>
using PoolVector = std::vector<Element, PoolAllocator<Element>>;

}  // namespace engram
