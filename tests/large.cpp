// Whatever the size of an array: there is memory for all of it, or an error says how much was asked
// for.
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/core/array.hpp"
#include "engram/core/pool.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

// The sanitizers keep books on memory, page by page, that is asked for and never touched.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMostTaken = std::size_t{1} << 28;
#else
constexpr std::size_t kMostTaken = std::size_t{1} << 34;
#endif

// Takes so many bytes, touches the first and the last, and gives them back.
void there_is_room(std::size_t bytes) {
  const Pool::Owner pool = Pool::make();
  Block* block = nullptr;
  const std::string refused = error_of([&] { block = pool->take(bytes); });
  if (!block) {
    BOOST_TEST(refused.find(std::to_string(bytes) + " bytes (") != std::string::npos,
               refused << " for " << bytes);
    BOOST_TEST(bytes >= std::size_t{1} << 32);  // this machine has more
    BOOST_TEST(pool->usage().in_use == 0U);
    BOOST_TEST(pool->usage().reserved == 0U);
    return;
  }
  const std::size_t given = pool->usage().in_use - Block::kHeader;
  BOOST_TEST(given >= bytes);
  BOOST_TEST(given <= bytes + bytes / 4 + 128, given << " for " << bytes);
  auto* at = static_cast<volatile char*>(block->bytes());
  at[0] = 1;
  if (bytes > 0) at[bytes - 1] = 2;
  block->release();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(large)

BOOST_AUTO_TEST_CASE(memory_of_any_size_is_there_as_a_whole_or_refused) {
  for (int octave = 0; octave < 64; ++octave) {
    const std::size_t power = std::size_t{1} << octave;
    for (const std::size_t bytes : {power - 1, power, power + 1, power + power / 4 * 3 + 1}) {
      if (bytes <= kMostTaken || bytes > Pool::kMostBytes) there_is_room(bytes);
    }
  }
  there_is_room(~std::size_t{0});
}

// 3.5 GiB less a header is where the size of a block needs more than 32 bits.
BOOST_AUTO_TEST_CASE(arrays_across_four_gigabytes) {
  for (const Index size : {939'524'080, 939'524'081, 1'073'741'825}) {
    if (static_cast<std::size_t>(size) * sizeof(float) > kMostTaken) continue;
    {
      Array<float> x = Array<float>::uninitialized({size});
      float* to = x.edit();
      to[0] = 1;
      to[size - 1] = 2;
      const Array<float> last = x.window(size - 1, {1});
      BOOST_TEST(x[0] == 1.0F);
      BOOST_TEST(*last.data() == 2.0F);
    }
    Pool::shared().trim();
  }
}

BOOST_AUTO_TEST_CASE(an_array_that_cannot_be_says_how_much_it_takes) {
  const std::string message = error_of([] {
    Array<float>::uninitialized({1 << 22, 1 << 20});
  });  // 16 TiB
  BOOST_TEST(message ==
             "17592186044416 bytes (16384 GiB) of memory in one piece; at most 4398046511104 are "
             "given: are the sizes what you mean?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
