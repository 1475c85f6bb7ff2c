// Errors: what happened, with which values, where it was recorded, and what to do about it.
#pragma once

#include <source_location>
#include <sstream>
#include <stdexcept>
#include <string>

namespace engram {

/// Everything the library throws on bad input. The text has the form
/// `op: what is wrong, the values; the remedy` and, for a recorded operation, a second line
/// `  recorded at file:line`.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// The error of an operation: its name stands before `what`.
  Error(const std::string& operation, const std::string& what)
      : std::runtime_error(operation + ": " + what), named_(operation.size() + 2) {}

  /// The text without the name of the operation, if it has one.
  std::string unnamed() const { return what() + named_; }

 private:
  std::size_t named_ = 0;  ///< characters of the name and what follows it
};

/// The place in the user's source where an operation was recorded.
using Site = std::source_location;

/// Writes its arguments one after another: `text("a ", shape, " has rank ", 2)`.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws an `Error` made of `parts`.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw Error(text(parts...));
}

/// `error` as it is shown to a user: prefixed with the operation, followed by the site where that
/// was recorded. An error that names a site already is left as it is.
Error located(const std::string& operation, const Error& error, const Site& site);

/// `error` of a step that works for `operation`: the same, with `site` in place of any inner one.
/// The name is not said twice.
Error relocated(const std::string& operation, const Error& error, const Site& site);

/// `error` of an operation that `operation` is made of: in its name alone, since that is what the
/// user called, with `site` in place of any inner one.
Error renamed(const std::string& operation, const Error& error, const Site& site);

/// What `f()` returns, for an operation made of others: an `Error` in it is one of `operation`.
template <class F>
auto within(const char* operation, const Site& site, F&& f) {
  try {
    return f();
  } catch (const Error& error) {
    throw renamed(operation, error, site);
  }
}

}  // namespace engram
