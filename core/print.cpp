#include "engram/core/print.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <vector>

namespace engram {
namespace {

template <class T>
std::string kind_of(const Node<T>& node) {
  switch (node.kind) {
    case Kind::variable:
      return "variable";
    case Kind::parameter:
      return "parameter";
    case Kind::operation:
      return node.operation->name();
    case Kind::constant:
      break;
  }
  return "constant";
}

template <class T>
std::string value_of(const Node<T>& node) {
  return node.value.size() == 1 ? text(node.value.item()) : std::string();
}

// The file's name without its folders.
std::string place_of(const Site& site) {
  const std::string_view path = site.file_name();
  return text(path.substr(path.find_last_of('/') + 1), ":", site.line());
}

}  // namespace

template <class T>
std::string table(const Tape<T>& tape) {
  using Line = std::array<std::string, 7>;
  std::vector<Line> lines{
      {"id", "operation", "inputs", "shape", "gradient", "value", "recorded at"}};
  for (Id id = 0; id < tape.size(); ++id) {
    const Node<T>& node = tape.node(id);
    std::string inputs;
    for (const Id input : tape.inputs(node)) {
      if (!inputs.empty()) inputs += ' ';
      inputs += std::to_string(input);
    }
    lines.push_back({std::to_string(id), kind_of(node), inputs, node.value.shape().str(),
                     node.needs_gradient ? "yes" : "", value_of(node), place_of(node.site)});
  }
  std::array<std::size_t, 7> width{};
  for (const Line& line : lines) {
    for (std::size_t k = 0; k < line.size(); ++k) width[k] = std::max(width[k], line[k].size());
  }
  std::string out;
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t k = 0; k < line.size(); ++k) {
      row += line[k];
      if (k + 1 < line.size()) row.append(width[k] - line[k].size() + 2, ' ');
    }
    row += '\n';
    out += row;
  }
  return out;
}

template <class T>
std::string graphviz(const Tape<T>& tape) {
  std::ostringstream out;
  out << "digraph tape {\n  rankdir=LR; node [fontname=\"sans-serif\", fontsize=11];\n";
  for (Id id = 0; id < tape.size(); ++id) {
    const Node<T>& node = tape.node(id);
    const std::string value = value_of(node);
    const char* shape = node.kind == Kind::operation  ? "box"
                        : node.kind == Kind::constant ? "plaintext"
                                                      : "ellipse";
    out << "  n" << id << " [shape=" << shape << ", label=\"" << id << ": " << kind_of(node)
        << "\\n"
        << node.value.shape() << (value.empty() ? "" : " = ") << value << "\"];\n";
    for (const Id input : tape.inputs(node)) out << "  n" << input << " -> n" << id << ";\n";
  }
  out << "}\n";
  return out.str();
}

template std::string table(const Tape<float>&);
template std::string table(const Tape<double>&);
template std::string graphviz(const Tape<float>&);
template std::string graphviz(const Tape<double>&);

}  // namespace engram
