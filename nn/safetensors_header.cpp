#include "engram/nn/safetensors_header.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "engram/core/error.hpp"

namespace engram::nn::safetensors {
namespace {

using Json = nlohmann::json;

constexpr auto kMetadata = "__metadata__";

// What a message shows of something from a file.
std::string shortened(const std::string& all) {
  return all.size() <= 200 ? all : all.substr(0, 200) + "...";
}
std::string shown(const Json& value) { return shortened(value.dump()); }

// The JSON of the header; the library would keep the last of two equal keys without a word.
Json json_of(const std::string& header) {
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
  Entry out{name, kDtypes.size(), {}, 0, 0};
  const Json& dtype = field(table, "dtype");
  for (std::size_t k = 0; k < kDtypes.size(); ++k) {
    if (dtype == kDtypes[k].name) out.dtype = k;
  }
  if (out.dtype == kDtypes.size())
    fail("dtype ", shown(dtype), " is not known; F32, F64 and I32 are");
  const auto extents = numbers(table, "shape", std::numeric_limits<std::int32_t>::max());
  out.shape = Shape(std::vector<Index>(extents.begin(), extents.end()));
  const auto offsets = numbers(table, "data_offsets", data_size);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    fail("data_offsets ", shown(table["data_offsets"]), ": need [begin, end] with begin <= end");
  }
  out.begin = offsets[0];
  out.end = offsets[1];
  const std::uint64_t need = out.bytes();
  if (out.end - out.begin != need) {
    fail("data_offsets ", shown(table["data_offsets"]), " hold ", out.end - out.begin, " bytes; ",
         kDtypes[out.dtype].name, " ", out.shape, " needs ", need);
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

std::map<std::string, std::string> metadata(const Json& header) {
  std::map<std::string, std::string> out;
  if (!header.contains(kMetadata)) return out;
  const Json& table = header[kMetadata];
  if (!table.is_object()) fail(kMetadata, " is ", shown(table), ", no table of strings");
  for (const auto& [key, value] : table.items()) {
    if (!value.is_string()) fail(kMetadata, ": ", shown(key), " is ", shown(value), ", no string");
    out[key] = value.get<std::string>();
  }
  return out;
}

}  // namespace

Header parsed(const std::string& text, std::uint64_t data_size) {
  const Json header = json_of(text);
  return {metadata(header), entries(header, data_size)};
}

std::string formatted(const Header& header) {
  auto json = nlohmann::ordered_json::object();
  if (!header.metadata.empty()) json[kMetadata] = header.metadata;
  for (const Entry& e : header.entries) {
    if (e.name == kMetadata) fail("no tensor can be called ", kMetadata);
    std::vector<Index> extents;
    for (int k = 0; k < e.shape.rank(); ++k) extents.push_back(e.shape[k]);
    json[e.name] = {
        {"dtype", kDtypes[e.dtype].name}, {"shape", extents}, {"data_offsets", {e.begin, e.end}}};
  }
  try {
    std::string out = json.dump();
    out.resize((out.size() + 7) / 8 * 8, ' ');
    return out;
  } catch (const Json::exception& error) {
    fail("a name or a string of the metadata is not UTF-8: ", error.what());
  }
}

}  // namespace engram::nn::safetensors
