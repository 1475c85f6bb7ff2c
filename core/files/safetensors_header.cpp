#include "engram/core/files/safetensors_header.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "engram/core/error.hpp"
#include "engram/core/files/safetensors_dtype.hpp"

namespace engram::files::safetensors {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxAxes = 64;  // of a tensor of anybody: those of NumPy and PyTorch
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxStrings = 100'000;  // a table of short ones takes 20 times its text

// Bytes of a tensor; none when they are too many to count or end within a byte.
std::optional<std::uint64_t> bytes_of(const std::vector<std::uint64_t>& shape, int bits) {
  std::uint64_t count = 1, out = 0;
  for (const std::uint64_t extent : shape) {
    if (__builtin_mul_overflow(count, extent, &count)) return {};
  }
  if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(bits), &out)) return {};
  return out % 8 == 0 ? std::optional(out / 8) : std::nullopt;
}

// Takes the header event by event. A tree of the whole would take many times its length, and the
// library's own filter of such a tree takes time with the square of its width.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(std::uint64_t data_size) : data_size_(data_size) {}

  Header header;

  bool null() override {
    if (place_ != Place::header || key_ != kMetadata) return value("null");
    begin_metadata();  // as if there were none
    return true;
  }
  bool boolean(bool x) override { return value(x ? "true" : "false"); }
  bool number_integer(number_integer_t x) override { return value(text(x)); }
  bool number_float(number_float_t, const string_t& spelled) override { return value(spelled); }
  bool binary(binary_t&) override { return value("bytes"); }
  bool number_unsigned(number_unsigned_t x) override {
    if (place_ == Place::shape) {
      if (entry().shape.size() == kMaxAxes)
        wrong(text("the shape has more than ", kMaxAxes, " axes"));
      entry().shape.push_back(x);
      return true;
    }
    if (place_ != Place::offsets) return value(text(x));
    if (x > data_size_)
      wrong(text("data_offsets holds ", x, ", and there are ", data_size_, " bytes"));
    if (offsets_ == 2) wrong("data_offsets holds more than two numbers; need [begin, end]");
    (offsets_++ == 0 ? entry().begin : entry().end) = x;
    return true;
  }
  bool string(string_t& x) override {
    if (place_ == Place::metadata) {
      if (!header.metadata.emplace(key_, x).second) twice(key_);
      if (header.metadata.size() > kMaxStrings)
        fail(kMetadata, " has more than ", kMaxStrings, " strings");
    } else if (place_ == Place::tensor && field_ == dtype) {
      entry().dtype = std::move(x);
    } else {
      return value(in_quotes(x));
    }
    return true;
  }
  bool key(string_t& x) override {
    if (place_ == Place::tensor) {
      field_ = x == "dtype" ? dtype : x == "shape" ? shape : x == "data_offsets" ? offsets : other;
      if (field_ != other && (seen_ & field_)) wrong(text(x, " is given twice"));
      seen_ |= field_;
    } else {
      key_ = std::move(x);
    }
    return true;
  }
  bool start_object(std::size_t) override {
    deeper();
    if (place_ == Place::outside) {
      place_ = Place::header;
    } else if (place_ == Place::header && key_ == kMetadata) {
      begin_metadata();
      place_ = Place::metadata;
    } else if (place_ == Place::header) {
      header.entries.push_back({std::move(key_), {}, {}});
      seen_ = offsets_ = 0;
      place_ = Place::tensor;
    } else {
      ignore("a table");
    }
    return true;
  }
  bool end_object() override {
    --depth_;
    if (place_ == Place::tensor) check_entry();
    if (place_ == Place::ignored) {
      end_ignored();
    } else {
      place_ = place_ == Place::header ? Place::outside : Place::header;
    }
    return true;
  }
  bool start_array(std::size_t) override {
    deeper();
    if (place_ == Place::tensor && field_ == shape) {
      place_ = Place::shape;
    } else if (place_ == Place::tensor && field_ == offsets) {
      place_ = Place::offsets;
    } else {
      ignore("a list");
    }
    return true;
  }
  bool end_array() override {
    --depth_;
    if (place_ == Place::ignored) {
      end_ignored();
    } else {
      place_ = Place::tensor;
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    fail("the header is no JSON: ", shortened(error.what()));
  }

 private:
  enum class Place { outside, header, metadata, tensor, shape, offsets, ignored };
  enum Field : unsigned { dtype = 1, shape = 2, offsets = 4, other = 8 };

  Entry& entry() { return header.entries.back(); }

  [[noreturn]] void wrong(const std::string& what) {
    fail("tensor ", in_quotes(entry().name), ": ", what);
  }
  [[noreturn]] static void twice(const std::string& name) {
    fail("the header has ", in_quotes(name), " twice");
  }
  void begin_metadata() {
    if (std::exchange(metadata_seen_, true)) twice(kMetadata);
  }
  // A value where none of its kind may be, unless it is in what nobody asked for.
  bool value(const std::string& x) {
    switch (place_) {
      case Place::outside:
        fail("the header is ", x, ", no table");
      case Place::header:
        if (key_ == kMetadata) fail(kMetadata, " is ", x, ", no table of strings");
        fail("tensor ", in_quotes(key_), ": ", x,
             " where a table with dtype, shape and data_offsets must be");
      case Place::metadata:
        fail(kMetadata, ": ", in_quotes(key_), " is ", x, ", no string");
      case Place::shape:
        wrong("shape holds " + x + "; need whole numbers from 0 on");
      case Place::offsets:
        wrong("data_offsets holds " + x + "; need whole numbers from 0 on");
      case Place::tensor:
        if (field_ == dtype) wrong("dtype is " + x + ", no string");
        if (field_ != other)
          wrong((field_ == shape ? "shape is " : "data_offsets is ") + x + ", no list");
        break;
      case Place::ignored:
        break;
    }
    return true;
  }
  void ignore(const char* what) {
    value(what);
    place_ = Place::ignored;
    ++ignored_;
  }
  void end_ignored() {
    if (--ignored_ == 0) place_ = Place::tensor;
  }
  void deeper() {
    if (++depth_ > kMaxDepth)
      fail("the header is nested deeper than ", kMaxDepth, " lists and tables");
  }

  void check_entry() {
    if (!(seen_ & dtype)) wrong("no dtype");
    if (!(seen_ & shape)) wrong("no shape");
    if (!(seen_ & offsets)) wrong("no data_offsets");
    const Entry& e = entry();
    if (offsets_ != 2 || e.begin > e.end) {
      wrong(text("data_offsets ",
                 offsets_ < 2 ? "holds too few numbers" : text("[", e.begin, ",", e.end, "]"),
                 "; need [begin, end] with begin <= end"));
    }
    const std::size_t place = place_of(e.dtype);
    if (place == kDtypes.size()) return;  // an error for whoever asks for it
    const auto need = bytes_of(e.shape, kDtypes[place].bits);
    const std::string what = text(e.dtype, " ", text_of(e.shape));
    if (!need) wrong(what + " has too many numbers, or ends within a byte");
    if (e.end - e.begin != *need) {
      wrong(text("data_offsets [", e.begin, ",", e.end, "] hold ", e.end - e.begin, " bytes; ",
                 what, " needs ", *need));
    }
  }

  std::uint64_t data_size_;
  Place place_ = Place::outside;
  std::string key_;
  Field field_ = other;
  unsigned seen_ = 0, offsets_ = 0;
  int depth_ = 0, ignored_ = 0;
  bool metadata_seen_ = false;
};

