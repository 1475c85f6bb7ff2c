// Schedules against PyTorch's.
#include "engram/tests/optim_cases.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(schedules_equal_pytorch) {
  const StepSchedule step{.rate = 0.1, .factor = 0.5, .every = 5};
  const ExponentialSchedule exponential{.rate = 0.1, .factor = 0.9};
  const CosineSchedule cosine{.rate = 0.1, .minimum = 1e-3, .epochs = 20};
  const PlateauOptions options{.rate = 0.1, .factor = 0.5, .patience = 2};
  Plateau plateau{options}, resumed{options};
  for (Index epoch = 0; epoch < 20; ++epoch) {
    const auto agrees = [&](const std::string& name, double rate) {
      BOOST_TEST(std::abs(rate - gold("schedule." + name)[epoch]) < 1e-10, name << " " << epoch);
    };
    agrees("step", step(static_cast<double>(epoch)));
    agrees("exponential", exponential(static_cast<double>(epoch)));
    agrees("cosine", cosine(static_cast<double>(epoch)));
    agrees("plateau", plateau.rate());
    resumed.restore(plateau.state());
    BOOST_TEST(plateau(gold("schedule.metric")[epoch]) == resumed(gold("schedule.metric")[epoch]));
  }
  BOOST_TEST(plateau.rate() < 0.05);
  BOOST_TEST(cosine(20) == 1e-3);
  BOOST_TEST(cosine(30) == 1e-3);
  BOOST_TEST(Warmup{.steps = 4}(0) == 0.25);
  BOOST_TEST(Warmup{.steps = 4}(9) == 1);
}

BOOST_AUTO_TEST_CASE(plateau_has_a_floor) {
  Plateau plateau{{.rate = 1, .factor = 0.1, .patience = 0, .minimum = 0.05}};
  BOOST_TEST(plateau(3) == 1);
  BOOST_TEST(plateau(kInfinity) == 0.1);
  BOOST_TEST(plateau(3) == 0.05);
  BOOST_TEST(plateau(3) == 0.05);
}

BOOST_AUTO_TEST_CASE(bad_values_are_refused) {
  refuses([] { StepSchedule{.rate = 1, .every = 0}(0); }, "step schedule: every is 0");
  refuses([] { ExponentialSchedule{.rate = 1, .factor = 2}(0); }, "factor is 2");
  refuses([] { CosineSchedule{.rate = kNan, .epochs = 5}(0); }, "cosine schedule: rate is nan");
  refuses([] { CosineSchedule{.rate = 1, .epochs = 5}(-1); }, "epoch is -1");
  refuses([] { Warmup{.steps = 0}(0); }, "warmup: steps is 0");
  refuses([] { Plateau{{.rate = 1, .factor = 1}}; }, "plateau: factor is 1");
  refuses([] { Plateau{{.rate = 1, .patience = -1}}; }, "patience is -1");
  refuses([] { Plateau{{.rate = 1, .minimum = 2}}; }, "minimum is 2");
  refuses([] { Plateau{{.rate = 1}}.restore({1, kNan, 0}); }, "best metric to restore is nan");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
