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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engram/core/error.hpp"
#include "engram/core/leftovers.hpp"

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

// Where a link leads to is where the file is made, if it is not there yet.
BOOST_AUTO_TEST_CASE(links_that_lead_nowhere) {
  const Folder folder;
  fs::create_directory(folder.path / "below");
  fs::create_symlink("below/second", folder.path / "first");
  fs::create_symlink("../b", folder.path / "below" / "second");
  {
    AtomicFile file(folder.path / "first");
    file.write(bytes("new"));
    file.commit();
  }
  BOOST_TEST(fs::is_symlink(folder.path / "first"));
  BOOST_TEST(fs::is_symlink(folder.path / "below" / "second"));
  BOOST_TEST(fs::file_size(folder.path / "b") == 3U);
  BOOST_TEST(folder.files() == 4U);

  fs::create_symlink("loop", folder.path / "loop");
  BOOST_TEST(refused(folder.path / "loop", "loop: Too many levels of symbolic links"));
  fs::create_symlink("no/where", folder.path / "astray");
  BOOST_TEST(refused(folder.path / "astray", "astray links to it): No such file or directory"));
  fs::create_symlink("below", folder.path / "folder");
  BOOST_TEST(refused(folder.path / "folder", "links to it): it is there and is no regular file"));
  BOOST_TEST(folder.files() == 7U);
}

// A name that fits is written, however long: the temporary's is cut, not through a character.
BOOST_AUTO_TEST_CASE(the_longest_names) {
  const Folder folder;
  std::string umlauts;
  while (umlauts.size() < 250) umlauts += "ü";
  for (const std::string& name :
       {std::string(220, 'x'), std::string(253, 'x'), std::string(255, 'x'), umlauts, "x" + umlauts,
        "xx" + umlauts, umlauts + "xxxxx"}) {
    AtomicFile file(folder.path / name);
    for (const auto& entry : fs::directory_iterator(folder.path)) {
      const std::string there = entry.path().filename();
      if (!there.ends_with(".tmp")) continue;
      BOOST_TEST(there.size() <= 255U);
      const std::string kept = there.substr(0, there.rfind('.', there.size() - 12));
      BOOST_TEST(name.starts_with(kept));
      BOOST_TEST((name.size() == kept.size() || (name[kept.size()] & 0xc0) != 0x80),
                 "half a character");
    }
    file.write(bytes("new"));
    file.commit();
    BOOST_TEST(fs::exists(folder.path / name));
    fs::remove(folder.path / name);
  }
  BOOST_TEST(folder.files() == 1U);
}

// A process of the same number, in another container, may have left a temporary of the same name.
BOOST_AUTO_TEST_CASE(a_name_that_is_taken) {
  const Folder folder;
  const auto temporary = [&] {
    for (const auto& entry : fs::directory_iterator(folder.path)) {
      if (entry.path().extension() == ".tmp") return entry.path().filename().string();
    }
    return std::string();
  };
  std::string name;
  {
    const AtomicFile file(folder.a);
    name = temporary();
  }
  const std::string before = text("a.", getpid(), "-");
  BOOST_REQUIRE(name.starts_with(before));
  const int number = std::stoi(name.substr(before.size()));
  std::ofstream(folder.path / text(before, number + 1, ".engram.tmp")) << "left";
  {
    AtomicFile file(folder.a);
    file.write(bytes("new"));
    file.commit();
  }
  BOOST_TEST(folder.content() == "new");
  BOOST_TEST(folder.files() == 2U);
}

// What a killed process leaves is told from what is being written, and from what others call so.
BOOST_AUTO_TEST_CASE(what_is_left_by_a_killed_process) {
  const Folder folder;
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    AtomicFile file(folder.a);
    file.write(bytes("half"));
    static_cast<void>(::write(ends[1], "x", 1));
    pause();
  }
  char x = 0;
  BOOST_REQUIRE(read(ends[0], &x, 1) == 1);
  BOOST_TEST(folder.files() == 2U);
  BOOST_TEST(leftovers(folder.path).empty());  // it is at work
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);

  const AtomicFile own(folder.a);
  for (const char* other :
       {"a.tmp", "a.12.engram.tmp", "a.12-x.engram.tmp", "a.12-3.engram.tmp.b"}) {
    std::ofstream(folder.path / other) << "x";
  }
  fs::create_symlink("a.tmp", folder.path / "a.1-1.engram.tmp");
  BOOST_REQUIRE(mkfifo((folder.path / "a.1-2.engram.tmp").c_str(), 0600) == 0);
  fs::create_directory(folder.path / "a.1-3.engram.tmp");
  const std::size_t files = folder.files();
  const auto found = leftovers(folder.path);
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].writer == child);
  BOOST_TEST(found[0].bytes == 4U);
  BOOST_TEST(found[0].path.filename().string().starts_with(text("a.", child, "-")));
  BOOST_TEST(folder.files() == files);
  BOOST_TEST((remove_leftovers(folder.path).size() == 1 && !fs::exists(found[0].path)));
  BOOST_TEST(folder.files() == files - 1);
  BOOST_TEST(remove_leftovers(folder.path).empty());
  BOOST_TEST(folder.content() == "old");
  try {
    leftovers(folder.path / "no");
    BOOST_TEST(false, "a folder that is not there has leftovers");
  } catch (const Error& error) {
    BOOST_TEST(error.what() == "cannot look through " + (folder.path / "no").string() +
                                   ": No such file or directory");
  }
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