void check_names(const std::vector<Entry>& entries) {
  std::vector<const std::string*> names;
  for (const Entry& e : entries) names.push_back(&e.name);
  std::sort(names.begin(), names.end(), [](auto* a, auto* b) { return *a < *b; });
  const auto same =
      std::adjacent_find(names.begin(), names.end(), [](auto* a, auto* b) { return *a == *b; });
  if (same != names.end()) fail("the header has ", in_quotes(**same), " twice");
}

// Puts the tensors into the order of their data, which they must cover without holes.
void lay_out(std::vector<Entry>& entries, std::uint64_t data_size) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Entry& e : entries) {
    if (e.begin != at) {
      fail("tensor ", in_quotes(e.name), ": begins at byte ", e.begin, " of the data, which ",
           e.begin < at ? "overlaps one before" : "leaves a hole", "; need ", at);
    }
    at = e.end;
  }
  if (at != data_size)
    fail("the tensors end at byte ", at, " of the data, the file at ", data_size);
}

}  // namespace

Header parsed(const std::string& text, std::uint64_t data_size) {
  if (text.empty() || text[0] != '{') fail("the header does not begin with {");
  // The library takes it for the end of the text.
  if (const auto at = text.find('\0'); at != std::string::npos) {
    fail("the header has a byte 0 at place ", at, "; it is padded with blanks");
  }
  Reader reader(data_size);
  Json::sax_parse(text, &reader);
  check_names(reader.header.entries);
  lay_out(reader.header.entries, data_size);
  return std::move(reader.header);
}

}  // namespace engram::files::safetensors
