// The text of a header, and what messages show of one.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "engram/core/error.hpp"
#include "engram/core/files/safetensors_header.hpp"

namespace engram::files::safetensors {
namespace {

using Json = nlohmann::json;

}  // namespace

std::string text_of(const std::vector<std::uint64_t>& shape) {
  std::string out;
  for (const std::uint64_t extent : shape) out += text(out.empty() ? "" : ",", extent);
  return "[" + out + "]";
}

Shape shape_of(const std::vector<std::uint64_t>& extents) {
  for (const std::uint64_t extent : extents) {
    if (!std::in_range<Index>(extent)) fail("an extent of ", extent, " is more than an array has");
  }
  return Shape(std::vector<Index>(extents.begin(), extents.end()));
}

std::string shortened(const std::string& all) {
  std::size_t end = 200;
  if (all.size() <= end) return all;
  while (end > 0 && (all[end] & 0xc0) == 0x80) --end;
  return all.substr(0, end) + "...";
}

std::string formatted(const Header& header) try {
  std::string out = "{";
  if (!header.metadata.empty()) {
    out += text(Json(kMetadata).dump(), ":", Json(header.metadata).dump());
  }
  for (const Entry& e : header.entries) {
    if (e.name == kMetadata) fail("no tensor can be called ", kMetadata);
    out +=
        text(out.size() > 1 ? "," : "", Json(e.name).dump(), R"(:{"dtype":)", Json(e.dtype).dump(),
             R"(,"shape":)", text_of(e.shape), R"(,"data_offsets":[)", e.begin, ",", e.end, "]}");
  }
  out += "}";
  out.resize((out.size() + 7) / 8 * 8, ' ');
  if (out.size() > kMaxHeader) {
    fail("the names and shapes of ", header.entries.size(), " tensors and the metadata take ",
         out.size(), " bytes; a header has at most ", kMaxHeader);
  }
  return out;
} catch (const Json::exception& error) {
  fail("a name or a string of the metadata is not UTF-8: ", error.what());
}

std::string in_quotes(const std::string& from_a_file) {
  return Json(shortened(from_a_file)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string shown(const std::string& name) {
  const bool harmless =
      !name.empty() && name.size() <= 200 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
  return harmless ? name : in_quotes(name);
}

}  // namespace engram::files::safetensors
