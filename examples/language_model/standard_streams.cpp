#include "engram/examples/language_model/standard_streams.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <iostream>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "engram/core/error.hpp"

namespace engram::language_model {

void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // It gets the lowest number that is free, this one; opened the wrong way round, it cannot be
    // used.
    static_cast<void>(open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

void flush_results() {
  errno = 0;
  if (std::cout.flush()) return;
  fail("cannot write to standard output", errno ? ": " : "", errno ? std::strerror(errno) : "");
}

void write_to_standard_error(std::string_view text, const std::function<bool()>& give_up) {
  constexpr int patience = 100;  // milliseconds until give_up is asked again
  while (!text.empty()) {
    pollfd stream{STDERR_FILENO, POLLOUT, 0};
    const int ready = poll(&stream, 1, patience);
    if (ready < 0 && errno != EINTR) return;
    if (ready <= 0) {
      if (give_up()) return;
      continue;
    }
    // A pipe that is ready takes so many bytes without waiting.
    const ssize_t count =
        write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (count < 0 && errno != EINTR && errno != EAGAIN) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace engram::language_model
