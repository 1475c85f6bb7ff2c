// What a tape keeps for the derivative of an operation is what that reads, no more and no less, and
// what its doc block promises under Saves. What is not kept is given back early (nn::over_time).
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/tests/files.hpp"
#include "engram/tests/op_cases.hpp"
#include "engram/tests/op_headers.hpp"

namespace engram::testing {
namespace {

using Vars = std::vector<Var<double>>;

// An operation on variables alone, and its derivative with some of the values made useless.
class Alone {
 public:
  Alone(const OpCase& row, const std::vector<Shape>& shapes) {
    for (const auto& input : draw(row, shapes)) xs_.push_back(tape_.variable(input));
    row.in_double(xs_);
    for (Id id = 0; id < tape_.size(); ++id) {
      const auto inputs = tape_.inputs(tape_.node(id));
      const bool of_variables = std::all_of(inputs.begin(), inputs.end(), [&](Id input) {
        return tape_.node(input).kind == Kind::variable;
      });
      const std::set<Id> different(inputs.begin(), inputs.end());
      if (!tape_.node(id).operation) continue;
      ++operations_;
      if (of_variables && different.size() == inputs.size()) id_ = id;
    }
  }
  bool has_any() const { return id_.has_value() && tape_.node(*id_).value.size() > 0; }
  bool is_all() const { return operations_ == 1; }
  std::string name() const { return tape_.node(*id_).operation->name(); }
  std::uint8_t kept() const { return tape_.node(*id_).operation->traits().needs; }
  std::size_t inputs() const { return tape_.inputs(tape_.node(*id_)).size(); }

  // All gradients, where the values that `bits` has are NaN.
  std::vector<double> gradients(std::uint8_t bits, const BackwardOptions<double>& how) {
    const std::vector<Id> inputs(tape_.inputs(tape_.node(*id_)).begin(),
                                 tape_.inputs(tape_.node(*id_)).end());
    std::vector<std::pair<Id, Array<double>>> before;
    const auto spoil = [&](Id id) {
      Array<double>& value = const_cast<Array<double>&>(tape_.node(id).value);
      before.emplace_back(id, value);
      value = Array<double>::full(value.shape(), std::numeric_limits<double>::quiet_NaN());
    };
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (bits & needs_input(k)) spoil(inputs[k]);
    }
    if (bits & kNeedsResult) spoil(*id_);
    Vars targets;
    for (const Id input : inputs) targets.push_back(tape_.var(input));
    Random random{7};
    BackwardOptions<double> options = how;
    options.seed = tape_.constant(random.uniform<double>(tape_.node(*id_).value.shape(), 0.5, 2));
    std::vector<double> out;
    const auto add = [&](const Vars& results) {
      for (const auto& result : results) {
        const Array<double> values = result.value();
        out.insert(out.end(), values.begin(), values.end());
      }
    };
    const Var<double> y = tape_.var(*id_);
    add(tape_.gradients(y, targets, options));
    if (!options.record && !options.rules_only) {  // the other kernels
      Vars directions;
      for (const auto& x : targets) {
        directions.push_back(tape_.constant(random.uniform<double>(x.shape(), -1, 1)));
      }
      add(tape_.tangents(std::vector{y}, targets, directions));
      add(tape_.hessian_product(y, targets, directions, options.seed));
    }
    for (auto& [id, value] : before) const_cast<Array<double>&>(tape_.node(id).value) = value;
    return out;
  }

