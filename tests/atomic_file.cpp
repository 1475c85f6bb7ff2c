// Files that are replaced whole or not at all.
#include "engram/core/atomic_file.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engram/core/error.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;

// A folder that goes with the test, with a file in it.
struct Folder {
  fs::path path = fs::temp_directory_path() / text("engram-atomic-file-", getpid());
  fs::path a = path / "a";
  Folder() {
    fs::create_directory(path);
    std::ofstream(a) << "old";
  }
  ~Folder() { fs::remove_all(path); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {}));
  }
  std::string content() const {
    std::ifstream file(a);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// Whether opening `path` fails with an error that says `why`.
bool refused(const fs::path& path, const std::string& why) {
  try {
    AtomicFile file(path);
    return false;
  } catch (const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(why) != std::string::npos;
  }
}

// The error of `f` in a process of its own, whose limits and rights it may lower.
template <class F>
std::string in_child(const F& f) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  std::fflush(nullptr);  // the child is not to print it again
  const pid_t child = fork();
  if (child == 0) {
    try {
      f();
    } catch (const Error& error) {
      const std::string what = error.what();
      _exit(::write(ends[1], what.data(), what.size()) < 0);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string what(1000, '\0');
  what.resize(
      static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], what.data(), what.size()))));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return what;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_file)

BOOST_AUTO_TEST_CASE(places_that_cannot_be_written) {
  const Folder folder;
  BOOST_TEST(refused(folder.path / "no" / "a", "a: No such file or directory"));
  BOOST_TEST(refused(folder.path, "no regular file"));
  BOOST_TEST(refused(folder.path / "", "names no file"));
  BOOST_TEST(refused("/dev/null", "no regular file"));
  BOOST_TEST(refused(folder.path / std::string(300, 'x'), "File name too long"));
  BOOST_TEST(folder.files() == 1U);
}

BOOST_AUTO_TEST_CASE(without_commit_nothing_changes) {
  const Folder folder;
  {
    AtomicFile file(folder.a);
    file.write(bytes("new"));
    BOOST_TEST(folder.files() == 2U);
    BOOST_TEST(folder.content() == "old");
  }
  BOOST_TEST(folder.content() == "old");
  BOOST_TEST(folder.files() == 1U);
}

BOOST_AUTO_TEST_CASE(links_are_followed_and_rights_kept) {
  const Folder folder;
  const auto rights = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(folder.a, rights);
  fs::create_symlink("a", folder.path / "link");
  AtomicFile file(folder.path / "link");
  file.write(bytes("new"));
  file.commit();
  BOOST_TEST(folder.content() == "new");
  BOOST_TEST(fs::is_symlink(folder.path / "link"));
  BOOST_TEST((fs::status(folder.a).permissions() == rights));
  BOOST_TEST(folder.files() == 2U);
}

// A full disk, as a limit on the size of files.
BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_earlier_file) {
  const Folder folder;
  BOOST_TEST(in_child([&] {
               const rlimit limit{4096, 4096};
               std::signal(SIGXFSZ, SIG_IGN);
               setrlimit(RLIMIT_FSIZE, &limit);
               AtomicFile file(folder.a);
               file.write(bytes(std::string(100000, 'x')));
               file.commit();
             }) == "cannot write " + folder.a.string() + ": File too large");
  BOOST_TEST(folder.content() == "old");
  BOOST_TEST(folder.files() == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_without_the_right_to_write) {
  const Folder folder;
  fs::permissions(folder.path, fs::perms::owner_write, fs::perm_options::remove);
  BOOST_TEST(in_child([&] {
               if (geteuid() == 0 && seteuid(65534) != 0) return;
               AtomicFile file(folder.a);
             }) == "cannot write " + folder.a.string() + ": Permission denied");
  fs::permissions(folder.path, fs::perms::owner_write, fs::perm_options::add);
  BOOST_TEST(folder.content() == "old");
  BOOST_TEST(folder.files() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
