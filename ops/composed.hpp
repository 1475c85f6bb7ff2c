// composed: operations that are made of others.
#pragma once

#include <utility>

#include "engram/core/error.hpp"

namespace engram {

/// f(), which records other operations on behalf of `name`: what they refuse is said in its name.
template <class F>
auto composed(const char* name, const Site& site, F&& f) {
  return within(name, site, std::forward<F>(f));
}

}  // namespace engram
