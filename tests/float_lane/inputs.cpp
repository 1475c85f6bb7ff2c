#include "engram/tests/float_lane/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "engram/core/random.hpp"

namespace engram::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Products of extents up to here may be more than the numbers of the inputs: results fit the
// memory.
constexpr double kMostResults = 2e7;

// f(u, i, n) for the number i of n of each input, with u drawn as the row says.
template <class F>
Pattern each(const std::string& name, F f) {
  return {name, [f](const OpCase& row, const std::vector<Shape>& shapes) {
            Arrays out = draw(row, shapes);
            for (auto& x : out) {
              double* to = x.edit();
              for (Index i = 0; i < x.size(); ++i) {
                to[i] = static_cast<float>(f(row, to[i], i));
              }
            }
            return out;
          }};
}

bool has_signs(const OpCase& row) { return row.low < 0; }

// `x` at places that are few but for `all`.
Pattern with(const std::string& name, double x, Index every) {
  return {name, [=](const OpCase& row, const std::vector<Shape>& shapes) {
            Arrays out = draw(row, shapes);
            for (auto& a : out) {
              double* to = a.edit();
              for (Index i = 0; i < a.size(); i += every) to[i] = x;
            }
            return out;
          }};
}

std::vector<Pattern> made() {
  std::vector<Pattern> out;
  out.push_back(
      {"random", [](const OpCase& row, const std::vector<Shape>& s) { return draw(row, s); }});
  out.push_back(each("equal", [](const OpCase& row, double, Index) {
    return has_signs(row) ? 0.1 : row.low + 0.1 * (row.high - row.low);
  }));
  out.push_back(each("alternating", [](const OpCase& row, double, Index i) {
    const double far = 0.9 * row.high + 0.1 * row.low, near = 0.9 * row.low + 0.1 * row.high;
    return i % 2 ? far : near;
  }));
  out.push_back({"sorted", [](const OpCase& row, const std::vector<Shape>& s) {
                   Arrays all = draw(row, s);
                   for (auto& x : all) std::sort(x.edit(), x.edit() + x.size());
                   return all;
                 }});
  const auto scaled = [&](const std::string& name, double scale) {
    out.push_back(each(name, [scale](const OpCase& row, double u, Index) {
      return u / std::max(std::abs(row.low), std::abs(row.high)) * scale;
    }));
  };
  const auto shifted = [&](const std::string& name, double by, double scale) {
    out.push_back(each(name, [=](const OpCase&, double u, Index) { return u * scale + by; }));
  };
  shifted("around 100", 100, 1);
  shifted("around 1e7", 1e7, 4);
  const auto all = [&](const std::string& name, double v) {
    out.push_back(each(name, [v](const OpCase&, double, Index) { return v; }));
  };
  all("all 1e2", 1e2);
  all("all 1e4", 1e4);
  all("all 1e7", 1e7);
  all("all 1e8", 1e8);
  all("zeros", 0);
  scaled("to 1e2", 1e2);
  scaled("to 1e4", 1e4);
  scaled("to 1e20", 1e20);
  scaled("to 1e38", 1e38);
  scaled("to 1e-20", 1e-20);
  scaled("to 1e-37", 1e-37);
  scaled("subnormal", 1e-40);
  out.push_back(each("all magnitudes", [](const OpCase& row, double u, Index i) {
    const double v = std::pow(10, static_cast<double>((i * 29) % 75 - 37)) * (1 + std::abs(u) / 4);
    return has_signs(row) && u < 0 ? -v : v;
  }));
  out.push_back(with("an infinity", kInfinity, 1000003));
  out.push_back(with("a negative infinity", -kInfinity, 1000003));
  out.push_back(with("some negative infinities", -kInfinity, 3));
  out.push_back(with("all negative infinities", -kInfinity, 1));
  return out;
}

}  // namespace

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = made();
  return all;
}

const Pattern& pattern(const std::string& name) {
  const auto& all = patterns();
  return *std::find_if(all.begin(), all.end(), [&](const Pattern& p) { return p.name == name; });
}

std::vector<std::vector<Shape>> grown(const OpCase& row, Index most) {
  const std::vector<Shape>* base = nullptr;
  std::set<Index> extents;
  for (const auto& shapes : row.shapes) {
    extents.clear();
    bool empty = false;
    for (const Shape& shape : shapes) {
      for (int k = 0; k < shape.rank(); ++k) {
        extents.insert(shape[k]);
        empty = empty || shape[k] == 0;
      }
    }
    if (!empty && !extents.empty()) {
      base = &shapes;
      break;
    }
  }
  if (!base) return {};
  if (row.file == "convolution" || row.file == "unfold") {
    // A number that stands for two extents there, of a window and of a batch, grows too fast.
    std::map<Index, int> times;
    for (const Shape& shape : *base) {
      for (int k = 0; k < shape.rank(); ++k) ++times[shape[k]];
    }
    std::erase_if(extents, [&](Index e) { return times[e] > 1; });
  }
  const auto replaced = [&](const std::map<Index, Index>& by) {
    std::vector<Shape> out;
    for (Shape shape : *base) {
      for (int k = 0; k < shape.rank(); ++k) {
        if (const auto at = by.find(shape[k]); at != by.end()) shape = shape.with(k, at->second);
      }
      out.push_back(shape);
    }
    return out;
  };
  const auto fits = [&](const std::map<Index, Index>& by) {
    double total = 0, volume = 1;
    for (const Shape& shape : replaced(by)) {
      double size = 1;
      for (int k = 0; k < shape.rank(); ++k) size *= static_cast<double>(shape[k]);
      total += size;
    }
    for (const Index e : extents) volume *= static_cast<double>(by.contains(e) ? by.at(e) : e);
    const double all = static_cast<double>(most);
    return total <= all && volume <= std::max(all, std::min(8 * all, kMostResults));
  };
  std::vector<std::vector<Shape>> out;
  const auto grow = [&](const std::set<Index>& which) {
    std::map<Index, Index> by, best;
    double low = 1, high = static_cast<double>(most);
    for (int k = 0; k < 60; ++k) {
      const double factor = std::sqrt(low * high);
      for (const Index e : which) by[e] = static_cast<Index>(static_cast<double>(e) * factor);
      (fits(by) ? low : high) = factor;
      if (fits(by)) best = by;
    }
    if (!best.empty()) out.push_back(replaced(best));
  };
  for (const Index e : extents) grow({e});
  if (extents.size() > 1) grow(extents);
  return out;
}

}  // namespace engram::testing
