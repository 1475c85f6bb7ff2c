// What has no influence, has none: whatever stands in a place that is masked, padded, ignored,
// beyond a length, of weight 0 or not chosen, no bit of a value or of a derivative changes.
#include "engram/tests/no_influence.hpp"

#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <regex>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/tests/files.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

template <class T>
struct Named {
  std::string name;
  Array<T> values;
};

// The value and derivatives of the first and second order: by kernel, by the rule, recorded,
// backward and forward.
template <class T>
std::vector<Named<T>> everything(const OpFunction<T>& f, const Arrays& inputs) {
  Tape<T> tape;
  std::vector<Var<T>> x, v;
  Random random{11};
  for (const auto& input : inputs) {
    x.push_back(tape.variable(cast<T>(input)));
    v.push_back(tape.constant(random.uniform<T>(input.shape(), T{-1}, T{1})));
  }
  const Var<T> y = f(x);
  const Var<T> u = tape.constant(random.uniform<T>(y.shape(), T{0.5}, T{2}));
  std::vector<Named<T>> out{{"the value", y.value()}};
  const auto add = [&](const std::string& name, const std::vector<Var<T>>& all) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      out.push_back({text(name, " by input ", k), all[k].value()});
    }
  };
  if (!tape.node(y).needs_gradient) return out;
  add("the gradient", tape.gradients(y, x, {.seed = u}));
  add("the gradient by the rule", tape.gradients(y, x, {.seed = u, .rules_only = true}));
  const auto g = tape.gradients(y, x, {.seed = u, .record = true});
  add("the recorded gradient", g);
  out.push_back({"the tangent", jvp(y, x, v).value()});
  out.push_back({"the recorded tangent", jvp(y, x, v, {.record = true}).value()});
  const Var<T> loss = sum(y * u);
  add("the product with the Hessian", hvp(loss, x, v));
  Var<T> along = tape.constant(Array<T>::scalar(0));
  for (std::size_t k = 0; k < g.size(); ++k) along = along + sum(g[k] * v[k]);
  if (!tape.node(along).needs_gradient) return out;
  add("the second derivative", tape.gradients(along, x));
  const Var<T> one = tape.constant(Array<T>::scalar(1));
  add("the second derivative by the rule",
      tape.gradients(along, x, {.seed = one, .rules_only = true}));
  return out;
}

// The same numbers; 0 and -0 are one.
template <class T>
bool same(const Array<T>& a, const Array<T>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

template <class T>
void check_in(const NoInfluence& entry, const OpFunction<T>& f) {
  const Arrays inputs = draw(entry.call, entry.call.shapes[0]);
  const auto expected = everything<T>(f, inputs);
  for (const auto& [name, values] : expected) {
    for (const T v : values) BOOST_TEST(std::isfinite(v), entry << ": " << name << " is " << v);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double poison : {std::nan(""), kInfinity, -kInfinity, 1e300}) {
    Arrays changed = inputs;
    Index places = 0;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      for (Index i = 0; i < inputs[k].size(); ++i) {
        if (!entry.hidden(k, i)) continue;
        changed[k].edit()[i] = poison;
        ++places;
      }
    }
    BOOST_TEST(places > 0, entry << ": no place is hidden");
    std::vector<Named<T>> got;
    try {
      got = everything<T>(f, changed);
    } catch (const Error&) {
      BOOST_TEST(entry.reason == "cut off");  // refused, not taken for a number
      continue;
    }
    BOOST_REQUIRE(got.size() == expected.size());
    for (std::size_t r = 0; r < got.size(); ++r) {
      BOOST_TEST(same(got[r].values, expected[r].values),
                 entry << ": " << poison << " changes " << got[r].name << " in "
                       << (sizeof(T) == 4 ? "float" : "double"));
    }
  }
}

std::string source_of(const std::filesystem::path& path) {
  return std::regex_replace(bytes_of(path), std::regex("//[^\n]*"), "");
}

// What a parameter or an option is called that takes influence away.
const std::string kReasons =
    "mask|condition|lengths|input_lengths|target_lengths|ignore_index|class_weights|causal|"
    "zero_infinity";

const auto kEntries = boost::unit_test::data::make(places_without_influence());

}  // namespace

void check(const NoInfluence& entry) {
  check_in<float>(entry, entry.call.in_float);
  check_in<double>(entry, entry.call.in_double);
}

BOOST_AUTO_TEST_SUITE(no_influence)

BOOST_DATA_TEST_CASE(is_the_same_to_the_bit, kEntries, entry) { check(entry); }

// Each function of ops/ and nn/ that takes one of these, itself or in its options, is in the table.
BOOST_AUTO_TEST_CASE(every_function_has_an_entry) {
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& entry : places_without_influence()) known.insert({entry.function, entry.reason});
  // The loss of a layer is the op's; a mean of options that are not for it is refused.
  const std::set<std::pair<std::string, std::string>> elsewhere{
      {"adaptive_cross_entropy", "class_weights"},  // refused
      {"sampled_cross_entropy", "class_weights"},   // refused
      {"log_softmax", "lengths"},
      {"length_mask", "lengths"}};  // reads nothing else
  const std::regex options("struct (\\w+Options) \\{([^]*?)\n\\};");
  const std::regex field("\\b(" + kReasons + ")\\b(?: =[^;]*|\\{\\})?;");
  const std::regex function("\n *(?:inline )?(?:Var<T>|auto|\\w+<T>|std::vector<\\w+>) (\\w+)\\(");
  const std::regex parameter("\\b(" + kReasons + ")\\b|\\b(\\w+Options)\\b");
  std::map<std::string, std::set<std::string>> of_options;
  std::map<std::string, std::string> sources;
  for (const auto& path : sources_in({"ops", "nn"})) {
    const std::string source = sources[path] = source_of(path);
    for (std::sregex_iterator it(source.begin(), source.end(), options), end; it != end; ++it) {
      const std::string body = (*it)[2];
      for (std::sregex_iterator f(body.begin(), body.end(), field); f != end; ++f) {
        of_options[(*it)[1]].insert((*f)[1]);
      }
    }
  }
  int found = 0;
  for (const auto& [path, source] : sources) {
    for (std::sregex_iterator it(source.begin(), source.end(), function), end; it != end; ++it) {
      const std::string name = (*it)[1];
      const auto begin = static_cast<std::size_t>(it->position() + it->length());
      int depth = 1;
      std::size_t close = begin;
      while (close < source.size() && depth > 0) {
        depth += source[close] == '(' ? 1 : source[close] == ')' ? -1 : 0;
        ++close;
      }
      const std::string parameters = source.substr(begin, close - begin);
      std::set<std::string> reasons;
      for (std::sregex_iterator p(parameters.begin(), parameters.end(), parameter); p != end; ++p) {
        if ((*p)[1].matched) reasons.insert((*p)[1]);
        if ((*p)[2].matched) reasons.merge(std::set(of_options[(*p)[2]]));
      }
      for (const std::string& reason : reasons) {
        ++found;
        BOOST_TEST((known.contains({name, reason}) || elsewhere.contains({name, reason})),
                   path << ": " << name << " takes " << reason
                        << " and has no entry in tests/no_influence_places.cpp");
      }
    }
  }
  BOOST_TEST(found > 15);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