 private:
  Tape<double> tape_;
  Vars xs_;
  std::optional<Id> id_;
  int operations_ = 0;
};

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

const std::vector<BackwardOptions<double>> kWays{{}, {.rules_only = true}, {.record = true}};

std::uint8_t bits_of(std::size_t inputs) {
  std::uint8_t out = kNeedsResult;
  for (std::size_t k = 0; k < inputs; ++k) out |= needs_input(k);
  return out;
}

// The documented functions of ops/, by name; those with overloads in several headers are left out.
const std::map<std::string, std::vector<DocumentedFunction>>& documented() {
  static const auto all = [] {
    std::map<std::string, std::vector<DocumentedFunction>> out;
    for (const auto& path : sources_in({"ops"})) {
      for (const auto& f : documented_functions(bytes_of(path))) out[f.name].push_back(f);
    }
    return out;
  }();
  return all;
}

// What a Saves field says of `f`, as bits; none where it speaks of more than inputs and result.
std::optional<std::uint8_t> saved(const DocumentedFunction& f) {
  const auto field = f.fields.find("Saves");
  if (field == f.fields.end()) return std::nullopt;
  const std::string& said = field->second;
  if (said == "nothing") return 0;
  const std::string begin = "nothing beyond ";
  if (!said.starts_with(begin)) return std::nullopt;
  std::vector<std::string> inputs;
  const std::string& call = f.signatures.front();
  static const std::regex parameter("const Var<T>& (\\w+)"), word("\\w+");
  for (std::sregex_iterator it(call.begin(), call.end(), parameter), end; it != end; ++it) {
    inputs.push_back((*it)[1]);
  }
  std::uint8_t out = 0;
  const std::string names = said.substr(begin.size());
  for (std::sregex_iterator it(names.begin(), names.end(), word), end; it != end; ++it) {
    const std::string name = it->str();
    if (name == "and" || name == "the") continue;
    const auto at = std::find(inputs.begin(), inputs.end(), name);
    if (at != inputs.end()) {
      out |= needs_input(static_cast<std::size_t>(at - inputs.begin()));
    } else if (name == "y") {
      out |= kNeedsResult;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_values)

BOOST_AUTO_TEST_CASE(what_is_not_kept_is_not_read) {
  int count = 0;
  for (const OpCase& row : op_cases()) {
    for (const auto& shapes : row.shapes) {
      Alone op(row, shapes);
      if (!op.has_any()) continue;
      const auto unread = static_cast<std::uint8_t>(bits_of(op.inputs()) & ~op.kept());
      for (const auto& way : kWays) {
        BOOST_TEST(same(op.gradients(unread, way), op.gradients(0, way)),
                   row.name << " reads what is not kept");
        ++count;
      }
    }
  }
  BOOST_TEST(count > 1000);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_read) {
  std::map<std::string, std::pair<std::uint8_t, std::uint8_t>> ops;  // kept and read
  for (const OpCase& row : op_cases()) {
    for (const auto& shapes : row.shapes) {
      Alone op(row, shapes);
      if (!op.has_any()) continue;
      auto& [kept, read] = ops[op.name()];
      kept |= op.kept() & bits_of(op.inputs());
      for (std::size_t k = 0; k <= 7; ++k) {
        const auto bit = static_cast<std::uint8_t>(1U << k);
        if (!(op.kept() & bit & bits_of(op.inputs())) || (read & bit)) continue;
        for (const auto& way : kWays) {
          if (!same(op.gradients(bit, way), op.gradients(0, way))) read |= bit;
        }
      }
    }
  }
  BOOST_TEST(ops.size() > 90U);
  ops.erase("custom_gradient");  // what its function reads nobody knows
  for (const auto& [name, bits] : ops) {
    BOOST_TEST(bits.first == bits.second,
               name << " keeps " << int{bits.first} << " and reads " << int{bits.second});
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_documented) {
  int count = 0;
  for (const OpCase& row : op_cases()) {
    for (const auto& shapes : row.shapes) {
      Alone op(row, shapes);
      if (!op.has_any() || !op.is_all()) continue;
      const auto at = documented().find(op.name());
      if (at == documented().end() || at->second.size() != 1) continue;
      const auto said = saved(at->second.front());
      if (!said) continue;
      ++count;
      BOOST_TEST((op.kept() & bits_of(op.inputs())) == *said,
                 op.name() << " keeps " << (op.kept() & bits_of(op.inputs())) << ", Saves says "
                           << int{*said});
      break;
    }
  }
  BOOST_TEST(count > 60);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
