// The program language_model, run as a user runs it: results, exit codes, signals, bad input.
#include <csignal>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

const std::string kProgram = ENGRAM_EXAMPLES_DIR "/language_model";

// How a run of the program ended.
struct Outcome {
  int code = -1;
  int signal = 0;
  std::string out, err;
};

// A run under way.
class Program {
 public:
  Program(const Folder& folder, const Arguments& arguments, rlim_t largest_file = RLIM_INFINITY,
          const char* out = nullptr)
      : out_(folder / "stdout"), err_(folder / "stderr") {
    std::vector<char*> argv{const_cast<char*>(kProgram.c_str())};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const std::string to = out ? out : out_.string(), complaints = err_.string();
    child_ = fork();
    if (child_ != 0) return;
    const auto redirect = [](const std::string& path, int stream) {
      dup2(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), stream);
    };
    redirect(to, STDOUT_FILENO);
    redirect(complaints, STDERR_FILENO);
    const rlimit limit{largest_file, largest_file};
    setrlimit(RLIMIT_FSIZE, &limit);
    execv(kProgram.c_str(), argv.data());
    _exit(99);
  }

  void send(int signal) const { kill(child_, signal); }
  Outcome wait() {
    Outcome outcome;
    int status = 0;
    waitpid(child_, &status, 0);
    if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    outcome.out = fs::exists(out_) ? bytes_of(out_) : "";
    outcome.err = bytes_of(err_);
    BOOST_TEST_MESSAGE(outcome.out + outcome.err);
    return outcome;
  }

 private:
  fs::path out_, err_;
  pid_t child_ = 0;
};

Outcome run(const Folder& folder, const Arguments& arguments) {
  return Program(folder, arguments).wait();
}

// A folder with a text, and flags for a small run on it.
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
  fs::path checkpoint() const { return out / kCheckpoint; }
  std::size_t reports() const {
    const std::string lines = bytes_of(out / "metrics.jsonl");
    return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  }

  fs::path text, out = path / "run";
};

void check_failure(const Outcome& outcome, Exit code, const std::string& message) {
  BOOST_TEST(outcome.code == static_cast<int>(code));
  BOOST_TEST(contains(outcome.err, "language_model: "));
  BOOST_TEST(contains(outcome.err, message), "not found: " << message << " in: " << outcome.err);
  BOOST_TEST(outcome.out == "");
}

