// within: an operation that is made of others.
#pragma once

#include <span>
#include <utility>

#include "engram/core/operation/scratch.hpp"

namespace engram {

/// f(), which records other operations on behalf of `name`: what they refuse is said in its name,
/// and what they record belongs to `site`, the place where the user called it. So f is written as
/// its equation, with operators. Where `name` is itself called on behalf of another, that one's
/// place is the user's.
template <class T, class F>
auto within(const char* name, Tape<T>& tape, const Site& site, F&& f) {
  return within(name, site, [&] {
    const Scope<T> scope(tape, site);
    return f();
  });
}
template <class T, class F>
auto within(const char* name, const Var<T>& x, const Site& site, F&& f) {
  return within(name, site, [&] {
    const Scope<T> scope(x.tape(), site);
    return f();
  });
}
template <class T, class F>
auto within(const char* name, std::span<const Var<T>> xs, const Site& site, F&& f) {
  return xs.empty() ? within(name, site, f) : within(name, xs[0], site, f);
}

}  // namespace engram
