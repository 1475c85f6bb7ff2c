#include "engram/core/memory/pool.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <thread>

#include "engram/core/error.hpp"

namespace engram {
namespace {

constexpr std::size_t kAlignment = 64;
static_assert(sizeof(Block) <= Block::kHeader && Block::kHeader % kAlignment == 0);

// Under the address sanitizer nothing is pooled, so that it sees every use after a release.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPooling = false;
#else
constexpr bool kPooling = true;
#endif

// Sizes are rounded up to a quarter of a power of two: at most a fifth is lost.
std::uint32_t class_of(std::size_t bytes) {
  if (bytes <= kAlignment) return 0;
  const auto octave = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^octave < bytes
  const std::size_t quarter = (bytes - 1) >> (octave - 2);                      // 4 to 7
  return static_cast<std::uint32_t>((octave - 6) * 4 + quarter - 3);
}

std::size_t bytes_of(std::uint32_t size_class) {
  if (size_class == 0) return kAlignment;
  const std::size_t quarters = size_class - 1;  // as wide as a size: it is shifted
  return (quarters % 4 + 5) << (quarters / 4 + 4);
}

[[noreturn]] void refuse(std::size_t bytes, std::size_t held) {
  const auto gibibytes = static_cast<double>(bytes) * 0x1p-30;
  if (bytes > Pool::kMostBytes) {
    fail(bytes, " bytes (", gibibytes, " GiB) of memory in one piece; at most ", Pool::kMostBytes,
         " are given: are the sizes what you mean?");
  }
  fail("no memory: the system does not give ", bytes, " bytes (", gibibytes, " GiB) beside the ",
       held, " that are in use here; use smaller sizes or a smaller batch, or keep less for ",
       "backward (checkpoint)");
}

// Null where there is none.
void* asked_of_system(std::size_t bytes) {
  return ::operator new (bytes, std::align_val_t{kAlignment}, std::nothrow);
}

class Guard {
 public:
  explicit Guard(std::atomic_flag& flag) : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  ~Guard() { flag_.clear(std::memory_order_release); }  // the last touch: the pool may go now
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  std::atomic_flag& flag_;
};

}  // namespace

void Block::release() {
  if (holders.fetch_sub(1, std::memory_order_acq_rel) == 1) pool->give_back(this);
}

Pool& Pool::shared() {
  static Pool& pool = *new Pool;  // arrays in static storage may outlive any static pool
  return pool;
}

Block* Pool::take(std::size_t bytes) {
  if (bytes > kMostBytes) refuse(bytes, 0);
  const std::uint32_t size_class = class_of(bytes + Block::kHeader);
  const std::size_t total = bytes_of(size_class);
  Guard guard(lock_);
  Block* block = free_[size_class];
  if (block) {
    free_[size_class] = block->next;
  } else {
    void* memory = asked_of_system(total);
    if (!memory) {  // it may need back what lies here unused
      free_unused();
      memory = asked_of_system(total);
    }
    if (!memory) refuse(bytes, usage_.in_use);
    block = new (memory) Block;
    block->pool = this;
    block->size_class = size_class;
    usage_.reserved += total;
    ++usage_.allocations;
  }
  block->holders.store(1, std::memory_order_relaxed);
  block->watchers.store(0, std::memory_order_relaxed);
  ++blocks_;
  usage_.in_use += total;
  usage_.peak = std::max(usage_.peak, usage_.in_use);
  return block;
}

void Pool::give_back(Block* block) {
  bool last = false;
  {
    Guard guard(lock_);
    --blocks_;
    usage_.in_use -= bytes_of(block->size_class);
    if (retired_ || !kPooling) {
      free_block(block);
      last = retired_ && blocks_ == 0;
    } else {
      block->next = free_[block->size_class];
      free_[block->size_class] = block;
    }
  }
  if (last) delete this;
}

void Pool::free_block(Block* block) {
  usage_.reserved -= bytes_of(block->size_class);
  block->~Block();
  ::operator delete (block, std::align_val_t{kAlignment});
}

void Pool::free_unused() {
  for (Block*& head : free_) {
    while (head) {
      Block* next = head->next;
      free_block(head);
      head = next;
    }
  }
}

void Pool::trim() {
  Guard guard(lock_);
  free_unused();
}

void Pool::retire() {
  bool unused = false;
  {
    Guard guard(lock_);
    free_unused();
    retired_ = true;
    unused = blocks_ == 0;
  }
  if (unused) delete this;
}

Pool::Usage Pool::usage() const {
  Guard guard(lock_);
  return usage_;
}

void Pool::reset_peak() {
  Guard guard(lock_);
  usage_.peak = usage_.in_use;
}

}  // namespace engram