// The numbers of a checkpoint and where it is, without what may differ: where the run is kept,
// and with which threads.
std::string weights(const fs::path& path) {
  const nn::Tensors file = nn::load(path);
  std::string bytes = file.metadata.at("position") + file.metadata.at("optimizer");
  for (const auto& [name, tensor] : file.tensors) {
    const auto& values = std::get<Array<float>>(tensor);
    bytes += name;
    bytes.append(reinterpret_cast<const char*>(values.data()),
                 static_cast<std::size_t>(values.size()) * sizeof(float));
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_program)

BOOST_AUTO_TEST_CASE(trains_evaluates_and_writes) {
  const Workshop shop("program");
  const Outcome trained = run(shop, shop.train());
  BOOST_TEST(trained.code == 0);
  BOOST_TEST(contains(trained.out, "held-out loss"));
  for (const char* file : {"checkpoint.safetensors", "metrics.jsonl"}) {
    BOOST_TEST(contains(trained.out, (shop.out / file).string()));
    BOOST_TEST(fs::exists(shop.out / file));
  }
  BOOST_TEST(contains(trained.err, "epoch 2  step"));
  BOOST_TEST(!contains(trained.err, "\r"));  // no bar in a file
  BOOST_TEST(contains(bytes_of(shop.out / "metrics.jsonl"), R"("split":"valid")"));

  const Outcome measured = run(shop, {"evaluate", "--checkpoint", shop.out.string()});
  BOOST_TEST(measured.code == 0);
  const std::string loss = measured.out.substr(0, measured.out.find(" over"));
  BOOST_TEST(contains(trained.out, loss.substr(loss.find("  ") + 2)));
  BOOST_TEST(run(shop, {"evaluate", "--checkpoint", shop.out.string(), "--split", "all"}).code ==
             0);
  check_failure(run(shop, {"evaluate", "--checkpoint", shop.out.string(), "--split", "test"}),
                Exit::bad_data, "no 'test' part");

  const Arguments generate{"generate", "--checkpoint", shop.out.string(), "--prompt", "the c",
                           "--length", "50",           "--seed",          "5"};
  const Outcome written = run(shop, generate);
  BOOST_TEST(written.code == 0);
  BOOST_TEST(written.out.starts_with("the c"));
  BOOST_TEST(run(shop, generate).out == written.out);
  BOOST_TEST(Program(shop, generate, RLIM_INFINITY, "/dev/full").wait().code == 1);
}

BOOST_AUTO_TEST_CASE(words_have_unknown_ones) {
  const Workshop shop("words");
  const Outcome trained = run(shop, shop.train({"--level", "word", "--vocabulary", "9"}));
  BOOST_TEST(trained.code == 0);
  BOOST_TEST(contains(trained.err, "9 different"));
  const Arguments generate{"generate", "--checkpoint", shop.out.string(), "--prompt", "the cell"};
  BOOST_TEST(run(shop, generate).out.starts_with("the cell "));
  BOOST_TEST(!contains(run(shop, generate).out, "<unk>"));
}

BOOST_AUTO_TEST_CASE(a_stopped_run_goes_on_to_the_same_weights) {
  const Workshop whole("whole"), stopped("stopped"), longer("longer");
  BOOST_TEST(run(whole, whole.train({"--epochs", "12"})).code == 0);

  Program program(stopped, stopped.train({"--epochs", "12"}));
  while (stopped.reports() < 14) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGTERM);
  const Outcome end = program.wait();
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.err, "stopped after step"));
  BOOST_TEST(contains(end.err, "train --resume --out " + stopped.out.string()));
  BOOST_TEST(end.out == "");
  BOOST_TEST(weights(stopped.checkpoint()) != weights(whole.checkpoint()));
  std::ofstream(stopped.out / "metrics.jsonl", std::ios::app) << "{\"cut\":";
  BOOST_TEST(run(stopped, stopped.resume({"--threads", "1"})).code == 0);
  BOOST_TEST((weights(stopped.checkpoint()) == weights(whole.checkpoint())));
  BOOST_TEST(stopped.reports() == whole.reports());

  BOOST_TEST(run(longer, longer.train({"--epochs", "7", "--threads", "1"})).code == 0);
  BOOST_TEST(run(longer, longer.resume({"--epochs", "12"})).code == 0);
  BOOST_TEST((weights(longer.checkpoint()) == weights(whole.checkpoint())));
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_at_once) {
  const Workshop shop("signals");
  Program program(shop, shop.train({"--epochs", "100000"}));
  while (shop.reports() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGINT);
  program.send(SIGTERM);
  const Outcome end = program.wait();
  BOOST_TEST((end.signal == SIGINT || end.signal == SIGTERM));
  BOOST_TEST(run(shop, {"evaluate", "--checkpoint", shop.out.string()}).code == 0);
}

BOOST_AUTO_TEST_CASE(time_can_be_limited) {
  const Workshop shop("time");
  const Outcome end = run(shop, shop.train({"--epochs", "0", "--max-minutes", "0.005"}));
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.out, "held-out loss"));
  BOOST_TEST(run(shop, shop.resume({"--max-minutes", "0.005"})).code == 0);
}

BOOST_AUTO_TEST_CASE(an_earlier_run_is_put_aside) {
  const Workshop shop("aside");
  run(shop, shop.train({"--epochs", "1"}));
  const std::string before = weights(shop.checkpoint());
  BOOST_TEST(run(shop, shop.train({"--epochs", "1", "--seed", "2"})).code == 0);
  BOOST_TEST((weights(shop.out / "checkpoint.previous.safetensors") == before));
  BOOST_TEST((weights(shop.checkpoint()) != before));
  BOOST_TEST(fs::exists(shop.out / "metrics.previous.jsonl"));
}

BOOST_AUTO_TEST_CASE(the_best_can_be_kept) {
  const Workshop shop("best");
  BOOST_TEST(run(shop, shop.train({"--keep-best"})).code == 0);
  BOOST_TEST(
      run(shop, {"evaluate", "--checkpoint", (shop.out / "best.safetensors").string()}).code == 0);
}

BOOST_AUTO_TEST_CASE(bad_texts_are_refused) {
  const Workshop shop("bad-texts");
  const auto refused = [&](const fs::path& text, const std::string& message) {
    check_failure(run(shop, shop.train({"--text", text.string()})), Exit::bad_data, message);
    BOOST_TEST(!fs::exists(shop.out));
  };
  refused(shop / "none.txt", "there is no text at");
  refused(write(shop / "empty.txt", ""), "is empty");
  refused("/proc/self/mem", "Input/output error");
  refused(write(shop / "binary.txt", "abc\xFF\xFE"), "byte 3 (0xFF, line 1) is not UTF-8");
  refused(write(shop / "short.txt", some_text(1)), "the training text is too short: it has");
}

