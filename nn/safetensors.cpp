#include "engram/nn/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "engram/core/atomic_file.hpp"
#include "engram/nn/safetensors_header.hpp"

namespace engram::nn {
namespace {

namespace fs = std::filesystem;
using safetensors::Entry;
using safetensors::Header;
using safetensors::kDtypes;

static_assert(std::endian::native == std::endian::little, "the numbers are copied as they lie");

constexpr std::uint64_t kMaxHeader = 100'000'000;  // as the reference implementation

Shape shape_of(const Tensor& tensor) {
  return std::visit([](const auto& x) { return x.shape(); }, tensor);
}
std::string description(const Tensor& tensor) {
  return text(kDtypes[tensor.index()].name, " ", shape_of(tensor));
}

Tensor made(const Entry& e) {
  if (e.dtype == 0) return Array<float>::uninitialized(e.shape);
  if (e.dtype == 1) return Array<double>::uninitialized(e.shape);
  return Indices::uninitialized(e.shape);
}

void read(std::ifstream& file, void* to, std::uint64_t bytes) {
  file.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
  if (!file) fail("it ends early or cannot be read");
}

Tensors read_file(const fs::path& path) {
  const std::uint64_t size = fs::file_size(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category());
  std::uint64_t length = 0;
  if (size < sizeof length) fail("no safetensors file: it has only ", size, " bytes");
  read(file, &length, sizeof length);
  if (length > std::min(size - sizeof length, kMaxHeader)) {
    fail("no safetensors file, or cut off: it has ", size, " bytes and speaks of a header of ",
         length);
  }
  std::string text(length, '\0');
  read(file, text.data(), length);
  Header header = safetensors::parsed(text, size - sizeof length - length);
  Tensors out{std::move(header.metadata), {}};
  for (const Entry& e : header.entries) {
    Tensor tensor = made(e);
    std::visit([&](auto& x) { read(file, x.edit(), e.bytes()); }, tensor);
    out.tensors.emplace(e.name, std::move(tensor));
  }
  return out;
}

// The wider type first: every tensor is then aligned to its numbers.
Header header_of(const Tensors& tensors) {
  Header out{tensors.metadata, {}};
  for (const auto& [name, tensor] : tensors.tensors) {
    out.entries.push_back({name, tensor.index(), shape_of(tensor)});
  }
  std::stable_sort(out.entries.begin(), out.entries.end(), [](const Entry& a, const Entry& b) {
    return kDtypes[a.dtype].bytes > kDtypes[b.dtype].bytes;
  });
  std::uint64_t at = 0;
  for (Entry& e : out.entries) {
    e.begin = at;
    e.end = at += e.bytes();
  }
  return out;
}

}  // namespace

template <class T>
const Array<T>& Tensors::get(const std::string& name) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    std::string names;
    for (const auto& [other, tensor] : tensors) {
      names += text(names.empty() ? "" : ", ", other, " ", description(tensor));
    }
    fail("no tensor ", name, "; there are: ", names.empty() ? "none" : names);
  }
  if (const auto* array = std::get_if<Array<T>>(&found->second)) return *array;
  fail("tensor ", name, " is ", description(found->second), ", not ",
       kDtypes[Tensor(Array<T>()).index()].name);
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
  for (const Entry& e : header.entries) {
    std::visit([&](const auto& x) { file.write(std::as_bytes(x.values())); },
               tensors.tensors.at(e.name));
  }
  file.commit();
}

Tensors load(const fs::path& path) try {
  return read_file(path);
} catch (const std::system_error& error) {
  fail("cannot read ", path.string(), ": ", error.code().message());
} catch (const Error& error) {
  fail("cannot read ", path.string(), ": ", error.what());
}

template const Array<float>& Tensors::get(const std::string&) const;
template const Array<double>& Tensors::get(const std::string&) const;
template const Indices& Tensors::get(const std::string&) const;

}  // namespace engram::nn
