#include "engram/core/files/temporary.hpp"

#include <algorithm>
#include <regex>

#include <sys/file.h>
#include <unistd.h>

#include "engram/core/error.hpp"

namespace engram::files {

std::string temporary_name(int folder, const std::string& name, unsigned number) {
  constexpr long kUsual = 255;
  const std::string ending = text(".", getpid(), "-", number, ".engram.tmp");
  const long most = fpathconf(folder, _PC_NAME_MAX);
  const auto room = static_cast<std::size_t>(most > 0 ? most : kUsual);
  std::size_t kept = std::min(name.size(), room - std::min(room, ending.size()));
  // Not through a character of UTF-8: some file systems refuse half of one.
  while (kept > 0 && kept < name.size() && (name[kept] & 0xc0) == 0x80) --kept;
  return name.substr(0, kept) + ending;
}

std::optional<std::int64_t> writer_of(const std::string& temporary) {
  static const std::regex ending(R"(\.(\d{1,18})-\d+\.engram\.tmp$)");
  std::smatch parts;
  // Names are long only where a file system lets them; the search is for the end.
  const std::string end =
      temporary.substr(temporary.size() - std::min<std::size_t>(temporary.size(), 64));
  if (!std::regex_search(end, parts, ending)) return {};
  return std::stoll(parts[1]);
}

std::optional<Holder> lock(int file) {
  if (asked([&] { return flock(file, LOCK_EX | LOCK_NB); }) == 0) return Holder::we;
  switch (errno) {
    case EWOULDBLOCK:
      return Holder::others;
    case ENOLCK:
    case ENOSYS:
    case EINVAL:
    case EOPNOTSUPP:
      return Holder::nobody;
    default:
      return {};
  }
}

}  // namespace engram::files
