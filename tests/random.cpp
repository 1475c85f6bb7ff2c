// Random numbers: the published vectors, positions that can be put back, and the distributions.
// Everything here is seeded: a bound that holds once holds always.
#include "engram/core/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr int kDraws = 1'000'000;

template <class F>
std::vector<double> draws(const F& f, int count = kDraws) {
  std::vector<double> out(static_cast<std::size_t>(count));
  std::generate(out.begin(), out.end(), f);
  return out;
}

double mean(const std::vector<double>& x) {
  double out = 0;
  for (const double v : x) out += v;
  return out / static_cast<double>(x.size());
}
// The mean of (x - m)^k.
double moment(const std::vector<double>& x, double m, int k) {
  double out = 0;
  for (const double v : x) out += std::pow(v - m, k);
  return out / static_cast<double>(x.size());
}
// How far counts that should all be equal are from it, in standard deviations of chi-square.
double unevenness(const std::vector<int>& counts) {
  double total = 0, chi = 0;
  for (const int count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  for (const int count : counts) chi += (count - expected) * (count - expected) / expected;
  const double freedom = static_cast<double>(counts.size()) - 1;
  return (chi - freedom) / std::sqrt(2 * freedom);
}
double correlation(Random a, Random b) {
  const auto x = draws([&] { return a.uniform() - 0.5; }, 100'000);
  double out = 0;
  for (const double v : x) out += v * (b.uniform() - 0.5);
  return 12 * out / static_cast<double>(x.size());
}

using Words = std::array<std::uint32_t, 4>;

constexpr double kLastDraw = 1 - 0x1p-53;

// A draw may be any multiple of 2^-53, and what it stands for rises with it: first and last decide.
template <class T>
void expect_inside(T low, T high) {
  const Between<T> number(low, high);
  BOOST_TEST(number(0) == low, low << " " << high);
  T before = low;
  for (const double u : {0x1p-53, 0x1p-30, 0.25, 0.5, 0.75, 1 - 0x1p-24, 1 - 0x1p-30, kLastDraw}) {
    const T value = number(u);
    if (!(value >= before && value < high)) BOOST_ERROR(low << " " << high << " gives " << value);
    before = value;
  }
}

// Two finite numbers of any size and sign, made of any bits.
template <class T, class Bits>
void expect_any_range_inside() {
  Random random{8};
  int tried = 0;
  while (tried < 20'000) {
    const std::uint64_t a = random.bits(), b = random.bits(), c = random.bits(), d = random.bits();
    T low = std::bit_cast<T>(static_cast<Bits>(a << 32 | b));
    T high = std::bit_cast<T>(static_cast<Bits>(c << 32 | d));
    if (tried % 2 == 1) high = std::nextafter(low, std::numeric_limits<T>::infinity());
    if (!std::isfinite(low) || !std::isfinite(high) || low == high) continue;
    expect_inside(std::min(low, high), std::max(low, high));
    ++tried;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random)

// The file kat_vectors of the authors' library Random123, "philox4x32 10".
BOOST_AUTO_TEST_CASE(known_answers) {
  const std::uint64_t ones = ~std::uint64_t{0};
  BOOST_TEST((philox(0, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  BOOST_TEST((philox(ones, ones, ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST((philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e) ==
              Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

BOOST_AUTO_TEST_CASE(seed_stream_and_position_are_key_and_counter) {
  Random random{0};
  for (const std::uint32_t word : philox(0, 0, 0)) BOOST_TEST(random.bits() == word);
  for (const std::uint32_t word : philox(0, 1, 0)) BOOST_TEST(random.bits() == word);
  const std::uint64_t seed = 0x123456789abcdef0, stream = 0xfedcba9876543210, block = 0x3456789012;
  Random other(seed, stream);
  other.seek(4 * block + 2);
  BOOST_TEST(other.bits() == philox(seed, block, stream)[2]);
  BOOST_TEST(Random(seed).stream(stream).bits() == philox(seed, 0, stream)[0]);
}

BOOST_AUTO_TEST_CASE(a_position_can_be_put_back) {
  const auto sequence = [](Random& random) {
    std::vector<double> out;
    for (int k = 0; k < 5; ++k) {
      out.push_back(random.bits());
      out.push_back(random.normal());
      out.push_back(static_cast<double>(random.below(10)));
      out.push_back(random.uniform());
    }
    return out;
  };
  for (std::uint64_t skipped = 0; skipped < 9; ++skipped) {
    Random random(7, 3);
    for (std::uint64_t k = 0; k < skipped; ++k) random.bits();
    BOOST_TEST(random.position() == skipped);
    const auto expected = sequence(random);
    Random resumed(7, 3);
    resumed.seek(skipped);
    BOOST_TEST(sequence(resumed) == expected, boost::test_tools::per_element());
    random.seek(skipped);
    BOOST_TEST(sequence(random) == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(uniform_numbers) {
  Random random{1};
  const auto x = draws([&] { return random.uniform(); });
  BOOST_TEST(*std::min_element(x.begin(), x.end()) >= 0);
  BOOST_TEST(*std::max_element(x.begin(), x.end()) < 1);
  const double sigma = 1 / std::sqrt(12.0 * kDraws);
  BOOST_TEST(std::abs(mean(x) - 0.5) < 4 * sigma);
  BOOST_TEST(std::abs(moment(x, 0.5, 2) - 1 / 12.0) < 4 / std::sqrt(180.0 * kDraws));
  std::vector<int> counts(1000);
  for (const double v : x) ++counts[static_cast<std::size_t>(v * 1000)];
  BOOST_TEST(std::abs(unevenness(counts)) < 4);
  // All 53 bits are used: each is as often 1 as 0.
  std::vector<int> ones(53);
  for (const double v : x) {
    const auto bits = static_cast<std::uint64_t>(v * 0x1p53);
    for (std::size_t k = 0; k < ones.size(); ++k) ones[k] += static_cast<int>(bits >> k & 1);
  }
  for (const int count : ones) BOOST_TEST(std::abs(count - kDraws / 2) < 4 * std::sqrt(kDraws) / 2);
}

BOOST_AUTO_TEST_CASE(numbers_stay_in_their_range) {
  expect_any_range_inside<float, std::uint32_t>();
  expect_any_range_inside<double, std::uint64_t>();
  constexpr float kMost = std::numeric_limits<float>::max();
  constexpr double kGreatest = std::numeric_limits<double>::max();
  expect_inside(-1e38f, 3e38f);
  expect_inside(-kMost, kMost);
  expect_inside(-kGreatest, kGreatest);
  expect_inside(-kGreatest, 0.0);
  expect_inside(0.0f, std::numeric_limits<float>::denorm_min());
  // The middle of a range that overflows.
  BOOST_TEST(std::abs(Between<double>(-kGreatest, kGreatest)(0.75) / kGreatest - 0.5) < 1e-15);
  // Every float of [0, 1) that a draw may begin with, and the last draw that does.
  const Between<float> unit(0, 1), narrow(1, 1 + std::numeric_limits<float>::epsilon());
  std::size_t outside = 0;
  for (std::uint32_t k = 0; k < 1U << 24; ++k) {
    for (const double u : {k * 0x1p-24, k * 0x1p-24 + (0x1p-24 - 0x1p-53)}) {
      outside += !(unit(u) >= 0 && unit(u) < 1);
      outside += narrow(u) != 1;
    }
  }
  BOOST_TEST(outside == 0U);
}

// Draws of the first 2^28 that lie within 2^-25 of 1, where the nearest float is 1.
BOOST_AUTO_TEST_CASE(no_draw_is_the_upper_end) {
  for (const std::uint64_t position : {109568476, 111525662, 137225744, 145509064, 203451956}) {
    Random random{1};
    random.seek(position);
    BOOST_TEST(static_cast<float>(random.uniform()) == 1);
    random.seek(position);
    BOOST_TEST(random.uniform<float>({1}, 0, 1)[0] < 1);
    random.seek(position);
    BOOST_TEST(random.uniform<float>({1}, -3, 5)[0] < 5);
  }
}

BOOST_AUTO_TEST_CASE(ranges_that_are_none_are_refused) {
  Random random{1};
  const auto refused = [&](double low, double high) {
    return error_of([&] { random.uniform<double>({2}, low, high); });
  };
  BOOST_TEST(refused(1, 1) == "numbers in [1, 1): need low < high, both finite");
  BOOST_TEST(refused(2, 1) == "numbers in [2, 1): need low < high, both finite");
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    BOOST_TEST(refused(bad, 1).ends_with("need low < high, both finite"));
    BOOST_TEST(refused(0, bad).ends_with("need low < high, both finite"));
    BOOST_TEST(error_of([&] { random.normal<double>({2}, bad); }).starts_with("normal numbers of"));
    BOOST_TEST(error_of([&] { random.normal<double>({2}, 0, bad); }).starts_with("normal numbers"));
  }
  BOOST_TEST(error_of([&] { random.normal<float>({2}, 0, -1); }).starts_with("normal numbers of"));
  BOOST_TEST(error_of([&] { random.normal<float>({2}, 0, 1e38f); }).starts_with("normal numbers"));
  BOOST_TEST(error_of([&] { random.below(0); }).ends_with("need n > 0"));
  BOOST_TEST(random.position() == 0U);
  for (const float z : random.normal<float>({1000}, 1e37f, 3e37f)) BOOST_TEST(std::isfinite(z));
  // The furthest that a draw is from the mean.
  BOOST_TEST(std::sqrt(-2 * std::log(0x1p-53)) < 9);
}

BOOST_AUTO_TEST_CASE(normal_numbers) {
  Random random{2};
  const auto x = draws([&] { return random.normal(); });
  const double root = std::sqrt(static_cast<double>(kDraws));
  BOOST_TEST(std::abs(mean(x)) < 4 / root);
  BOOST_TEST(std::abs(moment(x, 0, 2) - 1) < 4 * std::sqrt(2.0) / root);
  BOOST_TEST(std::abs(moment(x, 0, 3)) < 4 * std::sqrt(15.0) / root);
  BOOST_TEST(std::abs(moment(x, 0, 4) - 3) < 4 * std::sqrt(96.0) / root);
  for (const double bound : {0.5, 1.0, 2.0, 3.0}) {
    const double inside = std::erf(bound / std::sqrt(2.0));
    const auto count =
        std::count_if(x.begin(), x.end(), [&](double v) { return std::abs(v) < bound; });
    BOOST_TEST(std::abs(static_cast<double>(count) / kDraws - inside) <
               4 * std::sqrt(inside * (1 - inside)) / root);
  }
}

BOOST_AUTO_TEST_CASE(whole_numbers_below) {
  Random random{3};
  for (const std::uint64_t n : {1, 2, 3, 7, 1000}) {
    std::vector<int> counts(n);
    for (int k = 0; k < 200'000; ++k) ++counts.at(random.below(n));
    if (n > 1) BOOST_TEST(std::abs(unevenness(counts)) < 4);
  }
  // 2^64 mod n of 3/4 of the range would make the lower third of [0, n) twice as likely.
  const std::uint64_t n = std::uint64_t{3} << 62;
  int low = 0;
  for (int k = 0; k < 30'000; ++k) {
    const std::uint64_t draw = random.below(n);
    BOOST_REQUIRE(draw < n);
    low += draw < n / 3;
  }
  BOOST_TEST(std::abs(low - 10'000) < 4 * std::sqrt(30'000 * 2 / 9.0));
}

BOOST_AUTO_TEST_CASE(streams_and_seeds_are_independent) {
  const Random random{4};
  for (const std::uint64_t k : {1, 2, 1000}) {
    BOOST_TEST(std::abs(correlation(random, random.stream(k))) < 4 / std::sqrt(1e5));
    BOOST_TEST(std::abs(correlation(random, Random{4 + k})) < 4 / std::sqrt(1e5));
    BOOST_TEST(std::abs(correlation(random.stream(k), Random{k, 4})) < 4 / std::sqrt(1e5));
  }
  std::set<double> firsts;
  for (std::uint64_t k = 0; k < 1000; ++k) firsts.insert(random.stream(k).uniform());
  BOOST_TEST(firsts.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(arrays_of_draws) {
  Random random{5}, same{5};
  const Array<double> u = random.uniform<double>({3, 5}, -2, 6);
  BOOST_TEST(u.shape() == Shape({3, 5}));
  for (const double v : u) BOOST_TEST(v == -2 + 8 * same.uniform());
  const Array<double> z = random.normal<double>({7}, 3, 0.5);
  for (const double v : z) BOOST_TEST(v == 3 + 0.5 * same.normal());
  // Both precisions draw the same numbers.
  const Array<float> single = Random{6}.normal<float>({9});
  const Array<double> both = Random{6}.normal<double>({9});
  for (Index i = 0; i < 9; ++i) BOOST_TEST(single[i] == static_cast<float>(both[i]));
  BOOST_TEST(random.uniform<float>({0, 3}, 0, 1).size() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
