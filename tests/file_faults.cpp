// Every call to the system that a save or a load makes fails once: what is there stays as it was or
// is the new one, whole; the error names the file and the reason; nothing is left behind.
#include <cerrno>
#include <cstring>
#include <set>

#include <boost/test/unit_test.hpp>

#include "engram/core/atomic_file.hpp"
#include "engram/core/leftovers.hpp"
#include "engram/core/safetensors.hpp"
#include "engram/tests/scratch_folder.hpp"
#include "engram/tests/system_faults.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

void save_twice(const fs::path& path) {
  AtomicFile file(path);
  const std::string half(1000, 'n');
  file.write(std::as_bytes(std::span(half)));
  file.write(std::as_bytes(std::span(half)));
  file.commit();
}
const std::string kOld = "old", kNew(2000, 'n');

struct Outcome {
  std::string error;          // "no error" when there was none
  std::string struck;         // the call that failed; empty: all passed
  std::string content;        // of the file after it
  std::size_t more = 0;       // files in the folder that were not there
  std::size_t leftovers = 0;  // of these, those that are known for what they are
};

// A save in which the call with this number fails.
Outcome save_with(int number, int error, bool and_all_after, bool replaces, bool linked) {
  const ScratchFolder folder("faults");
  const fs::path path = folder / "a", link = folder / "link";
  if (replaces) {
    write_bytes(path, kOld);
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }
  if (linked) fs::create_symlink("a", link);
  const std::size_t files = folder.files(), open = open_files();
  Outcome out;
  {
    const Fault fault(number, error, and_all_after);
    out.error = error_of([&] { save_twice(linked ? link : path); });
    if (fault.struck()) out.struck = fault.struck();
  }
  BOOST_TEST(open_files() == open);
  BOOST_TEST((!linked || fs::is_symlink(link)));
  out.content = bytes_of(path);
  out.more = folder.files() - files - (!replaces && fs::exists(path));
  out.leftovers = leftovers(folder.path).size();
  if (out.error != "no error") {
    BOOST_TEST(contains(out.error, (linked ? link : path).string()));
    BOOST_TEST(contains(out.error, std::strerror(error)));
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_faults)

BOOST_AUTO_TEST_CASE(a_call_of_a_save_fails_once) {
  std::set<std::string> seen, fatal;
  for (const bool replaces : {true, false}) {
    for (const bool linked : {false, true}) {
      for (const int error :
           {EIO, ENOSPC, EDQUOT, EINTR, ENOLCK, EWOULDBLOCK, EEXIST, Fault::kShort}) {
        for (int number = 0;; ++number) {
          const Outcome got = save_with(number, error, false, replaces, linked);
          if (got.struck.empty()) break;
          BOOST_TEST_CONTEXT(got.struck << " fails with " << std::strerror(error) << ": "
                                        << got.error) {
            seen.insert(got.struck);
            const bool failed = got.error != "no error";
            if (failed) fatal.insert(got.struck);
            BOOST_TEST(got.content == (failed ? (replaces ? kOld : "") : kNew));
            // What cannot be removed is at least known.
            BOOST_TEST(got.more == (got.struck == "unlinkat" && !failed ? got.leftovers : 0U));
            if (error == EINTR && got.struck != "readlink" && got.struck != "fstat" &&
                !got.struck.starts_with("rename")) {
              BOOST_TEST(!failed);
            }
            if (error == Fault::kShort) BOOST_TEST(!failed);
            // No locks here, somebody who looked, a name that is taken.
            if (got.struck == "flock" && (error == ENOLCK || error == EWOULDBLOCK)) {
              BOOST_TEST(!failed);
            }
            if (got.struck == "openat" && error == EEXIST) BOOST_TEST(!failed);
          }
        }
      }
    }
  }
  const std::set<std::string> all{"readlink",  "stat",     "open",  "openat", "flock",
                                  "fstat",     "fchmod",   "write", "fsync",  "renameat",
                                  "renameat2", "unlinkat", "close"};
  BOOST_TEST((seen == all));
  for (const char* harmless : {"renameat2", "unlinkat", "close"})
    BOOST_TEST(!fatal.contains(harmless));
  BOOST_TEST(fatal.size() + 3 == all.size());
}

// A disk that is gone from some moment on: the old one, the new one, or the error says where both
// are.
BOOST_AUTO_TEST_CASE(all_calls_of_a_save_fail_from_some_moment_on) {
  for (const bool replaces : {true, false}) {
    for (int number = 0;; ++number) {
      const Outcome got = save_with(number, EIO, true, replaces, false);
      if (got.struck.empty()) break;
      BOOST_TEST_CONTEXT("from call " << number << " on: " << got.error) {
        if (got.error == "no error" || contains(got.error, "; the new file is there")) {
          BOOST_TEST(got.content == kNew);
        } else {
          BOOST_TEST(got.content == (replaces ? kOld : ""));
        }
        BOOST_TEST(got.more == got.leftovers);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_call_of_a_load_fails_once) {
  const ScratchFolder folder("faults");
  const fs::path path = folder / "a";
  files::Tensors tensors;
  tensors.tensors["w"] = Array<float>({3}, {1, 2, 3});
  tensors.tensors["v"] = files::stored(Array<float>({2}, {1, 2}), files::Precision::bf16);
  files::save(path, tensors);
  std::set<std::string> seen;
  for (const int error : {EIO, EMFILE, EINTR, Fault::kShort}) {
    for (int number = 0;; ++number) {
      const std::size_t open = open_files();
      files::Tensors read;
      std::string what, struck;
      {
        const Fault fault(number, error);
        what = error_of([&] { read = files::load(path); });
        if (fault.struck()) struck = fault.struck();
      }
      BOOST_TEST(open_files() == open);
      if (struck.empty()) break;
      seen.insert(struck);
      BOOST_TEST_CONTEXT(struck << " fails with " << std::strerror(error)) {
        if (what == "no error") {
          BOOST_TEST(read.get<float>("w")[2] == 3);
          BOOST_TEST(read.as<float>("v")[1] == 2);
        } else {
          BOOST_TEST(what == text("cannot read ", path.string(), ": ", std::strerror(error)));
          BOOST_TEST((error != Fault::kShort && struck != "close"));
        }
        if (error == EINTR && struck != "fstat") BOOST_TEST(what == "no error");
      }
    }
  }
  BOOST_TEST((seen == std::set<std::string>{"open", "fstat", "pread", "close"}));
}

// Nobody takes a file for written of which a part is missing.
BOOST_AUTO_TEST_CASE(an_error_is_final) {
  const ScratchFolder folder("faults");
  const fs::path path = folder / "a";
  write_bytes(path, kOld);
  AtomicFile file(path);
  {
    const Fault fault(0, ENOSPC);
    BOOST_TEST(error_of([&] { file.write(std::as_bytes(std::span(kNew))); }) ==
               "cannot write " + path.string() + ": No space left on device");
  }
  BOOST_TEST(folder.files() == 1U);
  for (int k = 0; k < 2; ++k) {
    BOOST_TEST(contains(error_of([&] { file.commit(); }), "it is finished, or gone with an error"));
    BOOST_TEST(contains(error_of([&] { file.write(std::as_bytes(std::span(kNew))); }), "finished"));
  }
  BOOST_TEST(bytes_of(path) == kOld);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
