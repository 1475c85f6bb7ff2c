// composed: operations that are made of others.
#pragma once

#include "engram/core/error.hpp"

namespace engram {

/// f(), which records other operations on behalf of `name`: what they refuse is said in its name.
template <class F>
auto composed(const char* name, const Site& site, F&& f) {
  try {
    return f();
  } catch (const Error& error) {
    throw relocated(name, error, site);
  }
}

}  // namespace engram
