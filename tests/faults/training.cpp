// A training run with dropout, Adam, rows in shuffled order and a plateau, that can be killed at
// any time and started again: faults_training FILE. It goes on from FILE and leaves the result
// there.
#include <filesystem>
#include <iostream>
#include <numeric>

#include "engram/engram.hpp"

using namespace engram;

namespace {

constexpr Index kRows = 64, kBatch = 8;
constexpr std::int64_t kEpochs = 60;

struct Run {
  Random start{1};
  nn::Lstm<float> lstm{{.input = 1, .hidden = 12, .layers = 2}, start};
  nn::Linear<float> readout{{.in = 12, .out = 1}, start};
  optim::Adam<float> adam{parameters(lstm, readout), {.learning_rate = 1e-2}};
  optim::Plateau plateau{{.rate = 1e-2, .factor = 0.5, .patience = 1}};
  Random shuffling = start.stream(1), dropping = start.stream(2);
  std::int64_t epoch = 0, row = 0;  ///< where it is
  double epoch_loss = 0;
  Indices order = shuffled();

  Indices shuffled() {
    Indices rows({kRows});
    std::int32_t* const at = rows.edit();
    std::iota(at, at + kRows, 0);
    for (Index k = kRows - 1; k > 0; --k) {
      std::swap(at[k], at[shuffling.below(static_cast<std::uint64_t>(k) + 1)]);
    }
    return rows;
  }

  void step(const Array<float>& x, const Array<float>& sums) {
    Tape<float> tape;
    const Indices rows = order.window(row, {kBatch});
    const auto take = [&](const Array<float>& all) {  // [T, rows, 1]
      return transpose(index_select(tape.constant(all), 0, rows), {1, 0, 2});
    };
    const auto h = dropout(lstm(take(x)).y, 0.2, dropping);
    const auto loss = mse(readout(h), take(sums));
    adam.step(tape.backward(loss));
    epoch_loss += static_cast<double>(loss.item());
    row += kBatch;
    if (row < kRows) return;
    adam.set_learning_rate(plateau(epoch_loss));
    ++epoch, row = 0, epoch_loss = 0;
    order = shuffled();
  }

  void save(const std::filesystem::path& path) {
    files::Tensors file;
    put_parameters(file, parameters(lstm), "lstm.");
    put_parameters(file, parameters(readout), "readout.");
    optim::put_state(file, adam, "adam.");
    file.tensors["order"] = order;
    const auto& now = plateau.state();
    file.tensors["numbers"] = Array<double>(
        {7}, {now.rate, now.best, double(now.bad_epochs), double(shuffling.position()),
              double(dropping.position()), double(epoch), epoch_loss});
    file.tensors["row"] = Indices({1}, {static_cast<std::int32_t>(row)});
    files::save(path, file);
  }

  void restore(const std::filesystem::path& path) {
    const files::Tensors file = files::load(path);
    load_parameters(file, parameters(lstm), "lstm.");
    load_parameters(file, parameters(readout), "readout.");
    const auto numbers = file.get<double>("numbers").values();
    optim::load_state(file, adam, "adam.");
    plateau.restore({numbers[0], numbers[1], static_cast<std::int64_t>(numbers[2])});
    shuffling.seek(static_cast<std::uint64_t>(numbers[3]));
    dropping.seek(static_cast<std::uint64_t>(numbers[4]));
    epoch = static_cast<std::int64_t>(numbers[5]);
    epoch_loss = numbers[6];
    order = file.get<std::int32_t>("order");
    row = file.get<std::int32_t>("row").values()[0];
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "faults_training FILE\n", 2;
  const std::filesystem::path path = argv[1];
  Random random(7);
  const Array<float> x = random.uniform<float>({kRows, 10, 1}, -0.5f, 0.5f);
  Array<float> sums = x;
  for (Index i = 0; i < sums.size(); ++i) {
    if (i % 10 != 0) sums.edit()[i] += sums[i - 1];
  }
  Run run;
  if (std::filesystem::exists(path)) run.restore(path);
  while (run.epoch < kEpochs) {
    run.step(x, sums);
    run.save(path);
  }
  std::cout << "learning rate " << run.plateau.rate() << '\n';
}
