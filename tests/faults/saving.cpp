// Saves that are cut off, for .ci/faults.
//
//   faults_saving save FILE VERSION            replaces FILE by that version, 0 or 1
//   faults_saving check FILE                   prints its version; fails if it is not a whole one
//   faults_saving kill FOLDER COUNT [in-place] kills COUNT processes while they save a file there
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engram/core/random.hpp"
#include "engram/core/safetensors.hpp"

using namespace engram;
namespace fs = std::filesystem;

namespace {

// Versions differ in every number and in their size.
files::Tensors contents(int version) {
  files::Tensors file;
  file.metadata["version"] = std::to_string(version);
  file.tensors["w"] = Array<float>::full({20'000 + 10'000 * version}, static_cast<float>(version));
  return file;
}

int version_of(const fs::path& path) {
  const files::Tensors file = files::load(path);
  const int version = std::stoi(file.metadata.at("version"));
  const Array<float>& w = file.get<float>("w");
  if (w.size() != 20'000 + 10'000 * version) fail(path.string(), " has ", w.size(), " numbers");
  for (const float value : w) {
    if (value != static_cast<float>(version)) fail(path.string(), " holds ", value);
  }
  return version;
}

// How a file should not be saved: what .ci/faults must notice.
void save_in_place(const fs::path& path, const fs::path& source) {
  std::ofstream(path, std::ios::binary) << std::ifstream(source, std::ios::binary).rdbuf();
}

[[noreturn]] void save_for_ever(const fs::path& path, bool in_place) {
  for (int k = 0;; ++k) {
    if (in_place) {
      save_in_place(path, path.string() + (k % 2 ? ".1" : ".0"));
    } else {
      files::save(path, contents(k % 2));
    }
  }
}

int temporaries(const fs::path& folder, bool remove) {
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".tmp") continue;
    ++count;
    if (remove) fs::remove(entry.path());
  }
  return count;
}

void kill_saves(const fs::path& folder, int count, bool in_place) {
  const fs::path path = folder / "weights.safetensors";
  for (const int version : {0, 1}) {
    files::save(path.string() + "." + std::to_string(version), contents(version));
  }
  const auto start = std::chrono::steady_clock::now();
  for (int k = 0; k < 10; ++k) files::save(path, contents(0));
  const std::chrono::duration<double> ten = std::chrono::steady_clock::now() - start;
  Random random(1);
  int in_the_middle = 0, versions[2] = {0, 0};
  for (int k = 0; k < count; ++k) {
    const pid_t child = fork();
    if (child == 0) save_for_ever(path, in_place);
    std::this_thread::sleep_for(random.uniform() * ten / 3);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    ++versions[version_of(path)];
    in_the_middle += temporaries(folder, true);
  }
  std::cout << count << " kills, " << in_the_middle << " of them in the middle of a save; after "
            << versions[0] << " the first version was there, after " << versions[1]
            << " the second\n";
  if (!in_place && in_the_middle < count / 10) fail("too few kills came in the middle of a save");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string what = argc > 2 ? argv[1] : "";
    if (what == "save" && argc > 3) {
      files::save(argv[2], contents(std::atoi(argv[3])));
    } else if (what == "check") {
      std::cout << version_of(argv[2]) << '\n';
    } else if (what == "kill" && argc > 3) {
      kill_saves(argv[2], std::atoi(argv[3]), argc > 4);
    } else {
      fail("faults_saving: save FILE VERSION, check FILE or kill FOLDER COUNT [in-place]");
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
