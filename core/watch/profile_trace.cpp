// A profile in the Trace Event Format (Google, 2016), as chrome://tracing and Perfetto read it.
#include <array>
#include <cstdio>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "engram/core/atomic_file.hpp"
#include "engram/core/profile.hpp"
#include "engram/core/watch/timeline.hpp"

namespace engram {
namespace {

constexpr std::size_t kPiece = 1 << 20;  // bytes written at a time

std::string quoted(std::string_view string) {
  using Json = nlohmann::json;
  return Json(string).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Nanoseconds as microseconds, to the last digit.
std::string microseconds(std::int64_t nanoseconds) {
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "%lld.%03lld", static_cast<long long>(nanoseconds / 1000),
                static_cast<long long>(nanoseconds % 1000));
  return out.data();
}

// Something a viewer shows beside a process or a track.
std::string label(std::string_view kind, std::string_view key, int track, std::string_view value) {
  return text(R"({"ph":"M","name":)", quoted(kind), R"(,"pid":)", getpid(), R"(,"tid":)", track,
              R"(,"args":{)", quoted(key), ":", quoted(value), "}}");
}

std::string line(const Timeline::Event& event, int track, std::int64_t since) {
  const char* category = event.direction == Direction::forward ? "forward" : "backward";
  const std::string site = text(event.site.file_name(), ":", event.site.line());
  return text(R"({"ph":"X","name":)", quoted(*event.op), R"(,"cat":")", category, R"(","pid":)",
              getpid(), R"(,"tid":)", track, R"(,"ts":)", microseconds(event.began - since),
              R"(,"dur":)", microseconds(event.took), R"(,"args":{"shape":")", event.shape,
              R"(","bytes":)", event.bytes, R"(,"site":)", quoted(site), "}}");
}

}  // namespace

void Profile::write_trace(const std::filesystem::path& path) const {
  AtomicFile file(path);
  std::string piece = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n" +
                      label("process_name", "name", 0, "Engram");
  const auto flush = [&] {
    file.write(std::as_bytes(std::span(piece)));
    piece.clear();
  };
  std::uint64_t kept = 0, dropped = 0;
  const std::lock_guard lock(mutex_);
  for (const auto& timeline : timelines_) {
    const std::lock_guard lock_of_timeline(timeline->mutex);
    piece +=
        ",\n" + label("thread_name", "name", timeline->number, text("tape ", timeline->number));
    for (const Timeline::Event& event : timeline->events) {
      piece += ",\n" + line(event, timeline->number, began_);
      if (piece.size() > kPiece) flush();
    }
    kept += timeline->events.size();
    dropped += timeline->dropped;
  }
  if (dropped > 0) {
    piece += ",\n" + label("process_labels", "labels", 0,
                           text("only the first ", kept, " of ", kept + dropped, " calls"));
  }
  piece += text("\n],\"otherData\":{\"events_kept\":", kept, ",\"events_dropped\":", dropped,
                ",\"events_limit\":", limit_, "}}\n");
  flush();
  file.commit();
}

}  // namespace engram
