// Bytes as what the library reads: safetensors files, arguments of ops whose shapes, lengths and
// labels must fit each other.
#include <fstream>
#include <limits>

#include <unistd.h>

#include "engram/core/safetensors.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/fuzz/fuzz.hpp"

namespace engram::fuzz {

File::File(Bytes bytes, const std::string& ending)
    : path_(std::filesystem::temp_directory_path() / text("engram-fuzz-", getpid(), ending)) {
  std::ofstream file(path_, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  file.close();
  require(file.good(), "cannot write ", path_.string());
}
File::~File() { std::filesystem::remove(path_); }

namespace {

// A file, or, from { on, a header up to a zero byte and the data after it, with the length that
// fits: bytes that were made up seldom have that. What is read can be written, and is then read as
// the same.
void safetensors(Bytes bytes) {
  std::vector<std::uint8_t> framed(bytes.begin(), bytes.end());
  if (!bytes.empty() && bytes[0] == '{') {
    Arguments from(bytes);
    const std::string_view header = from.word();
    framed.assign(8, 0);
    for (std::size_t k = 0; k < 8; ++k) {
      framed[k] = static_cast<std::uint8_t>(header.size() >> 8 * k);
    }
    framed.insert(framed.end(), header.begin(), header.end());
    framed.insert(framed.end(), from.rest().begin(), from.rest().end());
  }
  const File file(framed);
  const files::Tensors read = files::load(file.path());
  const File copy({}, "-copy");
  files::save(copy.path(), read);
  const files::Tensors again = files::load(copy.path());
  require(again.metadata == read.metadata, "the metadata is not what was written");
  require(again.tensors.size() == read.tensors.size(), "there are ", again.tensors.size(),
          " tensors, not ", read.tensors.size());
  for (const auto& [name, tensor] : read.tensors) {
    const auto found = again.tensors.find(name);
    require(found != again.tensors.end() && found->second.index() == tensor.index(), name,
            " is not as it was");
  }
}

void ctc(Bytes bytes) {
  Arguments from(bytes);
  const Index steps = from.below(6), batch = from.below(3), classes = from.below(5);
  const Index labels = from.below(5);
  const CtcOptions options{.blank = from.integer(1), .zero_infinity = from.flag()};
  const Index beam = from.below(4);
  const auto targets = from.integers({from.extent(batch), labels}, 4);
  const auto inputs = from.integers({from.extent(batch)}, static_cast<std::int32_t>(steps));
  const auto lengths = from.integers({from.extent(batch)}, static_cast<std::int32_t>(labels));
  Array<float> numbers = from.numbers({steps, batch, classes});
  for (Index k = 0; k < numbers.size(); ++k) {  // log-probabilities; what cannot be, has -inf
    float& x = numbers.edit()[k];
    x = x > 1e3f ? -std::numeric_limits<float>::infinity() : -std::abs(x);
  }
  for (const auto& decoded : ctc_greedy_decode(numbers, inputs, options.blank)) {
    require(!std::isnan(decoded.log_probability), "greedy decoding gives NaN");
  }
  for (const auto& decoded : ctc_beam_decode(numbers, inputs, options.blank, beam)) {
    require(!std::isnan(decoded.log_probability), "beam decoding gives NaN");
  }
  Tape<float> tape;
  const auto x = tape.variable(numbers);
  const auto y = ctc_loss(x, targets, inputs, lengths, options);
  for (const float loss : y.value()) {
    require(std::isfinite(loss) || (loss > 0 && std::isinf(loss) && !options.zero_infinity),
            "a loss is ", loss);
  }
  if (y.shape().size() == 0) return;
  require_finite(tape.backward(sum(y))[x], "the gradient");
}

void crf(Bytes bytes) {
  Arguments from(bytes);
  const Index steps = from.below(5), batch = from.below(3), tags = from.below(4);
  const auto known = from.integers({steps, from.extent(batch)}, static_cast<std::int32_t>(tags));
  const auto lengths = from.integers({from.extent(batch)}, static_cast<std::int32_t>(steps));
  Tape<float> tape;
  const auto drawn = [&](const Shape& shape) { return tape.variable(from.numbers(shape)); };
  const auto transitions = drawn({from.extent(tags), from.extent(tags)});
  const auto start = drawn({from.extent(tags)}), end = drawn({from.extent(tags)});
  const auto x = drawn({steps, batch, tags});
  const auto best = crf_decode(x.value(), transitions.value(), start.value(), end.value(), lengths);
  require_finite(best.scores, "the scores of decoding");
  for (const std::int32_t tag : best.tags) require(-1 <= tag && tag < tags, "a tag is ", tag);
  const auto y = crf_log_likelihood(x, transitions, start, end, known, lengths);
  require_finite(y.value(), "the log-likelihood");
  if (y.shape().size() == 0) return;
  const auto gradients = tape.backward(sum(y));
  require_finite(gradients[x], "the gradient by the scores");
  require_finite(gradients[transitions], "the gradient by the transitions");
}

void einsum(Bytes bytes) {
  Arguments from(bytes);
  const std::string_view specification = from.word();
  Tape<float> tape;
  const auto operand = [&] {
    std::vector<Index> extents(static_cast<std::size_t>(from.below(5)));
    for (Index& extent : extents) extent = from.below(3);
    Array<float> numbers{Shape(extents)};
    for (Index k = 0; k < numbers.size(); ++k) {
      numbers.edit()[k] = static_cast<float>(from.byte() % 8);
    }
    return tape.variable(numbers);
  };
  const bool two = from.flag();
  const auto a = operand(), b = operand();
  const auto y = two ? engram::einsum(specification, a, b) : engram::einsum(specification, a);
  require_finite(y.value(), "the result");
  if (y.shape().size() == 0) return;
  const auto gradients = tape.backward(sum(y));
  require_finite(gradients[a], "the gradient");
  if (two) require_finite(gradients[b], "the gradient");
}

constexpr Target kTargets[]{
    {"safetensors", safetensors}, {"ctc", ctc}, {"crf", crf}, {"einsum", einsum}};

}  // namespace

std::span<const Target> library_targets() { return kTargets; }

}  // namespace engram::fuzz
