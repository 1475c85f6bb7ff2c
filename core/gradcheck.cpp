#include "engram/core/gradcheck.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/core/tape/captures.hpp"

namespace engram {
namespace {

using Arrays = std::vector<Array<double>>;
using Vars = std::vector<Var<double>>;

class Check {
 public:
  // The inputs from `inputs.size() - parameters.size()` on are the values of `parameters`.
  Check(const Differentiable& f, const Arrays& inputs, const Parameters<double>& parameters,
        const GradcheckOptions& options)
      : f_(f), inputs_(inputs), parameters_(parameters), options_(options) {
    Random random{options.seed};
    Tape<double> tape;
    upstream_ = random.uniform<double>(f(variables(tape, inputs)).shape(), 0.5, 2);
    for (const auto& input : inputs)
      directions_.push_back(random.uniform<double>(input.shape(), -1, 1));
  }

  GradcheckResult run() {
    const Arrays expected = differences([this](const Arrays& at) { return value(at); });
    // The rule first: where only the kernel is wrong, the message says kernel.
    compare("rule", gradient(inputs_, {.rules_only = true}), expected);
    compare("kernel", gradient(inputs_, {}), expected);
    compare("recorded rule", gradient(inputs_, {.record = true}), expected);
    const Arrays along = {difference_along()};
    compare("forward mode", {along_directions({})}, along);
    compare("recorded forward mode", {along_directions({.record = true})}, along);
    if (options_.second_order) {
      const Arrays second = differences([this](const Arrays& at) { return slope(at); });
      compare("second order", second_order(), second);
      compare("forward over reverse", forward_over_reverse(), second);
    }
    return result_;
  }

 private:
  static Vars variables(Tape<double>& tape, const Arrays& at) {
    Vars out;
    for (const auto& array : at) out.push_back(tape.variable(array));
    return out;
  }
  static double dot(const Array<double>& a, const Array<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  }

  // <f, upstream>
  double value(const Arrays& at) const {
    Tape<double> tape;
    return dot(f_(variables(tape, at)).value(), upstream_);
  }
  Vars gradient(Tape<double>& tape, const Vars& x, BackwardOptions<double> options) const {
    const Var<double> y = f_(x);
    options.seed = tape.constant(upstream_);
    return tape.gradients(y, x, options);
  }
  Arrays gradient(const Arrays& at, const BackwardOptions<double>& options) const {
    Tape<double> tape;
    Arrays out;
    for (const auto& g : gradient(tape, variables(tape, at), options)) out.push_back(g.value());
    return out;
  }
  // <gradient, directions>
  double slope(const Arrays& at) const {
    const Arrays g = gradient(at, {});
    double out = 0;
    for (std::size_t k = 0; k < g.size(); ++k) out += dot(g[k], directions_[k]);
    return out;
  }
  // The gradient of `slope`: each recorded gradient run backward with its direction as upstream.
  Arrays second_order() const {
    Tape<double> tape;
    const Vars x = variables(tape, inputs_);
    const Vars g = gradient(tape, x, {.record = true});
    Arrays out;
    for (const auto& input : inputs_) out.emplace_back(input.shape());
    for (std::size_t k = 0; k < g.size(); ++k) {
      const Vars h = tape.gradients(g[k], x, {.seed = tape.constant(directions_[k])});
      for (std::size_t j = 0; j < h.size(); ++j) {
        const Array<double> part = h[j].value();
        double* to = out[j].edit();
        for (Index i = 0; i < part.size(); ++i) to[i] += part[i];
      }
    }
    return out;
  }

