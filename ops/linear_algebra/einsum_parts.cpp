#include "engram/ops/linear_algebra/einsum_parts.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "engram/core/error.hpp"

namespace engram::einsum_parts {
namespace {

constexpr std::string_view kArrow = "->", kEllipsis = "...";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The letters of a term, and where its ellipsis is among them.
struct Term {
  std::string letters;
  int ellipsis = -1;  // none

  bool has_ellipsis() const { return ellipsis >= 0; }
  // The labels, with `count` axes in the ellipsis.
  Labels labels(int count) const {
    Labels out(letters.begin(), letters.end());
    for (int k = 1; has_ellipsis() && k <= count; ++k) out.insert(out.begin() + ellipsis, -k);
    return out;
  }
};

Term term(std::string_view text) {
  Term out;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text.substr(k).starts_with(kEllipsis) && !out.has_ellipsis()) {
      out.ellipsis = static_cast<int>(out.letters.size());
      k += kEllipsis.size() - 1;
    } else if (is_letter(text[k])) {
      out.letters += text[k];
    } else if (text[k] != ' ') {
      fail("'", text[k], "' in the term \"", text, "\"; need letters and at most one \"...\"");
    }
  }
  return out;
}

// How many axes of an operand its ellipsis stands for.
int axes_in_ellipsis(const Term& term, const Shape& shape) {
  const int rest = shape.rank() - static_cast<int>(term.letters.size());
  if (rest < 0 || (rest > 0 && !term.has_ellipsis())) {
    fail("the term \"", term.letters, "\" names ", term.letters.size(), " axes of an operand ",
         shape, "; name all ", shape.rank(), term.has_ellipsis() ? "" : ", or use \"...\"");
  }
  return rest;
}

// The result that is meant when none is given: "...", then the letters that occur once.
Term implied(std::span<const Term> operands) {
  std::map<char, int> count;
  for (const Term& operand : operands) {
    for (const char letter : operand.letters) ++count[letter];
  }
  Term out{{}, 0};
  for (const auto& [letter, times] : count) {
    if (times == 1) out.letters += letter;
  }
  return out;
}

void check_result(const Term& result, std::span<const Term> operands) {
  for (std::size_t k = 0; k < result.letters.size(); ++k) {
    const char letter = result.letters[k];
    if (result.letters.find(letter, k + 1) != std::string::npos) {
      fail("the result names '", letter, "' twice; each axis needs a letter of its own");
    }
    if (std::none_of(operands.begin(), operands.end(), [&](const Term& operand) {
          return operand.letters.find(letter) != std::string::npos;
        })) {
      fail("the result names '", letter, "', which no operand has");
    }
  }
  const bool some = std::any_of(operands.begin(), operands.end(),
                                [](const Term& operand) { return operand.has_ellipsis(); });
  if (some && !result.has_ellipsis()) {
    fail("an operand has \"...\" and the result has not; give it \"...\", or name the axes to sum");
  }
}

void check_extents(const Terms& terms, std::span<const Shape> shapes) {
  std::map<Label, Index> extents;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    for (std::size_t axis = 0; axis < terms.operands[k].size(); ++axis) {
      const Label label = terms.operands[k][axis];
      const Index n = shapes[k][static_cast<int>(axis)];
      Index& known = extents.try_emplace(label, n).first->second;
      if (known == n) continue;
      if (is_ellipsis(label)) {
        if (known != 1 && n != 1) {
          fail("axes of \"...\" do not broadcast: ", shapes[0], " and ", shapes[1]);
        }
        known = known == 1 ? n : known;
      } else {
        fail("'", static_cast<char>(label), "' is ", known, " and ", n, " (operand ", k, " is ",
             shapes[k], "); axes of one letter need one extent");
      }
    }
  }
}

}  // namespace

bool contains(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

Terms read(std::string_view specification, std::span<const Shape> shapes) {
  const std::size_t arrow = specification.find(kArrow);
  std::string_view inputs = specification.substr(0, arrow);
  std::vector<Term> operands;
  while (true) {
    const std::size_t comma = inputs.find(',');
    operands.push_back(term(inputs.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    inputs.remove_prefix(comma + 1);
  }
  if (operands.size() != shapes.size()) {
    fail(operands.size(), " terms for ", shapes.size(), " operands; need one for each");
  }
  const Term result = arrow == std::string_view::npos
                          ? implied(operands)
                          : term(specification.substr(arrow + kArrow.size()));
  check_result(result, operands);

  Terms out;
  int widest = 0;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const int count = axes_in_ellipsis(operands[k], shapes[k]);
    widest = std::max(widest, count);
    out.operands.push_back(operands[k].labels(count));
  }
  out.result = result.labels(widest);
  if (out.result.size() > static_cast<std::size_t>(kMaxRank)) {
    fail("the result has ", out.result.size(), " axes; at most ", kMaxRank, " are supported");
  }
  check_extents(out, shapes);
  return out;
}

}  // namespace engram::einsum_parts
