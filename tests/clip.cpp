// Clipping by the norm of all gradients.
#include "engram/core/tape.hpp"
#include "engram/ops/losses/mse.hpp"
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(clip)

BOOST_AUTO_TEST_CASE(clipping_scales_only_what_is_too_long) {
  Tape<double> tape;
  const Param<double> w(Array<double>({2}, {1, 1}));
  const auto x = tape.variable(Array<double>({2}, {4, 5}));
  Gradients<double> gradients = tape.backward(mse(tape.read(w), x));  // of w: -3, -4; of x: 3, 4
  BOOST_TEST(clip_global_norm(gradients, kInfinity) == 5);
  BOOST_TEST(clip_global_norm(gradients, 6) == 5);
  BOOST_TEST(gradients[w][1] == -4);
  BOOST_TEST(clip_global_norm(gradients, 0.5) == 5);
  BOOST_TEST(std::abs(gradients[w][1] + 4 * 0.5 / (5 + 0.5e-6)) < 1e-15);
  BOOST_TEST(gradients[x][1] == 4);
}

// As of y = a + b: both have the one dy.
BOOST_AUTO_TEST_CASE(gradients_that_share_memory_are_clipped_once_each) {
  const Parameters<double> p{Param<double>(Array<double>({1})), Param<double>(Array<double>({1}))};
  const Array<double> dy({1}, {5});
  Gradients<double> gradients;
  put(gradients, p[0], Gradient<double>(dy));
  put(gradients, p[1], Gradient<double>(dy));
  clip_global_norm(gradients, 1);
  BOOST_TEST(gradients[p[0]][0] == gradients[p[1]][0]);
  BOOST_TEST(std::abs(gradients[p[0]][0] - std::sqrt(0.5)) < 1e-6);
  BOOST_TEST(dy[0] == 5);
}

BOOST_AUTO_TEST_CASE(clipping_refuses_what_is_not_finite) {
  const Parameters<float> p{Param<float>(Array<float>({40})), Param<float>(Array<float>({5, 2}))};
  Gradients<float> gradients;
  put(gradients, p[0], Gradient<float>(Array<float>::full({40}, 3)));
  put(gradients, p[1],
      Gradient<float>({5, 2}, Indices({1}, {4}), Array<float>({1, 2}, {1, std::nanf("")})));
  refuses([&] { clip_global_norm(gradients, 1); },
          "clip_global_norm: the gradient of parameter 1 [5,2] is nan at [4,1]; skip");
  BOOST_TEST(gradients[p[0]][0] == 3);
  for (const double bad : {0.0, -1.0, kNan}) {
    refuses([&] { clip_global_norm(gradients, bad); }, "clip_global_norm: max_norm is ");
  }
  const Parameters<double> q{Param<double>(Array<double>({2}))};
  Gradients<double> huge;
  put(huge, q[0], Gradient<double>(Array<double>({2}, {1.5e308, 1.5e308})));
  refuses([&] { clip_global_norm(huge, 1); }, "each of them is finite");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
