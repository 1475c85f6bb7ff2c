#include "engram/examples/language_model/picture.hpp"

#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engram/core/error.hpp"
#include "engram/examples/language_model/files.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// gnuplot's single quotes: two of them stand for one.
std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// Runs gnuplot, whose complaints stay out of the user's terminal; its exit status, 127 when there
// is no gnuplot.
int run_gnuplot(const fs::path& script) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0);
  }
  std::string program = "gnuplot", file = script.string();
  char* arguments[] = {program.data(), file.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error) return 127;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::string loss_script(const fs::path& path, const std::vector<Report>& reports,
                        const std::string& unit) {
  std::ostringstream script;
  script.precision(10);
  const auto data = [&](const std::string& split) {
    std::size_t points = 0;
    script << "$" << split << " << EOD\n";
    for (const Report& report : reports) {
      if (report.split != split) continue;
      script << report.step << ' ' << report.loss << '\n';
      ++points;
    }
    script << "EOD\n";
    return points;
  };
  const std::size_t train = data("train"), valid = data("valid");
  script << "set terminal svg size 860,480 font 'sans-serif,14' background '#ffffff'\n"
         << "set output " << quoted(path.string()) << '\n'
         << "set border 3 lc '#777777'\nset tics nomirror textcolor '#444444'\n"
         << "set grid ytics lc '#dddddd'\nset key top right samplen 2\nset offsets 0,0,0.05,0\n"
         << "set xlabel 'optimiser steps'\nset xrange [0:*]\n"
         << "set ylabel 'loss, nats a " << unit << "'\nplot ";
  if (train) script << "$train with lines lw 1.5 lc '#7aa6d8' title 'training'";
  if (train && valid) script << ", ";
  if (valid) script << "$valid with linespoints lw 2 pt 7 ps 0.6 lc '#c0392b' title 'held out'";
  script << '\n';
  return script.str();
}

std::optional<std::string> draw_losses(const fs::path& path, const std::vector<Report>& reports,
                                       const std::string& unit) {
  if (reports.empty()) return "there is nothing to draw yet";
  const fs::path script = path.string() + ".gnuplot", drawing = path.string() + ".new";
  std::optional<std::string> problem;
  std::error_code error;
  try {
    write_file(script, loss_script(drawing, reports, unit));
    const int status = run_gnuplot(script);
    if (status == 127) {
      problem = "gnuplot is not installed";
    } else if (status != 0) {
      problem = text("gnuplot failed (exit status ", status, ")");
    } else {
      fs::rename(drawing, path, error);
      if (error) problem = error.message();
    }
  } catch (const Error& failure) {
    problem = failure.what();
  }
  fs::remove(script, error);
  fs::remove(drawing, error);
  return problem;
}

}  // namespace engram::language_model
