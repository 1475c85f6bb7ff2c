// Whatever the size of an array: there is memory for all of it, or an error says how much was asked
// for.
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/core/memory/pool.hpp"
#include "engram/core/product/gemm.hpp"
#include "engram/core/tape.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/ops/ops.hpp"
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
  if (bytes > 0) {
    at[0] = 1;
    at[bytes - 1] = 2;
  }
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
  there_is_room(Pool::kMostBytes);
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

// Products of sizes that a user gives, each of which is more than 2^31 - 1 or 2^63.
BOOST_AUTO_TEST_CASE(sizes_that_overflow_are_refused) {
  constexpr Index kHuge = std::numeric_limits<Index>::max(), kWide = Index{1} << 31;
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({1, 1, 2, 2}));
  const auto line = tape.variable(Array<double>({2}));
  const auto row = tape.variable(Array<double>({1, 46341}));
  const auto refused = [](const std::string& text, const auto& f) {
    const std::string message = error_of(f);
    BOOST_TEST(message.find(text) != std::string::npos, message);
  };
  refused("windows of size 9223372036854775807", [&] {
    unfold(x, {{kHuge, 1, 0, 0, 1}, {1, 1, 0, 0, 1}});
  });
  refused("at most 2147483647", [&] { unfold(x, {{2, 1, 0, 0, kWide}, {1, 1, 0, 0, 1}}); });
  refused("at most 2147483647", [&] { unfold(x, {{1, 1, kHuge, kHuge, 1}, {1, 1, 0, 0, 1}}); });
  refused("has more than 2^58 elements", [&] {
    const WindowAxis all{kWide / 2, 1, kWide - 2, kWide / 2 - 2, 1};
    unfold(x, {all, all});
  });
  refused("at most 2147483647", [&] { fold(x, {{1, 1, 0, 0, 1}, {1, 1, 0, 0, 1}}, kHuge, 1); });
  refused("and at most 2147483647", [&] { pad(line, 0, Padding{kHuge, 1}); });
  refused("and at most 2147483647", [&] { pad(line, 0, Padding{1, kHuge}); });
  refused("does not fit into an extent of", [&] { pad_to(line, 0, kHuge, kHuge); });
  refused("of matrices of 2147488281 elements", [&] { diag(row); });
  refused("is outside [0, 2147483647]", [&] { tile(line, {kHuge}); });
  refused("is outside [0, 2147483647]", [&] { one_hot<double>(tape, Indices({1}, {0}), kWide); });
  refused("hidden 4611686018427387904", [] {
    Random random{1};
    nn::Lstm<float>({.input = 1, .hidden = Index{1} << 62}, random);
  });
}

// Numbers of elements are 32 bits wide. Nothing of x is touched.
BOOST_AUTO_TEST_CASE(more_elements_than_can_be_numbered_are_refused) {
  const Shape shape{1 << 16, (1 << 15) + 1};
  if (static_cast<std::size_t>(shape.size()) * sizeof(float) > kMostTaken) return;
  {
    Tape<float> tape;
    const auto x = tape.constant(Array<float>::uninitialized(shape));
    const auto mask = tape.constant(Array<float>::scalar(1));
    BOOST_TEST(error_of([&] {
                 masked_select(x, mask);
               }).find("has more than 2147483647 elements to number") != std::string::npos);
    BOOST_TEST(error_of([&] {
                 gather(x, 1, Indices({1, 1}, {0}));
               }).find("has more than 2147483647 elements to number") != std::string::npos);
  }
  Pool::shared().trim();
}

// The BLAS takes sizes of 32 bits. Nothing is read or written before it is asked.
BOOST_AUTO_TEST_CASE(products_of_more_than_the_blas_can_count_are_refused) {
  double one = 1, c = 1;
  constexpr Index kMany = Index{1} << 31;
  const auto product = [&](Index n, Index k, Index ldb) {
    return error_of([&] {
      gemm(Transpose::no, Transpose::no, Index{1}, n, k, &one, k, &one, ldb, 1.0, &c, n);
    });
  };
  for (const std::string& message :
       {product(kMany, 1, kMany), product(1, kMany, 1), product(1, 1, kMany)}) {
    BOOST_TEST(message.find("the BLAS counts to 2147483647: cut it") != std::string::npos, message);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
