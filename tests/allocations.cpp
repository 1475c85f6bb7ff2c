// A tape that is cleared and used again asks the system for no memory: every malloc is counted.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <dlfcn.h>
#include <execinfo.h>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

// The sanitizers bring a malloc of their own, and without a pool (see core/memory/pool.cpp) there
// is nothing to count; another C library than GNU's has no second name for its malloc.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ENGRAM_COUNTS 1
#else
#define ENGRAM_COUNTS 0
#endif

namespace engram::testing {
namespace {

thread_local bool counting = false;
thread_local int counted = 0;

#if ENGRAM_COUNTS
// OpenBLAS and oneDNN take and give back memory inside some products: that is their affair.
void note() {
  if (!counting) return;
  counting = false;  // what is asked for here does not count
  std::array<void*, 32> callers;
  const int depth = backtrace(callers.data(), static_cast<int>(callers.size()));
  const bool theirs = std::any_of(callers.begin(), callers.begin() + depth, [](const void* at) {
    Dl_info library;
    return dladdr(at, &library) != 0 &&
           (std::strstr(library.dli_fname, "libopenblas") ||
            std::strstr(library.dli_fname, "libblas") || std::strstr(library.dli_fname, "libdnnl"));
  });
  counted += !theirs;
  counting = true;
}
#endif

// Operations that ask for a few words at every call: lists of axes, extents or places that are
// known at run time only.
bool takes_lists(const OpCase& row) {
  static const std::set<std::string> names{
      "cross_entropy, classes", "nll, classes", "split in", "squeeze several", "lists that",
      "unsqueeze several",      "scatter_prod", "adaptive_"};
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return row.name.starts_with(name); });
}

}  // namespace
}  // namespace engram::testing

#if ENGRAM_COUNTS
// Operator new, std::vector, xtensor and the BLAS all come down to these.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* at, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  engram::testing::note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  engram::testing::note();
  return __libc_calloc(count, size);
}
void* realloc(void* at, std::size_t size) noexcept {
  engram::testing::note();
  return __libc_realloc(at, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  engram::testing::note();
  return __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  engram::testing::note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** at, std::size_t alignment, std::size_t size) noexcept {
  engram::testing::note();
  *at = __libc_memalign(alignment, size);
  return *at || size == 0 ? 0 : ENOMEM;
}
}
#endif

namespace engram::testing {

namespace {

constexpr bool kCounts = ENGRAM_COUNTS;

// How often `work` asks for memory.
template <class F>
int allocations_of(const F& work) {
  counted = 0;
  counting = true;
  work();
  counting = false;
  return counted;
}

boost::test_tools::assertion_result counts(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result can(kCounts);
  can.message() << "allocations cannot be counted in this build: sanitizers and other C "
                   "libraries have their own malloc";
  return can;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocations)

BOOST_AUTO_TEST_CASE(are_counted, *boost::unit_test::precondition(counts)) {
  BOOST_TEST(allocations_of([] { delete new volatile int(1); }) == 1);
  BOOST_TEST(allocations_of([] { std::vector<Array<float>> v(100); }) == 1);
  BOOST_TEST(allocations_of([] { Tape<float>().constant(Array<float>(Shape{1000})); }) > 1);
}

// A small language model by hand: sparse rows, views, products, a loss, gradients.
BOOST_AUTO_TEST_CASE(of_a_training_step, *boost::unit_test::precondition(counts)) {
  constexpr Index kSteps = 5, kBatch = 3, kVocabulary = 11, kWidth = 20;
  Random random{1};
  Param<float> table(random.normal<float>({kVocabulary, kWidth}));
  Param<float> w(random.normal<float>({kWidth, 2 * kWidth}));
  Param<float> u(random.normal<float>({kWidth, 2 * kWidth}));
  Param<float> out(random.normal<float>({kWidth, kVocabulary}));
  Param<float> b(random.normal<float>({kVocabulary}));
  Indices tokens({kSteps, kBatch}), targets({kSteps * kBatch});
  for (Index i = 0; i < tokens.size(); ++i) {
    tokens.edit()[i] = static_cast<std::int32_t>(i * 7 % kVocabulary);
    targets.edit()[i] = static_cast<std::int32_t>(i * 5 % kVocabulary);
  }
  Array<float> zeros(Shape{kBatch, kWidth});
  std::array<Var<float>, kSteps> hs;
  Tape<float> tape;
  float loss = 0;
  const auto step = [&] {
    tape.clear();
    const auto x = dropout(gather_rows(tape.read(table), tokens), 0.1, random);
    const auto projected = matmul(reshape(x, {-1, kWidth}), tape.read(w));
    const auto sequence = reshape(projected, {kSteps, kBatch, 2 * kWidth});
    auto h = tape.constant(zeros);
    for (Index t = 0; t < kSteps; ++t) {
      const auto [f, g] = split<2>(select(sequence, 0, t) + matmul(h, tape.read(u)));
      h = sigmoid(f) * h + tanh(g);
      hs[static_cast<std::size_t>(t)] = h;
    }
    const auto y = reshape(stack(std::span<const Var<float>>(hs)), {-1, kWidth});
    const auto total = cross_entropy(affine(y, tape.read(out), tape.read(b)), targets);
    const auto gradients = tape.backward(total);
    loss = total.item();
    for (const auto& entry : gradients.entries()) {
      ParamRef<float> param = *entry.param;
      const Array<float> values = entry.gradient.values();
      if (entry.gradient.is_sparse()) continue;
      for (Index i = 0; i < values.size(); ++i) param.edit()[i] -= 0.1F * values[i];
    }
  };
  const int first = allocations_of(step);
  const float before = loss;
  BOOST_TEST(first > 0);
  step();  // weights laid out during the first kept memory that had been a gradient's
  for (int k = 0; k < 3; ++k) BOOST_TEST(allocations_of(step) == 0);
  BOOST_TEST(loss < before);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(counts))
BOOST_DATA_TEST_CASE(of_every_op, boost::unit_test::data::make(op_cases()), row) {
  // A checkpoint keeps a function, which is the caller's. What is not in the loop of a recurrent
  // network has lists of its own: of letters, of the taps of a filter.
  const std::set<std::string> with_lists{"checkpoint", "einsum", "convolution"};
  if (with_lists.contains(row.file)) return;
  for (const auto& shapes : row.shapes) {
    std::vector<Array<double>> inputs;
    for (const Shape& shape : shapes) {
      inputs.push_back(Random{3}.uniform<double>(shape, row.low, row.high));
    }
    std::vector<Var<double>> x(inputs.size());
    const auto record = [&](Tape<double>& tape) {
      for (std::size_t k = 0; k < x.size(); ++k) x[k] = tape.variable(inputs[k]);
      return row.in_double(x);
    };
    // Made beforehand, so that it does not keep memory that the first step gave back.
    const auto upstream = [&] {
      Tape<double> tape;
      return Array<double>::full(record(tape).shape(), 0.5);
    }();
    Tape<double> tape;
    const auto step = [&] {
      tape.clear();
      const auto y = record(tape);
      tape.backward(y, {.seed = tape.constant(upstream)});
    };
    step();
    if (takes_lists(row)) continue;
    BOOST_TEST(allocations_of(step) == 0, row.name << " " << shapes[0]);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
