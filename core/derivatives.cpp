#include "engram/core/derivatives.hpp"

#include <algorithm>

namespace engram {
namespace {

Shape joined(const Shape& a, const Shape& b) {
  Shape out = a;
  for (int k = 0; k < b.rank(); ++k) out = out.inserted(out.rank(), b[k]);
  return out;
}

// f(e) for each unit direction e of shape `shape`, in order.
template <class T>
void each_direction(Tape<T>& tape, const Shape& shape, const auto& f) {
  for (Index i = 0; i < shape.size(); ++i) {
    Array<T> e(shape);
    e.edit()[i] = 1;
    f(i, tape.constant(std::move(e)));
  }
}

// f(), whose errors are those of the function that the user called, not of the tape's behind it.
auto named(const std::string& function, const auto& f) {
  try {
    return f();
  } catch (const Error& error) {
    const std::string what = error.what();
    for (const std::string inner : {"gradients: ", "tangents: ", "hessian_product: "}) {
      if (what.starts_with(inner)) throw Error(function + ": " + what.substr(inner.size()));
    }
    throw;
  }
}

// The derivative by dy of dyᵀ J v.
template <class T>
Var<T> recorded_jvp(const Var<T>& y, const std::vector<Var<T>>& xs, const std::vector<Var<T>>& vs) {
  Tape<T>& tape = y.tape();
  if (vs.size() != xs.size()) {
    fail("tangents: ", vs.size(), " directions for ", xs.size(), " targets; need one for each");
  }
  const Var<T> dy = tape.variable(Array<T>(y.shape()));
  const auto dx = tape.gradients(y, xs, {.seed = dy, .record = true});  // Jᵀ dy, linear in dy
  std::vector<Var<T>> parts, seeds;
  for (std::size_t k = 0; k < dx.size(); ++k) {
    if (!tape.node(dx[k]).needs_gradient) continue;  // y does not depend on this x
    parts.push_back(dx[k]);
    seeds.push_back(vs[k]);
  }
  if (parts.empty()) return tape.constant(Array<T>(y.shape()));
  return tape.gradients(parts, std::vector{dy}, seeds, {.record = true})[0];
}

}  // namespace

template <class T>
std::vector<Var<T>> grad(const std::vector<Var<T>>& ys, const std::vector<Var<T>>& xs,
                         const std::vector<Var<T>>& seeds) {
  if (ys.empty()) fail("grad: no results to differentiate");
  if (seeds.empty()) fail("grad: no seeds; need one for each of the ", ys.size(), " results");
  return ys[0].tape().gradients(ys, xs, seeds, {.record = true});
}

template <class T>
std::vector<Var<T>> vjp(const Var<T>& y, const std::vector<Var<T>>& xs, const Var<T>& dy,
                        const DerivativeOptions& options) {
  return named("vjp",
               [&] { return y.tape().gradients(y, xs, {.seed = dy, .record = options.record}); });
}

template <class T>
Var<T> jvp(const Var<T>& y, const std::vector<Var<T>>& xs, const std::vector<Var<T>>& vs,
           const DerivativeOptions& options) {
  return named("jvp", [&] {
    if (options.record) return recorded_jvp(y, xs, vs);
    return y.tape().tangents(std::span(&y, 1), xs, vs)[0];
  });
}

template <class T>
std::vector<Var<T>> hvp(const Var<T>& y, const std::vector<Var<T>>& xs,
                        const std::vector<Var<T>>& vs, const DerivativeOptions& options) {
  return named("hvp", [&] {
    return options.record ? grad(grad(y, xs), xs, vs) : y.tape().hessian_product(y, xs, vs);
  });
}

template <class T>
std::vector<Var<T>> gauss_newton_product(const Var<T>& loss, const Var<T>& z,
                                         const std::vector<Var<T>>& xs,
                                         const std::vector<Var<T>>& vs) {
  return vjp(z, xs, hvp(loss, z, jvp(z, xs, vs)));
}

template <class T>
Array<T> jacobian(const Var<T>& y, const Var<T>& x) {
  const Index rows = y.size(), columns = x.size();
  Array<T> out(joined(y.shape(), x.shape()));
  T* to = out.edit();
  if (rows <= columns) {
    each_direction(y.tape(), y.shape(), [&](Index i, const Var<T>& dy) {
      const Array<T> row = vjp(y, x, dy).value();
      std::copy_n(row.data(), columns, to + i * columns);
    });
  } else {
    each_direction(y.tape(), x.shape(), [&](Index k, const Var<T>& v) {
      const Array<T> column = jvp(y, x, v).value();
      for (Index i = 0; i < rows; ++i) to[i * columns + k] = column[i];
    });
  }
  return out;
}

template <class T>
Array<T> hessian(const Var<T>& y, const Var<T>& x) {
  Array<T> out(joined(x.shape(), x.shape()));
  T* to = out.edit();
  each_direction(y.tape(), x.shape(), [&](Index i, const Var<T>& v) {
    const Array<T> row = hvp(y, x, v).value();
    std::copy_n(row.data(), row.size(), to + i * row.size());
  });
  return out;
}

template std::vector<Var<float>> grad(const std::vector<Var<float>>&,
                                      const std::vector<Var<float>>&,
                                      const std::vector<Var<float>>&);
template std::vector<Var<float>> vjp(const Var<float>&, const std::vector<Var<float>>&,
                                     const Var<float>&, const DerivativeOptions&);
template Var<float> jvp(const Var<float>&, const std::vector<Var<float>>&,
                        const std::vector<Var<float>>&, const DerivativeOptions&);
template std::vector<Var<float>> hvp(const Var<float>&, const std::vector<Var<float>>&,
                                     const std::vector<Var<float>>&, const DerivativeOptions&);
template std::vector<Var<float>> gauss_newton_product(const Var<float>&, const Var<float>&,
                                                      const std::vector<Var<float>>&,
                                                      const std::vector<Var<float>>&);
template Array<float> jacobian(const Var<float>&, const Var<float>&);
template Array<float> hessian(const Var<float>&, const Var<float>&);
template std::vector<Var<double>> grad(const std::vector<Var<double>>&,
                                       const std::vector<Var<double>>&,
                                       const std::vector<Var<double>>&);
template std::vector<Var<double>> vjp(const Var<double>&, const std::vector<Var<double>>&,
                                      const Var<double>&, const DerivativeOptions&);
template Var<double> jvp(const Var<double>&, const std::vector<Var<double>>&,
                         const std::vector<Var<double>>&, const DerivativeOptions&);
template std::vector<Var<double>> hvp(const Var<double>&, const std::vector<Var<double>>&,
                                      const std::vector<Var<double>>&, const DerivativeOptions&);
template std::vector<Var<double>> gauss_newton_product(const Var<double>&, const Var<double>&,
                                                       const std::vector<Var<double>>&,
                                                       const std::vector<Var<double>>&);
template Array<double> jacobian(const Var<double>&, const Var<double>&);
template Array<double> hessian(const Var<double>&, const Var<double>&);

}  // namespace engram
