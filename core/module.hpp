// module: how a module shows its parameters, and what follows from that.
//
// A module is any struct with one line that names its members, parameters and modules alike:
//
//   void visit(auto&& f) { f("w", w); f("b", b); }
//
// Naming, counting, saving and optimisers come from it. A range of parameters or modules is named
// by number: f("layer", layers) shows layer0, layer1, ... What an optional or a pointer holds is
// shown under its own name, and nothing when it holds nothing.
#pragma once

#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "engram/core/parameters.hpp"

namespace engram {

/// Anything with a `visit`.
template <class M>
concept Module = requires(std::remove_const_t<M>& module) {
  module.visit([](const char*, auto&) {});
};

namespace visiting {

template <class>
inline constexpr bool kNever = false;

// The numbers of a Param or Buffer, `void` for anything else.
template <class T>
T numbers_of(const ParamRef<T>&);
void numbers_of(...);
template <class M>
using NumbersOf = decltype(numbers_of(std::declval<const M&>()));

template <class M>
concept MayHold = requires(const M& holder) {
  static_cast<bool>(holder);
  *holder;
};

/// Calls module.visit(f). A module whose `visit` is not const shows a const one as it is: what is
/// listed are handles.
template <class M, class F>
void visit(const M& module, const F& f) {
  if constexpr (requires { module.visit(f); }) {
    module.visit(f);
  } else {
    const_cast<M&>(module).visit(f);
  }
}

template <class M>
consteval void check_module() {
  static_assert(Module<M>,
                "parameters() takes modules: give the type a line `void visit(auto&& f) "
                "{ f(\"w\", w); f(\"b\", b); }` that shows its parameters");
}

enum class Which { parameters, buffers, both };

// Sees the members of a module with numbers of T.
template <class T>
class Collector {
 public:
  Collector(Parameters<T>& out, Which which, std::string path)
      : out_(out), which_(which), path_(std::move(path)) {}

  template <class Member>
  void operator()(const std::string& name, const Member& member) const {
    using Numbers = NumbersOf<Member>;
    if constexpr (std::is_same_v<Numbers, T>) {
      if (which_ == Which::both || member.is_buffer() == (which_ == Which::buffers)) {
        out_.add(joined(name), member);
      }
    } else if constexpr (!std::is_void_v<Numbers>) {
      static_assert(kNever<Member>,
                    "this module mixes float and double: every parameter that its visit() shows "
                    "must have numbers of the module's value_type");
    } else if constexpr (Module<Member>) {
      visiting::visit(member, Collector(out_, which_, joined(name)));
    } else if constexpr (std::ranges::input_range<const Member>) {
      std::size_t k = 0;
      for (const auto& each : member) (*this)(name + std::to_string(k++), each);
    } else if constexpr (MayHold<Member>) {
      if (member) (*this)(name, *member);
    } else {
      static_assert(
          kNever<Member>,
          "a visit() shows a member that is neither a Param nor a module: give its type a "
          "line `void visit(auto&& f) { f(\"w\", w); }`, or do not show it");
    }
  }

 private:
  std::string joined(const std::string& name) const {
    return path_.empty() ? name : path_ + "." + name;
  }

  Parameters<T>& out_;
  Which which_;
  std::string path_;
};

template <class T, class... M>
Parameters<T> listed(Which which, const M&... modules) {
  (check_module<M>(), ...);
  Parameters<T> out;
  if constexpr ((Module<M> && ...)) {
    std::size_t k = 0;
    (visit(modules, Collector<T>(out, which, sizeof...(M) == 1 ? "" : std::to_string(k++))), ...);
  }
  return out;
}

template <class M>
struct ValueType {
  static_assert(!Module<M>,
                "the module does not say what its numbers are: give it a line `using value_type = "
                "T;`, or write parameters<float>(model)");
  using type = float;
};
template <class M>
requires Module<M> && requires { typename M::value_type; }
struct ValueType<M> {
  using type = typename M::value_type;
};
template <class M>
using ValueTypeOf = typename ValueType<M>::type;

template <class A>
concept Pattern = std::is_convertible_v<const A&, std::string_view>;

}  // namespace visiting

/// The parameters of a module in the order in which it shows them, with their names, for
/// optimisers, files and checks; frozen ones too. Those of several modules begin with "0.", "1.",
/// ... A module says what its numbers are by `using value_type = T`; for one that does not, write
/// `parameters<float>(model)`. Does not compile for a type without `visit` or one that mixes float
/// and double, and says so. Throws `Error` when two have the same name.
template <class T, class... M>
Parameters<T> parameters(const M&... modules) {
  return visiting::listed<T>(visiting::Which::parameters, modules...);
}
template <class First, class... Rest>
requires(!visiting::Pattern<Rest> && ...) auto parameters(const First& first, const Rest&... rest) {
  return parameters<visiting::ValueTypeOf<First>>(first, rest...);
}
/// Those whose names match `pattern`: parameters(model, "*.b"). See `Parameters::only`.
template <class M>
auto parameters(const M& module, std::string_view pattern) {
  return parameters(module).only({std::string(pattern)});
}

/// What a module has beside parameters: running statistics.
template <class M>
auto buffers(const M& module) {
  return visiting::listed<visiting::ValueTypeOf<M>>(visiting::Which::buffers, module);
}
/// All that belongs into a file.
template <class M>
auto parameters_and_buffers(const M& module) {
  return visiting::listed<visiting::ValueTypeOf<M>>(visiting::Which::both, module);
}

/// How many numbers the parameters of a module have; shared ones count once.
template <class M>
Index count_parameters(const M& module) {
  return parameters(module).count();
}

}  // namespace engram
