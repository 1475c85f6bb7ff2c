#include "engram/nn/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <set>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "engram/core/atomic_file.hpp"

namespace engram::nn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the numbers are copied as they lie");

// In the order of the alternatives of Tensor.
struct Dtype {
  const char* name;
  std::size_t bytes;
  Tensor (*make)(const Shape&);
};
template <class T>
Tensor make(const Shape& shape) {
  return Array<T>::uninitialized(shape);
}
constexpr std::array<Dtype, 3> kDtypes{
    {{"F32", 4, make<float>}, {"F64", 8, make<double>}, {"I32", 4, make<std::int32_t>}}};
constexpr auto kMetadata = "__metadata__";
constexpr std::uint64_t kMaxHeader = 100'000'000;  // as the reference implementation

// What a message shows of something from a file.
std::string shortened(const std::string& all) {
  return all.size() <= 200 ? all : all.substr(0, 200) + "...";
}
std::string shown(const Json& value) { return shortened(value.dump()); }

const Dtype& dtype_of(const Tensor& tensor) { return kDtypes[tensor.index()]; }

std::string description(const Tensor& tensor) {
  return std::visit([&](const auto& x) { return text(dtype_of(tensor).name, " ", x.shape()); },
                    tensor);
}

// ---- Reading. The file may come from anywhere: nothing in it is believed.

struct Entry {
  std::string name;
  const Dtype* dtype = nullptr;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

// The JSON of the header; the library would keep the last of two equal keys without a word.
Json parsed(const std::string& header) {
  if (header.empty() || header[0] != '{') fail("the header does not begin with {");
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > 3) fail("the header is nested deeper than a list in a table in a table");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      fail("the header has ", shown(value), " twice");
    }
    return true;
  };
  try {
    return Json::parse(header, watch);
  } catch (const Json::exception& error) {
    fail("the header is no JSON: ", shortened(error.what()));
  }
}

const Json& field(const Json& table, const char* name) {
  if (!table.is_object())
    fail(shown(table), " where a table with dtype, shape and data_offsets must be");
  const auto found = table.find(name);
  if (found == table.end()) fail("no ", name);
  return *found;
}

// The whole numbers of a list, each at most `most`.
std::vector<std::uint64_t> numbers(const Json& table, const char* name, std::uint64_t most) {
  const Json& list = field(table, name);
  if (!list.is_array()) fail(name, " is ", shown(list), ", no list");
  std::vector<std::uint64_t> out;
  for (const Json& number : list) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > most) {
      fail(name, " ", shown(list), ": need whole numbers in [0, ", most, "]");
    }
    out.push_back(number.get<std::uint64_t>());
  }
  return out;
}

Entry entry(const std::string& name, const Json& table, std::uint64_t data_size) {
  Entry out{name, nullptr, {}, 0, 0};
  const Json& dtype = field(table, "dtype");
  for (const Dtype& known : kDtypes) {
    if (dtype == known.name) out.dtype = &known;
  }
  if (!out.dtype) fail("dtype ", shown(dtype), " is not known; F32, F64 and I32 are");
  const auto extents = numbers(table, "shape", std::numeric_limits<std::int32_t>::max());
  out.shape = Shape(std::vector<Index>(extents.begin(), extents.end()));
  const auto offsets = numbers(table, "data_offsets", data_size);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    fail("data_offsets ", shown(table["data_offsets"]), ": need [begin, end] with begin <= end");
  }
  out.begin = offsets[0];
  out.end = offsets[1];
  const std::uint64_t need = static_cast<std::uint64_t>(out.shape.size()) * out.dtype->bytes;
  if (out.end - out.begin != need) {
    fail("data_offsets ", shown(table["data_offsets"]), " hold ", out.end - out.begin, " bytes; ",
         out.dtype->name, " ", out.shape, " needs ", need);
  }
  return out;
}

// The tensors in the order of their data, which they cover without holes.
std::vector<Entry> entries(const Json& header, std::uint64_t data_size) {
  std::vector<Entry> out;
  for (const auto& [name, table] : header.items()) {
    if (name == kMetadata) continue;
    try {
      out.push_back(entry(name, table, data_size));
    } catch (const Error& error) {
      fail("tensor ", shown(name), ": ", error.what());
    }
  }
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Entry& e : out) {
    if (e.begin != at) {
      fail("tensor ", shown(e.name), ": begins at byte ", e.begin, " of the data, which ",
           e.begin < at ? "overlaps one before" : "leaves a hole", "; need ", at);
    }
    at = e.end;
  }
  if (at != data_size)
    fail("the tensors end at byte ", at, " of the data, the file at ", data_size);
  return out;
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
  const Json header = parsed(text);

  Tensors out;
  if (header.contains(kMetadata)) {
    const Json& metadata = header[kMetadata];
    if (!metadata.is_object()) fail(kMetadata, " is ", shown(metadata), ", no table of strings");
    for (const auto& [key, value] : metadata.items()) {
      if (!value.is_string())
        fail(kMetadata, ": ", shown(key), " is ", shown(value), ", no string");
      out.metadata[key] = value.get<std::string>();
    }
  }
  for (const Entry& e : entries(header, size - sizeof length - length)) {
    Tensor tensor = e.dtype->make(e.shape);
    std::visit([&](auto& x) { read(file, x.edit(), e.end - e.begin); }, tensor);
    out.tensors.emplace(e.name, std::move(tensor));
  }
  return out;
}

// ---- Writing.

struct Layout {
  std::string header;
  std::vector<const Tensor*> order;
};

Layout layout(const Tensors& tensors) {
  std::vector<std::pair<const std::string*, const Tensor*>> order;
  for (const auto& [name, tensor] : tensors.tensors) {
    if (name == kMetadata) fail("no tensor can be called ", kMetadata);
    order.emplace_back(&name, &tensor);
  }
  // The wider type first: every tensor is then aligned to its numbers.
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return dtype_of(*a.second).bytes > dtype_of(*b.second).bytes;
  });
  Layout out;
  auto header = nlohmann::ordered_json::object();
  if (!tensors.metadata.empty()) header[kMetadata] = tensors.metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : order) {
    const Shape shape = std::visit([](const auto& x) { return x.shape(); }, *tensor);
    std::vector<Index> extents;
    for (int k = 0; k < shape.rank(); ++k) extents.push_back(shape[k]);
    const Dtype& dtype = dtype_of(*tensor);
    const std::uint64_t end = at + static_cast<std::uint64_t>(shape.size()) * dtype.bytes;
    header[*name] = {{"dtype", dtype.name}, {"shape", extents}, {"data_offsets", {at, end}}};
    at = end;
    out.order.push_back(tensor);
  }
  try {
    out.header = header.dump();
  } catch (const Json::exception& error) {
    fail("a name or a string of the metadata is not UTF-8: ", error.what());
  }
  out.header.resize((out.header.size() + 7) / 8 * 8, ' ');
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
       dtype_of(Tensor(Array<T>())).name);
}

void save(const fs::path& path, const Tensors& tensors) {
  const auto plan = [&] {
    try {
      return layout(tensors);
    } catch (const Error& error) {
      fail("cannot write ", path.string(), ": ", error.what());
    }
  }();
  AtomicFile file(path);
  const std::uint64_t length = plan.header.size();
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(plan.header)));
  for (const Tensor* tensor : plan.order) {
    std::visit([&](const auto& x) { file.write(std::as_bytes(x.values())); }, *tensor);
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
