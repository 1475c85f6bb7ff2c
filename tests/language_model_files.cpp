// The files around a run: read whole, put aside, locked; and how much memory there is for them.
#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <sys/wait.h>

#include "engram/examples/language_model/aside.hpp"
#include "engram/examples/language_model/files.hpp"
#include "engram/examples/language_model/lock.hpp"
#include "engram/examples/language_model/memory.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// The message of the error that f throws in another process; empty when it throws none.
template <class F>
std::string message_elsewhere(const Folder& folder, const F& f) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      f();
    } catch (const Error& error) {
      std::ofstream(folder / "message") << error.what();
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 0 ? "" : bytes_of(folder / "message");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_files)

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_not_empty) {
  const Folder folder("read");
  BOOST_TEST(!read_file(folder / "none"));
  const std::string bytes("a\0b\r\n", 5);
  BOOST_TEST(read_file(write(folder / "a", bytes)).value_or("") == bytes);
  BOOST_TEST(read_file(folder / "a", 5).value_or("") == bytes);
  BOOST_TEST(contains(message_of<Error>([&] { read_file(folder / "a", 4); }), "over 4 bytes"));
  BOOST_TEST(contains(message_of<Error>([&] { read_file(folder.path); }), "Is a directory"));
  BOOST_TEST(contains(message_of<Error>([] { read_file("/proc/self/mem"); }),
                      "cannot read /proc/self/mem: Input/output error"));
  BOOST_TEST(
      contains(message_of<Error>([&] { read_file(folder / "a" / "b"); }), "Not a directory"));
  // Without numbers for open files.
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const std::string message = message_of<Error>([&] { read_file(folder / "a"); });
  setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(contains(message, "Too many open files"));
}

BOOST_AUTO_TEST_CASE(files_of_a_run_are_put_aside_together) {
  const Folder folder("aside");
  const fs::path a = folder / "a.txt", b = folder / "b.jsonl", c = folder / "c.x";
  write(previous(a), "older a"), write(previous(b), "older b");
  put_aside({a, b, c});
  BOOST_TEST(bytes_of(previous(a)) == "older a");  // there is no run to put in its place
  write(a, "a"), write(c, "c");
  put_aside({a, b, c});
  BOOST_TEST(previous(a).filename() == "a.previous.txt");
  BOOST_TEST(bytes_of(previous(a)) == "a");
  BOOST_TEST(bytes_of(previous(c)) == "c");
  BOOST_TEST(!fs::exists(previous(b)));  // this run had none
  BOOST_TEST(bytes_of(a) == "a");
  write_file(a, "new");
  BOOST_TEST(bytes_of(previous(a)) == "a");
  fs::create_directory(folder / "d.y");
  BOOST_TEST(contains(message_of<Error>([&] { put_aside({folder / "d.y"}); }), "cannot keep"));
}

BOOST_AUTO_TEST_CASE(of_a_link_what_it_points_to_is_put_aside) {
  const Folder folder("aside-link");
  const fs::path link = folder / "a.txt", target = write(folder / "else/where.txt", "a");
  fs::create_symlink("else/where.txt", link);
  put_aside({link});
  write_file(link, "new");
  BOOST_TEST(bytes_of(previous(link)) == "a");
  BOOST_TEST(bytes_of(target) == "new");
  BOOST_TEST(fs::is_symlink(link));
  BOOST_TEST(!fs::is_symlink(previous(link)));
  remove_file(link);
  BOOST_TEST(!fs::exists(target));
  BOOST_TEST(fs::is_symlink(link));
  BOOST_CHECK_NO_THROW(remove_file(link));
  BOOST_CHECK_NO_THROW(remove_file(folder / "none"));
}

BOOST_AUTO_TEST_CASE(what_killed_processes_left_is_removed_or_named) {
  const Folder folder("tidy");
  const fs::path here = write(folder / "run/a.x.77-0.engram.tmp", "left"),
                 there = write(folder / "else/b.x.78-1.engram.tmp", "left there");
  write(folder / "run/c.tmp", "not ours"), write(folder / "else/b.x", "b");
  fs::create_symlink("../else/b.x", folder / "run/b.x");
  const std::vector<std::string> notes = tidy({folder / "run/a.x", folder / "run/b.x"});
  BOOST_REQUIRE(notes.size() == 2);
  BOOST_TEST(contains(notes[0], "removed " + here.string() + " (4 bytes), which process 77 left"));
  BOOST_TEST(contains(notes[1], "there is " + there.string() + " (10 bytes)"));
  BOOST_TEST(!fs::exists(here));
  BOOST_TEST(fs::exists(there));
  BOOST_TEST(fs::exists(folder / "run/c.tmp"));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_disk_is_copied_aside) {
  const fs::path elsewhere = text("/dev/shm/engram-aside-", getpid());
  const Folder folder("aside-copy");
  std::ofstream(elsewhere) << std::string(200'000, 'x');
  if (!fs::exists(elsewhere)) {
    BOOST_TEST_MESSAGE("skipped: there is no /dev/shm");
    return;
  }
  fs::create_symlink(elsewhere, folder / "a.txt");
  put_aside({folder / "a.txt"});
  BOOST_TEST((bytes_of(folder / "a.previous.txt") == bytes_of(elsewhere)));
  BOOST_TEST(fs::file_size(folder / "a.previous.txt") == 200'000);
  fs::remove(elsewhere);
}

BOOST_AUTO_TEST_CASE(a_folder_has_one_lock) {
  const Folder folder("lock");
  const auto lock_again = [&] { const FolderLock second(folder.path); };
  {
    const FolderLock lock(folder.path);
    BOOST_TEST(lock.held());
    const std::string message = message_elsewhere(folder, lock_again);
    BOOST_TEST(contains(message, "another run is at work in " + folder.path.string()));
    BOOST_TEST(contains(message, text("process ", getpid(), " on ")));
    BOOST_TEST(fs::exists(folder / "run.lock"));
  }
  BOOST_TEST(!fs::exists(folder / "run.lock"));
  BOOST_TEST(message_elsewhere(folder, lock_again) == "");
  write(folder / "run.lock", "process 1 on a machine, killed");  // and so without its lock
  BOOST_TEST(message_elsewhere(folder, lock_again) == "");
  BOOST_TEST(contains(message_of<Error>([&] { const FolderLock lock(folder / "none"); }),
                      "cannot open the folder"));
}

BOOST_AUTO_TEST_CASE(memory_that_a_limit_forbids_is_not_available) {
  const std::uint64_t all = memory_available();
  BOOST_TEST(all > 0);
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::uint64_t used = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  const rlimit limit{used + (std::uint64_t{64} << 20), before.rlim_max};
  if (setrlimit(RLIMIT_AS, &limit) != 0) {
    BOOST_TEST_MESSAGE("skipped: no such limit here");
    return;
  }
  const std::uint64_t left = memory_available();
  setrlimit(RLIMIT_AS, &before);
  BOOST_TEST(left <= std::uint64_t{64} << 20);
  BOOST_TEST(left <= all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