BOOST_AUTO_TEST_CASE(bad_usage_is_refused) {
  const Workshop shop("bad-usage");
  check_failure(run(shop, {}), Exit::usage, "subcommand");
  check_failure(run(shop, shop.train({"--hidden", "-3"})), Exit::usage, "'-3' is not between 1");
  check_failure(run(shop, shop.train({"--tied", "--embedding", "5"})), Exit::usage, "--tied");
  check_failure(run(shop, shop.train({"--fancy"})), Exit::usage, "not known: --fancy");
  check_failure(run(shop, shop.train({"--schedule", "plateau", "--train-fraction", "1"})),
                Exit::usage, "no text is held out");
  BOOST_TEST(!fs::exists(shop.out));
  const Outcome help = run(shop, {"train", "--help"});
  BOOST_TEST(help.code == 0);
  BOOST_TEST(help.err == "");
  BOOST_TEST(contains(help.out, "--learning-rate"));
}

BOOST_AUTO_TEST_CASE(bad_prompts_and_checkpoints_are_refused) {
  const Workshop shop("bad-checkpoint");
  const auto generate = [&](const Arguments& more = {}) {
    Arguments all{"generate", "--checkpoint", shop.out.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run(shop, all);
  };
  check_failure(generate(), Exit::bad_data, "there is no checkpoint");
  check_failure(run(shop, shop.resume()), Exit::bad_data, "there is no checkpoint");
  run(shop, shop.train());
  check_failure(generate({"--prompt", "the Ж"}), Exit::bad_data, "'Ж' (U+0416) at byte 4");
  check_failure(generate({"--prompt", "\xC3"}), Exit::bad_data, "is not UTF-8");
  check_failure(run(shop, shop.resume({"--hidden", "99"})), Exit::usage, "--hidden 16, not 99");

  const std::string good = bytes_of(shop.checkpoint());
  write(shop.text, some_text(91));
  check_failure(run(shop, shop.resume({"--epochs", "3"})), Exit::bad_data, "has changed");
  write(shop.text, some_text(90));

  for (const std::string& damaged :
       {good.substr(0, good.size() - 1), good.substr(0, 100), std::string(), "x" + good}) {
    write(shop.checkpoint(), damaged);
    check_failure(generate(), Exit::bad_data, "cannot be used");
    check_failure(run(shop, shop.resume({"--epochs", "3"})), Exit::bad_data, "cannot be used");
    BOOST_TEST((bytes_of(shop.checkpoint()) == damaged));
  }
}

BOOST_AUTO_TEST_CASE(folders_that_cannot_be_written_are_reported) {
  const Workshop shop("unwritable");
  check_failure(run(shop, shop.train({"--out", (shop.text / "run").string()})), Exit::failure,
                "cannot make the folder");
  check_failure(run(shop, shop.train({"--out", "/proc/engram"})), Exit::failure,
                "cannot make the folder");
  if (geteuid() != 0) {  // root may write everywhere
    fs::create_directory(shop.out);
    fs::permissions(shop.out, fs::perms::owner_read | fs::perms::owner_exec);
    check_failure(run(shop, shop.train()), Exit::failure, "Permission denied");
    fs::permissions(shop.out, fs::perms::owner_all);
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_last_checkpoint) {
  const Workshop shop("full");
  const rlim_t room = 8192;  // bytes a file: too few for a checkpoint
  check_failure(Program(shop, shop.train(), room).wait(), Exit::failure, "File too large");
  BOOST_TEST(!fs::exists(shop.checkpoint()));
  BOOST_TEST(run(shop, shop.train()).code == 0);
  const std::string before = bytes_of(shop.checkpoint()),
                    metrics = bytes_of(shop.out / "metrics.jsonl");
  check_failure(Program(shop, shop.resume({"--epochs", "3"}), room).wait(), Exit::failure,
                "File too large");
  check_failure(Program(shop, shop.train(), room).wait(), Exit::failure, "File too large");
  BOOST_TEST((bytes_of(shop.checkpoint()) == before));
  for (const auto& entry : fs::directory_iterator(shop.out)) {  // nothing half-written
    const std::string name = entry.path().filename();
    BOOST_TEST(
        (name.starts_with("checkpoint") || name.starts_with("metrics") || name == "loss.svg"),
        name);
  }
  BOOST_TEST(run(shop, shop.resume({"--epochs", "3"})).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
