#include "engram/core/profile.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "engram/core/watch/timeline.hpp"

namespace engram {
namespace {

struct Unit {
  double size;
  const char* name;
};
constexpr std::array<Unit, 4> kTime{{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}};
constexpr std::array<Unit, 5> kBytes{
    {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}, {1, "B"}}};

// In the largest unit it has a whole one of, with three digits: 12.3 ms.
template <std::size_t N>
std::string amount(double value, const std::array<Unit, N>& units) {
  const auto* const unit = std::find_if(units.begin(), units.end() - 1,
                                        [&](const Unit& each) { return value >= each.size; });
  const double count = value / unit->size;
  const int decimals = unit->size == 1 || count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2;
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.*f %s", decimals, count, unit->name);
  return out.data();
}

std::string percent(double part) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.1f %%", 100 * part);
  return out.data();
}

using Line = std::array<std::string, 6>;

// Names to the left, numbers to the right, a rule under the head and over the sum.
std::string aligned(const std::vector<Line>& lines) {
  std::array<std::size_t, 6> width{};
  for (const Line& line : lines) {
    for (std::size_t k = 0; k < line.size(); ++k) width[k] = std::max(width[k], line[k].size());
  }
  std::size_t all = 0;
  for (const std::size_t each : width) all += each + 2;
  const std::string rule = std::string(all - 2, '-') + "\n";
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 1 || (i > 1 && i + 1 == lines.size())) out += rule;
    const Line& line = lines[i];
    std::string row = line[0] + std::string(width[0] - line[0].size(), ' ');
    for (std::size_t k = 1; k < line.size(); ++k) {
      row += std::string(width[k] - line[k].size() + 2, ' ') + line[k];
    }
    out += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace

Profile::Profile(std::size_t events)
    : began_(OpTimer::now()),
      limit_(events),
      room_(std::make_shared<std::atomic<std::int64_t>>(static_cast<std::int64_t>(events))) {}

Profile::~Profile() = default;

std::shared_ptr<Timeline> Profile::timeline() {
  const std::lock_guard lock(mutex_);
  for (const auto& timeline : timelines_) {
    if (timeline.use_count() > 1) continue;
    const std::lock_guard after_its_last_tape(timeline->mutex);
    return timeline;
  }
  timelines_.push_back(std::make_shared<Timeline>(static_cast<int>(timelines_.size()), room_));
  return timelines_.back();
}

std::vector<Profile::Row> Profile::rows() const {
  std::map<std::pair<std::string, Direction>, Timeline::Total> sums;
  const std::lock_guard lock(mutex_);
  for (const auto& timeline : timelines_) {
    const std::lock_guard lock_of_timeline(timeline->mutex);
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      for (const auto& [op, total] : timeline->totals[static_cast<std::size_t>(direction)]) {
        Timeline::Total& sum = sums[{op, direction}];
        sum.calls += total.calls;
        sum.bytes += total.bytes;
        sum.nanoseconds += total.nanoseconds;
      }
    }
  }
  std::vector<Row> rows;
  rows.reserve(sums.size());
  for (const auto& [key, sum] : sums) {
    rows.push_back({key.first, key.second, sum.calls, sum.bytes, sum.nanoseconds});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.nanoseconds > b.nanoseconds; });
  return rows;
}

std::string Profile::report() const {
  const std::vector<Row> rows = this->rows();
  std::uint64_t calls = 0, bytes = 0;
  std::int64_t nanoseconds = 0;
  for (const Row& row : rows) {
    calls += row.calls;
    bytes += row.direction == Direction::forward ? row.bytes : 0;
    nanoseconds += row.nanoseconds;
  }
  const auto all = static_cast<double>(nanoseconds);
  std::vector<Line> lines{{"op", "calls", "time", "share", "per call", "results"}};
  for (const Row& row : rows) {
    const bool forward = row.direction == Direction::forward;
    const auto time = static_cast<double>(row.nanoseconds);
    lines.push_back({row.op + (forward ? "" : " (backward)"), std::to_string(row.calls),
                     amount(time, kTime), percent(all > 0 ? time / all : 0),
                     amount(time / static_cast<double>(row.calls), kTime),
                     forward ? amount(static_cast<double>(row.bytes), kBytes) : ""});
  }
  lines.push_back({"all", std::to_string(calls), amount(all, kTime), "", "",
                   amount(static_cast<double>(bytes), kBytes)});
  const std::lock_guard lock(mutex_);
  return text("Time in ops: ", amount(all, kTime), " on ", timelines_.size(),
              timelines_.size() == 1 ? " tape" : " tapes", ", in a profile over ",
              amount(static_cast<double>(OpTimer::now() - began_), kTime), "\n\n", aligned(lines));
}

}  // namespace engram