  Vars constants(Tape<double>& tape, const Arrays& at) const {
    Vars out;
    for (const auto& array : at) out.push_back(tape.constant(array));
    return out;
  }
  Array<double> along_directions(const DerivativeOptions& options) const {
    Tape<double> tape;
    const Vars x = variables(tape, inputs_);
    return jvp(f_(x), x, constants(tape, directions_), options).value();
  }
  Arrays forward_over_reverse() const {
    Tape<double> tape;
    const Vars x = variables(tape, inputs_);
    const Var<double> y = f_(x);
    Arrays out;
    for (const auto& h :
         tape.hessian_product(y, x, constants(tape, directions_), tape.constant(upstream_))) {
      out.push_back(h.value());
    }
    return out;
  }

  // The whole of f on both sides of the inputs, along the directions.
  Array<double> difference_along() const {
    const auto at = [&](double h) {
      Arrays moved = inputs_;
      for (std::size_t k = 0; k < moved.size(); ++k) {
        for (Index i = 0; i < moved[k].size(); ++i) moved[k].edit()[i] += h * directions_[k][i];
      }
      Tape<double> tape;
      return f_(variables(tape, moved)).value();
    };
    const Array<double> high = at(options_.step), low = at(-options_.step);
    Array<double> out(high.shape());
    for (Index i = 0; i < out.size(); ++i) {
      out.edit()[i] = (high[i] - low[i]) / (2 * options_.step);
    }
    return out;
  }

  template <class F>
  Arrays differences(const F& of) const {
    Arrays at = inputs_, out;
    for (std::size_t k = 0; k < at.size(); ++k) {
      Array<double> d(at[k].shape());
      for (Index i = 0; i < d.size(); ++i) {
        const double x = at[k][i], h = options_.step * std::max(1.0, std::abs(x));
        at[k].edit()[i] = x + h;
        const double high = of(at);
        at[k].edit()[i] = x - h;
        const double low = of(at);
        at[k].edit()[i] = x;
        d.edit()[i] = (high - low) / ((x + h) - (x - h));
      }
      out.push_back(d);
    }
    return out;
  }

  void compare(const char* what, const Arrays& got, const Arrays& expected) {
    for (std::size_t k = 0; k < got.size(); ++k) {
      for (Index i = 0; i < got[k].size(); ++i) {
        const double a = got[k][i], b = expected[k][i];
        const double error = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
        ++result_.compared;
        result_.worst = std::max(result_.worst, error);
        if (!(error <= options_.tolerance) && result_.failure.empty()) {
          result_.failure = text(what, ": ", subject(k, got.size()), " ", got[k].shape(),
                                 " at element ", i, " is ", a, ", differences give ", b);
        }
      }
    }
  }

  // What number `k` of `count` derivatives is by; one alone is along all inputs together.
  std::string subject(std::size_t k, std::size_t count) const {
    const std::size_t inputs = inputs_.size() - parameters_.size();
    if (count != inputs_.size() || k < inputs) return text("derivative ", k);
    return "derivative by parameter " + parameters_[k - inputs].name;
  }

  const Differentiable& f_;
  const Arrays& inputs_;
  const Parameters<double>& parameters_;
  const GradcheckOptions& options_;
  Array<double> upstream_;
  Arrays directions_;
  GradcheckResult result_;
};

}  // namespace

GradcheckResult gradcheck(const Differentiable& f, const std::vector<Array<double>>& inputs,
                          const GradcheckOptions& options) {
  return Check(f, inputs, {}, options).run();
}

GradcheckResult gradcheck(const DifferentiableModel& f, const Parameters<double>& parameters,
                          const std::vector<Array<double>>& inputs,
                          const GradcheckOptions& options) {
  Arrays all = inputs;
  for (const auto& param : parameters) all.push_back(param.value());
  const auto of_all = [&](std::span<const Var<double>> vars) {
    if (vars.empty()) fail("gradcheck: neither inputs nor parameters; what is f to be checked by?");
    Tape<double>& tape = vars[0].tape();
    const Captures<double> reading(tape, {}, {parameters.begin(), parameters.end()},
                                   vars.subspan(inputs.size()));
    return f(tape, vars.first(inputs.size()));
  };
  return Check(of_all, all, parameters, options).run();
}

}  // namespace engram
