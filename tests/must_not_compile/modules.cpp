// What is no module, or mixes numbers, and what the compiler says of it.
#include "engram/core/module.hpp"
#include "engram/optim/optim.hpp"

namespace engram {
namespace {

struct Silent {
  using value_type = float;
  Param<float> w;
};
struct Untyped {
  Param<float> w;
  void visit(auto&& f) { f("w", w); }
};
struct Mixed {
  using value_type = float;
  Param<float> w;
  Param<double> b;
  void visit(auto&& f) {
    f("w", w);
    f("b", b);
  }
};
struct Odd {
  using value_type = float;
  Param<float> w;
  int size = 0;
  void visit(auto&& f) {
    f("w", w);
    f("size", size);
  }
};
struct Good {
  using value_type = float;
  std::vector<Param<float>> w;
  void visit(auto&& f) { f("w", w); }
};

[[maybe_unused]] void lists(const Silent& silent, const Untyped& untyped, const Mixed& mixed,
                            const Odd& odd, const Good& good) {
  static_cast<void>(silent), static_cast<void>(mixed), static_cast<void>(odd);
  static_cast<void>(parameters(good));
  static_cast<void>(parameters<float>(untyped));
  static_cast<void>(parameters(silent));        // error: give the type a line `void visit
  static_cast<void>(parameters(untyped));       // error: parameters<float>(model)
  static_cast<void>(parameters(mixed));         // error: mixes float and double
  static_cast<void>(parameters<double>(good));  // error: mixes float and double
  static_cast<void>(parameters(odd));           // error: neither a Param nor a module
  optim::Sgd<float> sgd{parameters(good)};
  optim::Sgd<double> other{parameters(good)};  // error: float and of double do not mix
}

}  // namespace
}  // namespace engram
