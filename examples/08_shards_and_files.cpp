// A batch in shards on two threads, and parameters to and from a file.
#include <cstdio>
#include <filesystem>

#include "engram/engram.hpp"

using namespace engram;

int main() {
  Random random{1};
  nn::Lstm<float> lstm{{.input = 2, .hidden = 16}, random};
  optim::Adam<float> adam{parameters(lstm), {.learning_rate = 1e-2}};
  const Index batch = 32, parts = 4, share = batch / parts;
  float loss = 0;
  // [shards]
  const Workers workers{2};              // threads
  Shards<float> shards{parts, workers};  // parts of the batch, a tape each
  for (int step = 0; step < 2000; ++step) {
    const Array<float> x = random.uniform<float>({parts, 10, share, 2}, -0.5f, 0.5f);
    auto result = shards.run([&](int shard, Tape<float>& tape) {
      const auto mine = select(tape.constant(x), 0, shard);             // [T, B / parts, 2]
      const auto wanted = slice(mine, 2, 0, 1) * slice(mine, 2, 1, 2);  // the product
      const auto h = slice(lstm(mine).y, 2, 0, 1);
      return mse(h, wanted) * (1.0f / parts);  // times its share
    });
    optim::clip_global_norm(result.gradients, 1.0);
    adam.step(result.gradients);
    loss = result.loss;
  }
  // [end shards]
  std::printf("mean squared error %.5f\n", loss);

  const auto path = std::filesystem::temp_directory_path() / "engram_lstm.safetensors";
  // [files]
  save_parameters(path, lstm);
  nn::Lstm<float> loaded{{.input = 2, .hidden = 16}, random};
  load_parameters(path, loaded);  // all of them, or an Error and none
  // [end files]

  // [partial]
  save_parameters(path, lstm, files::Precision::bf16);  // half the bytes, 8 bits good
  nn::Lstm<float> other{{.input = 2, .hidden = 16}, random};
  const LoadReport report = load_parameters(path, other, Partial{.only = {"*.w_hh", "*.b"}});
  std::printf("%s", report.str().c_str());  // what was loaded, not found, not used
  // [end partial]
  std::filesystem::remove(path);
  const auto a = lstm.layers[0].w_hh.value(), b = loaded.layers[0].w_hh.value();
  const bool partial = report.loaded.size() == 2 && report.not_used.size() == 1;
  return loss < 0.003f && std::equal(a.begin(), a.end(), b.begin()) && partial ? 0 : 1;
}
