// Optimisers that leave alone the rows that a sparse gradient does not list.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/indexing/gather_rows.hpp"
#include "engram/ops/losses/mse.hpp"
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {
namespace {

constexpr bool kLazy = true;
const Shape kTable{10, 7};
const std::vector<Indices> kSteps{{{3}, {0, 4, 6}}, {{0}, {}}, {{2}, {4, 9}}, {{1}, {6}}};

template <class T>
void step(Optimizer<T>& optimizer, Gradient<T> gradient) {
  Gradients<T> gradients;
  put(gradients, optimizer.parameters()[0], std::move(gradient));
  optimizer.step(gradients);
}
// The parameter and what is kept for it.
template <class T>
std::vector<Array<T>> everything(const Optimizer<T>& optimizer) {
  std::vector<Array<T>> out{optimizer.parameters()[0].value()};
  for (const auto& [name, array] : optimizer.state().arrays) out.push_back(array);
  return out;
}
template <class T>
void expect_same(const Optimizer<T>& a, const Optimizer<T>& b) {
  const auto of_a = everything(a), of_b = everything(b);
  for (std::size_t k = 0; k < of_a.size(); ++k) BOOST_TEST(difference(of_a[k], of_b[k]) == 0);
}

// While it lives, the pages that lie wholly in [from, to) can be neither read nor written: whoever
// tries is ended by a signal.
class Forbidden {
 public:
  Forbidden(const float* from, const float* to) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(from) + page - 1) / page * page;
    const auto end = reinterpret_cast<std::uintptr_t>(to) / page * page;
    if (begin >= end) return;
    begin_ = reinterpret_cast<void*>(begin);
    bytes_ = end - begin;
    BOOST_REQUIRE(mprotect(begin_, bytes_, PROT_NONE) == 0);
  }
  Forbidden(Forbidden&& other) noexcept
      : begin_(other.begin_), bytes_(std::exchange(other.bytes_, 0)) {}
  Forbidden& operator=(Forbidden&&) = delete;
  ~Forbidden() {
    if (bytes_ > 0) mprotect(begin_, bytes_, PROT_READ | PROT_WRITE);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  void* begin_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_lazy)

BOOST_DATA_TEST_CASE(with_every_row_it_is_the_ordinary_rule, kNames, name) {
  Random random{3};
  const Array<float> start = random.uniform<float>(kTable, -1, 1);
  const Indices all({10}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Pointer<float> ordinary = make<float>(name, {Param<float>(start)});
  const Pointer<float> listed = make<float>(name, {Param<float>(start)}, kLazy);
  const Pointer<float> dense = make<float>(name, {Param<float>(start)}, kLazy);
  for (int k = 0; k < 5; ++k) {
    const Array<float> g = random.uniform<float>(kTable, -1, 1);
    step(*ordinary, Gradient<float>(g));
    step(*listed, Gradient<float>(kTable, all, g));
    step(*dense, Gradient<float>(g));
    expect_same(*listed, *ordinary);
    expect_same(*dense, *ordinary);
  }
}

BOOST_DATA_TEST_CASE(absent_rows_and_their_moments_stay, kNames, name) {
  Random random{4};
  const Pointer<float> lazy =
      make<float>(name, {Param<float>(random.uniform<float>(kTable, -1, 1))}, kLazy);
  for (const Indices& rows : kSteps) {
    const auto before = everything(*lazy);
    step(*lazy, Gradient<float>(kTable, rows, random.uniform<float>({rows.size(), 7}, 1, 2)));
    const auto after = everything(*lazy);
    for (std::size_t k = 0; k < before.size(); ++k) {
      for (Index i = 0; i < kTable[0]; ++i) {
        const bool listed = std::find(rows.begin(), rows.end(), i) != rows.end();
        BOOST_TEST((difference(row(before[k], i), row(after[k], i)) != 0) == listed);
      }
    }
  }
  BOOST_TEST(lazy->steps() == 4);
}

// Decay too is of listed rows, and of all of it.
BOOST_DATA_TEST_CASE(listed_rows_move_as_if_they_were_alone, kNames, name) {
  Random random{5};
  const Array<float> start = random.uniform<float>(kTable, -1, 1);
  const Param<float> alone(start.window(7 * 4, {3, 7}));
  const Pointer<float> lazy = make<float>(name, {Param<float>(start)}, kLazy);
  const Pointer<float> ordinary = make<float>(name, {alone});
  for (int k = 0; k < 5; ++k) {
    const Array<float> g = random.uniform<float>({3, 7}, -1, 1);
    step(*lazy, Gradient<float>(kTable, Indices({3}, {4, 5, 6}), g));
    step(*ordinary, Gradient<float>(g));
    const auto table = everything(*lazy), rows = everything(*ordinary);
    for (std::size_t i = 0; i < table.size(); ++i) {
      BOOST_TEST(difference(table[i].window(7 * 4, {3, 7}), rows[i]) == 0);
    }
  }
}

// Made by torch 2.13.0:
//
//   w = torch.tensor([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]], dtype=torch.float64,
//                    requires_grad=True)
//   adam = torch.optim.SparseAdam([w], lr=0.1, betas=(0.8, 0.9), eps=1e-12)
//   for rows, g in [([0, 2], [[1, -2], [0.5, 3]]), ([1], [[-1, 4]]), ([0], [[0.25, 1]]),
//                   ([0, 1], [[-3, 2], [1, 0.5]])]:
//       w.grad = torch.sparse_coo_tensor([rows], torch.tensor(g, dtype=w.dtype), w.shape)
//       adam.step()
//       print([f"{x:.15g}" for x in w.flatten().tolist()])
//
// With so small an epsilon it does not matter that SparseAdam adds it elsewhere.
BOOST_AUTO_TEST_CASE(trajectory_equals_sparse_adam) {
  const Parameters<double> p{Param<double>(Array<double>({3, 2}, {1, -2, 0.5, 3, -1.5, 0.25}))};
  const AdamOptions options{
      .learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-12, .lazy = true};
  Adam<double> adam{p, options};
  const auto expect = [&](const Indices& rows, std::initializer_list<double> g,
                          std::initializer_list<double> w) {
    step(adam, Gradient<double>({3, 2}, rows, Array<double>({rows.size(), 2}, g)));
    BOOST_TEST(difference(p[0].value(), Array<double>({3, 2}, w)) < 1e-11);
  };
  expect({{2}, {0, 2}}, {1, -2, 0.5, 3},
         {0.900000000000316, -1.90000000000016, 0.5, 3, -1.59999999999937, 0.150000000000105});
  expect({{1}, {1}}, {-1, 4},
         {0.900000000000316, -1.90000000000016, 0.576578048622481, 2.92342195137734,
          -1.59999999999937, 0.150000000000105});
  expect({{1}, {0}}, {0.25, 1},
         {0.827792260553717, -1.88112586080362, 0.576578048622481, 2.92342195137734,
          -1.59999999999937, 0.150000000000105});
  expect({{2}, {0, 1}}, {-3, 2, 1, 0.5},
         {0.870991632015556, -1.91459396560519, 0.567463127181395, 2.8626948367743,
          -1.59999999999937, 0.150000000000105});
}

// The whole of a training step, from the lookup on, while all pages without a listed row are
// forbidden: those of the table and of what the optimiser keeps for it. A copy would read them too.
BOOST_DATA_TEST_CASE(a_step_reads_no_other_rows, kNames, name) {
  constexpr Index kRows = 1'000'000, kWidth = 8;
  const Param<float> table(Array<float>({kRows, kWidth}));
  const Pointer<float> lazy = make<float>(name, {table}, kLazy);
  const Indices rows({10},
                     {0, 1, 2000, 30'000, 200'000, 400'000, 400'500, 700'000, 900'000, kRows - 1});
  std::vector<Forbidden> forbidden;
  std::size_t bytes = 0;
  for (const Array<float>& array : everything(*lazy)) {
    for (Index i = 0; i + 1 < rows.size(); ++i) {
      forbidden.emplace_back(array.data() + (rows[i] + 1) * kWidth,
                             array.data() + rows[i + 1] * kWidth);
      bytes += forbidden.back().bytes();
    }
    BOOST_REQUIRE(bytes > 99 * array.values().size_bytes() / 100);
    bytes = 0;
  }
  Tape<float> tape;
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    const auto x = gather_rows(tape.read(table), rows);
    const auto target = tape.constant(Array<float>::full({10, kWidth}, 3));
    Gradients<float> gradients = tape.backward(mse(x, target));
    BOOST_TEST(clip_global_norm(gradients, 0.1) > 0.1);
    lazy->step(gradients);
  }
  BOOST_TEST(table.value()[kRows * kWidth - 1] > 0);
}

BOOST_DATA_TEST_CASE(restored_it_continues_bit_for_bit, kNames, name) {
  Random random{6};
  const Pointer<float> whole =
      make<float>(name, {Param<float>(random.uniform<float>(kTable, -1, 1))}, kLazy);
  const auto gradient = [&](const Indices& rows) {
    return Gradient<float>(kTable, rows, random.uniform<float>({rows.size(), 7}, -1, 1));
  };
  for (const Indices& rows : kSteps) step(*whole, gradient(rows));
  const Pointer<float> rest =
      make<float>(name, {Param<float>(whole->parameters()[0].value())}, kLazy);
  rest->restore(whole->state());
  for (const Indices& rows : kSteps) {
    const Gradient<float> g = gradient(rows);
    step(*whole, g);
    step(*rest, g);
    expect_same(*whole, *rest);
  }
  const Pointer<float> ordinary = make<float>(name, whole->parameters());
  ordinary->restore(whole->state());
  expect_same(*ordinary, *whole);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
