#include "engram/core/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <utility>

#include "engram/core/atomic_file.hpp"
#include "engram/core/files/safetensors_dtype.hpp"
#include "engram/core/files/safetensors_header.hpp"
#include "engram/core/files/short_float.hpp"

namespace engram::files {
namespace {

namespace fs = std::filesystem;
using safetensors::Entry;
using safetensors::Header;
using safetensors::kName;
using safetensors::shown;

static_assert(std::endian::native == std::endian::little, "the numbers are copied as they lie");

// What of a tensor stands in a header, and its numbers.
struct Described {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;

  std::string str() const { return text(shown(dtype), " ", safetensors::text_of(shape)); }
};
template <class T>
Described described(const Array<T>& x) {
  std::vector<std::uint64_t> shape;
  for (int k = 0; k < x.rank(); ++k) shape.push_back(static_cast<std::uint64_t>(x.shape()[k]));
  return {std::string(kName<T>), shape, std::as_bytes(x.values())};
}
Described described(const Stored& x) { return {x.dtype, x.shape, *x.bytes}; }
Described described(const Tensor& tensor) {
  return std::visit([](const auto& x) { return described(x); }, tensor);
}

const Tensor& found(const Tensors& all, const std::string& name) {
  constexpr std::size_t kListed = 20;
  const auto at = all.tensors.find(name);
  if (at != all.tensors.end()) return at->second;
  if (std::find(all.not_read.begin(), all.not_read.end(), name) != all.not_read.end()) {
    fail("tensor ", shown(name), " is in the file, but load was not asked for it");
  }
  std::string names;
  std::size_t count = 0;
  for (const auto& [other, tensor] : all.tensors) {
    if (count++ == kListed) break;
    names += text(names.empty() ? "" : ", ", shown(other), " ", described(tensor).str());
  }
  if (all.tensors.size() > kListed) names += text(" and ", all.tensors.size() - kListed, " more");
  fail("no tensor ", shown(name), "; there are: ", names.empty() ? "none" : names);
}

template <class Short, class T>
Stored rounded(const Array<T>& values, const char* dtype) {
  auto bytes = std::make_shared<std::vector<std::byte>>(values.values().size() * sizeof(Short));
  for (Index i = 0; i < values.size(); ++i) {
    const Short x = Short::nearest(values[i]);
    if (x.is_infinite() && !std::isinf(values[i])) {
      fail("element ", i, " is ", values[i], ", beyond the range of ", dtype,
           "; write it in full precision",
           sizeof(T) > 4 || Short::kFraction < 10 ? "" : " or as BF16");
    }
    std::copy_n(std::as_bytes(std::span(&x, 1)).begin(), sizeof x,
                bytes->begin() + i * static_cast<Index>(sizeof x));
  }
  return {dtype, described(values).shape, std::move(bytes)};
}

Header header_of(const Tensors& tensors) {
  Header out{tensors.metadata, {}};
  for (const auto& [name, tensor] : tensors.tensors) {
    Described d = described(tensor);
    out.entries.push_back({name, std::move(d.dtype), std::move(d.shape), 0, d.bytes.size()});
  }
  std::stable_sort(out.entries.begin(), out.entries.end(), [](const Entry& a, const Entry& b) {
    return safetensors::place_of(a.dtype) < safetensors::place_of(b.dtype);
  });
  std::uint64_t at = 0;
  for (Entry& e : out.entries) {
    e.begin = at;
    at = e.end += at;
  }
  return out;
}

}  // namespace

void Tensors::add(const std::string& name, Tensor tensor) {
  if (!tensors.emplace(name, std::move(tensor)).second) {
    fail("two tensors are called ", shown(name));
  }
}

template <class T>
Tensor stored(const Array<T>& values, Precision precision) {
  if (precision == Precision::f16) return rounded<Float16>(values, "F16");
  if (precision == Precision::bf16) return rounded<Bfloat16>(values, "BF16");
  return values;
}

template <class T>
const Array<T>& Tensors::get(const std::string& name) const {
  const Tensor& tensor = found(*this, name);
  if (const auto* array = std::get_if<Array<T>>(&tensor)) return *array;
  fail("tensor ", shown(name), " is ", described(tensor).str(), ", not ", kName<T>);
}

template <class T>
Array<T> Tensors::as(const std::string& name) const {
  const Tensor& tensor = found(*this, name);
  if (const auto* array = std::get_if<Array<T>>(&tensor)) return *array;
  const Described d = described(tensor);
  try {
    Array<T> out = Array<T>::uninitialized(safetensors::shape_of(d.shape));
    safetensors::convert(d.dtype, d.bytes,
                         std::span(out.edit(), static_cast<std::size_t>(out.size())));
    return out;
  } catch (const Error& error) {
    fail("tensor ", shown(name), " ", safetensors::text_of(d.shape), ": ", error.what());
  }
}

void save(const fs::path& path, const Tensors& tensors) {
  const Header header = header_of(tensors);
  const std::string text = [&] {
    try {
      return safetensors::formatted(header);
    } catch (const Error& error) {
      fail("cannot write ", path.string(), ": ", error.what());
    }
  }();
  AtomicFile file(path);
  const std::uint64_t length = text.size();
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(text)));
  for (const Entry& e : header.entries) file.write(described(tensors.tensors.at(e.name)).bytes);
  file.commit();
}

template const Array<float>& Tensors::get(const std::string&) const;
template const Array<double>& Tensors::get(const std::string&) const;
template const Indices& Tensors::get(const std::string&) const;
template Array<float> Tensors::as(const std::string&) const;
template Array<double> Tensors::as(const std::string&) const;
template Indices Tensors::as(const std::string&) const;
template Tensor stored(const Array<float>&, Precision);
template Tensor stored(const Array<double>&, Precision);

}  // namespace engram::files
