// Systems of equations at their edges: sizes, singular matrices, numbers that are none.
#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Array<double> identity(Index n) {
  Array<double> out(Shape{n, n});
  for (Index i = 0; i < n; ++i) out.edit()[i * (n + 1)] = 1;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linear_algebra)

// Nothing on the diagonal: without exchanging rows there would be no pivot.
BOOST_AUTO_TEST_CASE(rows_are_exchanged) {
  Tape<double> tape;
  const auto a = tape.variable(Array<double>({3, 3}, {0, 0, 2, 1, 0, 0, 0, 4, 0}));
  BOOST_TEST(equal(inverse(a).value(), Array<double>({3, 3}, {0, 1, 0, 0, 0, 0.25, 0.5, 0, 0})));
  const auto b = tape.variable(Array<double>({3, 1}, {2, 3, 4}));
  BOOST_TEST(equal(solve(a, b).value(), Array<double>({3, 1}, {3, 1, 1})));
  BOOST_TEST(equal(solve(a, b, true).value(), Array<double>({3, 1}, {2, 2, 0.75})));
  BOOST_TEST(log_abs_det(a).item() == std::log(8.0), boost::test_tools::tolerance(1e-15));
}

// Products of pivots that would overflow or vanish on the way; the sign of exchanged rows.
BOOST_AUTO_TEST_CASE(determinants_of_any_size) {
  Tape<double> tape;
  const auto diagonal_of = [&](const std::vector<double>& values) {
    Array<double> a = identity(static_cast<Index>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      a.edit()[i * (values.size() + 1)] = values[i];
    }
    return tape.variable(a);
  };
  BOOST_TEST(det(diagonal_of({1e200, 1e200, 1e-200, 1e-200, 3})).item() == 3,
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(det(diagonal_of({1e-200, 1e-200, 1e200, 1e200, -3})).item() == -3,
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(std::isinf(det(diagonal_of({1e200, 1e200})).item()));
  BOOST_TEST(std::isnan(det(diagonal_of({kNaN, 1})).item()));
  const auto [sign, log_abs] = slogdet(diagonal_of({-1e200, 1e200, 2, 1, 1}));
  BOOST_TEST(sign.item() == -1);
  BOOST_TEST(log_abs.item() == 400 * std::log(10.0) + std::log(2.0),
             boost::test_tools::tolerance(1e-14));
  const auto exchanged = tape.variable(Array<double>({3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 5}));
  BOOST_TEST(det(exchanged).item() == -5);
  BOOST_TEST(slogdet(exchanged).sign.item() == -1);
}

// The derivative of a determinant of rank n - 1 is not 0, of a lower rank it is.
BOOST_AUTO_TEST_CASE(singular_determinants_have_derivatives) {
  Tape<double> tape;
  for (const Index n : {2, 3, 5}) {
    Array<double> a = identity(n);
    a.edit()[0] = 0;
    const auto x = tape.variable(a);
    BOOST_TEST(det(x).item() == 0);
    for (const bool rules_only : {false, true}) {
      Array<double> expected(Shape{n, n});
      expected.edit()[0] = 1;
      const auto seed = tape.constant(Array<double>::scalar(1));
      const auto dx =
          tape.gradients(det(x), std::vector{x}, {.seed = seed, .rules_only = rules_only});
      BOOST_TEST(equal(dx[0].value(), expected));
    }
    const auto zeros = tape.variable(Array<double>(Shape{n, n}));
    const auto dz = tape.gradients(det(zeros), std::vector{zeros})[0].value();
    BOOST_TEST(equal(dz, Array<double>(Shape{n, n})));
  }
}

BOOST_AUTO_TEST_CASE(larger_systems_leave_small_residuals) {
  Random random{3};
  for (const Index n : {2, 17, 64}) {
    Tape<double> tape;
    const auto a = tape.variable(random.normal<double>({2, n, n}));
    const auto b = tape.variable(random.normal<double>({2, n, 3}));
    BOOST_TEST(difference(matmul(a, solve(a, b)).value(), b.value()) < 1e-10);
    BOOST_TEST(difference(matmul(a, solve(a, b, true), {.a = true}).value(), b.value()) < 1e-10);
    const auto both = broadcast_to(tape.constant(identity(n)), Shape{2, n, n}).value();
    BOOST_TEST(difference(matmul(a, inverse(a)).value(), both) < 1e-10);
    const auto square = matmul(a, a, {.b = true});
    const auto l = cholesky(square);
    BOOST_TEST(difference(matmul(l, l, {.b = true}).value(), square.value()) < 1e-11);
    for (Index i = 0; i < n; ++i) {
      for (Index j = i + 1; j < n; ++j) BOOST_REQUIRE(l.value()[i * n + j] == 0);
    }
    // ln |det a aᵀ| = 2 Σ ln l_ii
    BOOST_TEST(difference(log_abs_det(square).value(), (2 * log_abs_det(l)).value()) < 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(a_singular_matrix_is_named) {
  Tape<double> tape;
  const auto error = [&](std::initializer_list<double> second) {
    std::vector<double> all{2, 0, 0, 0, 2, 0, 0, 0, 2};
    all.insert(all.end(), second);
    return error_of([&] {
      inverse(tape.variable(Array<double>({2, 3, 3}, std::span<const double>(all))));
    });
  };
  BOOST_TEST(error({1, 2, 3, 2, 4, 6, 1, 0, 1}).find("matrix 1 is singular: pivot 2 is 0") !=
             std::string::npos);
  // Its last pivot is rounding: without looking at its terms the inverse would be numbers of 1e16.
  BOOST_TEST(error({1, 2, 3, 4, 5, 6, 7, 8, 9}).find("matrix 1 is singular: pivot 2 is ") !=
             std::string::npos);
  BOOST_TEST(error({1e-200, 0, 0, 0, 1, 0, 0, 0, 1e200}) == "no error");
  BOOST_TEST(error({1, 1, 0, 1, 1 + 1e-12, 0, 0, 0, 1}) == "no error");
}

BOOST_AUTO_TEST_CASE(a_matrix_that_is_not_positive_definite_is_named) {
  Tape<double> tape;
  const auto error = [&](std::initializer_list<double> values) {
    std::vector<double> all{1, 0, 0, 1};
    all.insert(all.end(), values);
    return error_of([&] {
      cholesky(tape.variable(Array<double>({2, 2, 2}, std::span<const double>(all))));
    });
  };
  BOOST_TEST(error({1, 2, 2, 1}).find("matrix 1 is not positive definite: pivot 1 is -3") !=
             std::string::npos);
  BOOST_TEST(error({-1, 0, 0, 1}).find("pivot 0 is -1") != std::string::npos);
  BOOST_TEST(error({3, 3, 3, 3}).find("matrix 1 is not positive definite: pivot 1 is ") !=
             std::string::npos);
  BOOST_TEST(error({1e-200, 0, 0, 1e200}) == "no error");
}

BOOST_AUTO_TEST_CASE(cholesky_sees_the_symmetric_part) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({2, 2}, {4, 1, 3, 5}));
  const auto y = tape.variable(Array<double>({2, 2}, {4, 2, 2, 5}));
  BOOST_TEST(equal(cholesky(x).value(), Array<double>({2, 2}, {2, 0, 1, 2})));
  BOOST_TEST(equal(cholesky(y).value(), cholesky(x).value()));
}

BOOST_AUTO_TEST_CASE(a_triangle_is_all_that_is_read) {
  Tape<double> tape;
  const auto lower = tape.variable(Array<double>({2, 2}, {2, kNaN, 1, 4}));
  const auto b = tape.variable(Array<double>({2, 1}, {2, 9}));
  BOOST_TEST(equal(solve_triangular(lower, b).value(), Array<double>({2, 1}, {1, 2})));
  const auto upper = tape.variable(Array<double>({2, 2}, {2, 1, kNaN, 4}));
  const auto x = solve_triangular(upper, b, {.upper = true, .transposed = true});
  BOOST_TEST(equal(x.value(), Array<double>({2, 1}, {1, 2})));
}

BOOST_AUTO_TEST_CASE(nan_and_infinity_go_through) {
  Tape<double> tape;
  const auto nan = tape.variable(Array<double>({2, 2}, {1, 0, 0, kNaN}));
  BOOST_TEST(std::isnan(inverse(nan).value()[3]));
  BOOST_TEST(std::isnan(log_abs_det(nan).item()));
  BOOST_TEST(std::isnan(cholesky(nan).value()[3]));
  const auto inf =
      tape.variable(Array<double>({2, 2}, {1, 0, 0, std::numeric_limits<double>::infinity()}));
  BOOST_TEST(inverse(inf).value()[3] == 0);
}

BOOST_AUTO_TEST_CASE(of_no_equations_the_determinant_is_one) {
  Tape<double> tape;
  BOOST_TEST(log_abs_det(tape.variable(Array<double>({0, 0}))).item() == 0);
}

BOOST_AUTO_TEST_CASE(einsum_takes_blanks) {
  Tape<double> tape;
  const auto a = tape.variable(Random{1}.normal<double>({2, 3}));
  const auto b = tape.variable(Random{2}.normal<double>({3, 4}));
  BOOST_TEST(equal(einsum(" ij , jk -> ki ", a, b).value(), transpose(matmul(a, b)).value()));
}

// A plain product is one product and nothing else: a weight used at every step stays a leaf of it.
BOOST_AUTO_TEST_CASE(a_plain_einsum_is_a_matmul) {
  Tape<double> tape;
  const auto a = tape.variable(Random{1}.normal<double>({2, 3}));
  const auto b = tape.variable(Random{2}.normal<double>({3, 4}));
  const auto before = tape.size();
  einsum("ij,jk->ik", a, b);
  BOOST_TEST(tape.size() == before + 1);
  einsum("ij,kj->ik", a, tape.variable(Random{2}.normal<double>({4, 3})));
  BOOST_TEST(tape.size() == before + 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
