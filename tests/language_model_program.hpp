// Running the program language_model from a test.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {

using Arguments = std::vector<std::string>;

inline const std::string kProgram = ENGRAM_EXAMPLES_DIR "/language_model";

/// How a run of the program ended.
struct Outcome {
  int code = -1;
  int signal = 0;
  std::string out, err;
};

/// What a program finds when it begins: done in it before it is started.
using Prepare = std::function<void()>;

/// No file may grow over so many bytes.
inline Prepare largest_file(rlim_t bytes) {
  return [bytes] {
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  };
}

inline Prepare standard_output(const char* path) {
  return [path] { dup2(open(path, O_WRONLY), STDOUT_FILENO); };
}

/// Waits until `is_so()`, not for ever: whether it came to that.
template <class F>
bool wait_until(const F& is_so, std::chrono::seconds most = std::chrono::minutes(3)) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (std::chrono::steady_clock::now() < end) {
    if (is_so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// A run under way.
class Program {
 public:
  Program(const Folder& folder, const Arguments& arguments, const Prepare& prepare = {})
      : out_(folder / "stdout"), err_(folder / "stderr") {
    std::vector<char*> argv{const_cast<char*>(kProgram.c_str())};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    child_ = fork();
    if (child_ != 0) return;
    const auto redirect = [](const std::filesystem::path& path, int stream) {
      dup2(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), stream);
    };
    redirect(out_, STDOUT_FILENO);
    redirect(err_, STDERR_FILENO);
    if (prepare) prepare();
    execv(kProgram.c_str(), argv.data());
    _exit(99);
  }

  pid_t id() const { return child_; }
  /// What it has written to standard error so far.
  std::string said() const { return bytes_of(err_); }
  /// To its first thread, for only that one is certain to go on at once.
  void send(int signal) const { tgkill(child_, child_, signal); }
  /// Kills it after `most`: a test never hangs.
  Outcome wait(std::chrono::seconds most = std::chrono::minutes(3)) {
    Outcome outcome;
    int status = 0;
    if (!wait_until([&] { return waitpid(child_, &status, WNOHANG) == child_; }, most)) {
      send(SIGKILL);
      waitpid(child_, &status, 0);
    }
    if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    outcome.out = std::filesystem::exists(out_) ? bytes_of(out_) : "";
    outcome.err = bytes_of(err_);
    BOOST_TEST_MESSAGE(outcome.out + outcome.err);
    return outcome;
  }

 private:
  std::filesystem::path out_, err_;
  pid_t child_ = 0;
};

inline Outcome run(const Folder& folder, const Arguments& arguments) {
  return Program(folder, arguments).wait();
}

/// A folder with a text, and flags for a small run on it.
struct Workshop : Folder {
  explicit Workshop(const std::string& name)
      : Folder(name), text(write(*this / "text.txt", some_text(90))) {}

  Arguments train(const Arguments& more = {}) const {
    Arguments all{"train", "--text",    text.string(), "--out",    out.string(), "--hidden",
                  "16",    "--layers",  "2",           "--batch",  "4",          "--steps",
                  "12",    "--epochs",  "2",           "--shards", "2",          "--threads",
                  "2",     "--dropout", "0.2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Arguments resume(const Arguments& more = {}) const {
    Arguments all{"train", "--resume", "--out", out.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::filesystem::path checkpoint() const { return out / kCheckpoint; }
  std::size_t reports() const {
    const std::string lines = bytes_of(out / "metrics.jsonl");
    return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  }

  std::filesystem::path text, out = path / "run";
};

/// Flags of a run that ends when it is told to.
inline const Arguments kEndless{"--epochs", "100000"};

inline std::string position_of(const std::filesystem::path& path) {
  return files::load(path).metadata.at("position");
}

inline void check_stopped_and_saved(Program& program) {
  const Outcome end = program.wait();
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.signal == 0);
}

inline void check_failure(const Outcome& outcome, Exit code, const std::string& message) {
  BOOST_TEST(outcome.code == static_cast<int>(code));
  BOOST_TEST(contains(outcome.err, "language_model: "));
  BOOST_TEST(contains(outcome.err, message), "not found: " << message << " in: " << outcome.err);
  BOOST_TEST(outcome.out == "");
}

}  // namespace engram::language_model
