// What a Tape is asked for, by way of the transformations of it.
#include <algorithm>
#include <optional>

#include "engram/core/backward/backward.hpp"
#include "engram/core/backward/recorded_backward.hpp"
#include "engram/core/forward/forward.hpp"
#include "engram/core/forward/hessian_product.hpp"

namespace engram {
namespace {

template <class T>
using Vars = std::span<const Var<T>>;

template <class T>
struct Tables final : PassMemory {
  Path<T> path;
  GradientTable<T> gradients, moving;
  Tangents<T> tangents;

  explicit Tables(Tape<T>& tape)
      : path(tape), gradients(tape, path), moving(tape, path), tangents(tape) {}

  void clear() override {
    gradients.clear();
    moving.clear();
    tangents.clear();
  }
};

// A rule computes with the values on the tape: they must be those the result was computed from.
template <class T>
void refuse_edited(const Tape<T>& tape, const typename Tape<T>::Read& read) {
  if (read.param.version() == read.version) return;
  throw located("backward",
                Error(text(read.param.str(),
                           " was changed after the tape read it; run backward before the "
                           "optimiser's step, or clear the tape and record again")),
                tape.node(read.id).site);
}

template <class T>
void refuse_edited(const Tape<T>& tape) {
  for (const auto& read : tape.reads()) {
    if (tape.node(read.id).needs_gradient) refuse_edited(tape, read);
  }
}

// The greatest number of a node among `ys`. Throws for one that is not on the tape.
template <class T>
Id last_of(const Tape<T>& tape, Vars<T> ys) {
  Id last = 0;
  for (const Var<T>& y : ys) {
    static_cast<void>(tape.node(y));
    last = std::max(last, y.id());
  }
  return last;
}

// f(y, dy) for each result that is wanted, with its seed, or null for 1 where there are none.
template <class T>
void each_seed(const Tape<T>& tape, const Path<T>& path, Vars<T> ys, Vars<T> seeds, const auto& f) {
  for (std::size_t k = 0; k < ys.size(); ++k) {
    const Node<T>& result = tape.node(ys[k]);
    const Shape shape = result.value.shape();
    if (seeds.empty() && shape.size() != 1) {
      throw located("backward",
                    Error(text("the result has shape ", shape,
                               ", not one element; take its sum or mean, or pass a seed")),
                    result.site);
    }
    if (!seeds.empty() && seeds[k].shape() != shape) {
      throw located("backward",
                    Error(text("the seed has shape ", seeds[k].shape(), ", the result ", shape)),
                    result.site);
    }
    if (path.has(ys[k].id())) f(ys[k], seeds.empty() ? nullptr : &seeds[k]);
  }
}

template <class T>
void seed(Tape<T>& tape, Tables<T>& tables, Vars<T> ys, Vars<T> seeds) {
  each_seed(tape, tables.path, ys, seeds, [&](const Var<T>& y, const Var<T>* dy) {
    tables.gradients.add(y.id(), dy ? tape.value(*dy) : Array<T>::full(y.shape(), T{1}));
  });
}

// The gradients of <ys, seeds>, on their way.
template <class T>
void run_backward(Tape<T>& tape, Tables<T>& tables, Vars<T> ys, Vars<T> seeds, bool rules_only) {
  const Id last = last_of(tape, ys);
  tables.gradients.reset(std::size_t{last} + 1);
  seed(tape, tables, ys, seeds);
  Backward<T>(tables.gradients, rules_only).run(last);
}
template <class T>
RecordedBackward<T> recorded_backward(Tape<T>& tape, const Path<T>& path, Vars<T> ys,
                                      Vars<T> seeds) {
  const Id last = last_of(tape, ys);
  RecordedBackward<T> pass(tape, path);
  each_seed(tape, path, ys, seeds, [&](const Var<T>& y, const Var<T>* dy) {
    pass.add(y.id(), dy ? *dy : tape.constant(Array<T>::full(y.shape(), T{1}), tape.node(y).site));
  });
  pass.run(last);
  return pass;
}

// What a pass has left for each of `targets`, as constants.
template <class T>
std::vector<Var<T>> taken(Tape<T>& tape, GradientTable<T>& table, Vars<T> targets) {
  std::vector<Var<T>> out;
  out.reserve(targets.size());
  for (const Var<T>& target : targets) {
    const Id id = target.id();
    if (!table.has_any(id)) {
      out.push_back(tape.constant(Array<T>(target.shape())));
      continue;
    }
    Array<T> dense = table.take(id).dense();
    out.push_back(tape.constant(dense));
    table.put(id, std::move(dense));  // the same target may be asked for twice
  }
  return out;
}

}  // namespace

template <class T>
auto Tape<T>::with_passes(const auto& f) {
  struct Lent {
    Tape& tape;
    std::unique_ptr<PassMemory> memory;
    ~Lent() {
      memory->clear();
      tape.passes_ = std::move(memory);
    }
  };
  const Lent lent{*this, passes_ ? std::move(passes_) : std::make_unique<Tables<T>>(*this)};
  return f(static_cast<Tables<T>&>(*lent.memory));
}

template <class T>
Gradients<T> Tape<T>::backward(const Var<T>& y, const BackwardOptions<T>& options) {
  if (!node(y).needs_gradient) {
    throw located(
        "backward",
        Error(text("the result ", y.shape(),
                   " depends on no variable and no parameter that was recorded: it was "
                   "computed from constants or frozen parameters, detached, or under NoRecord")),
        node(y).site);
  }
  return with_passes([&](Tables<T>& tables) {
    tables.path.open();
    Gradients<T> out(pool());
    // Never empty: with no block of its own it would not keep the tape's pool alive.
    out.entries().reserve(reads_.size() + variables_.size() + 1);
    Id first = y.id() + 1;
    // Takes the gradients of leaves out of a pass, where `has` says that it has one.
    const auto collect = [&](const auto& has, const auto& entry) {
      const auto leaf = [&](Id id, std::optional<ParamRef<T>> param) {
        first = std::min(first, id);
        out.entries().push_back(entry(id, std::move(param)));
      };
      for (const Read& read : reads_) {
        if (read.id > y.id() || !has(read.id)) continue;
        refuse_edited(*this, read);
        leaf(read.id, read.param);
      }
      for (const Id id : variables_) {
        if (id <= y.id() && has(id)) leaf(id, std::nullopt);
      }
    };
    using Entry = typename Gradients<T>::Entry;
    if (options.record) {
      const auto pass = recorded_backward(*this, tables.path, Vars<T>(&y, 1), options.seeds());
      collect([&](Id id) { return pass.has(id); },
              [&](Id id, auto param) {
                const Var<T> dx = pass.gradient(id);
                return Entry{std::move(param), var(id), Gradient<T>(nodes_[dx.id()].value), dx};
              });
    } else {
      run_backward(*this, tables, Vars<T>(&y, 1), options.seeds(), options.rules_only);
      collect([&](Id id) { return tables.gradients.has_any(id); },
              [&](Id id, auto param) {
                return Entry{std::move(param), var(id), tables.gradients.take(id), {}};
              });
    }
    count_pass(first);
    return out;
  });
}

template <class T>
std::vector<Var<T>> Tape<T>::gradients(const Var<T>& y, std::span<const Var<T>> targets,
                                       const BackwardOptions<T>& options) {
  return gradients(std::span(&y, 1), targets, options.seeds(), options);
}

template <class T>
std::vector<Var<T>> Tape<T>::gradients(std::span<const Var<T>> ys, std::span<const Var<T>> targets,
                                       std::span<const Var<T>> seeds,
                                       const BackwardOptions<T>& options) {
  return with_passes([&](Tables<T>& tables) {
    if (!seeds.empty() && seeds.size() != ys.size()) {
      fail("gradients: ", seeds.size(), " seeds for ", ys.size(), " results; need one for each");
    }
    refuse_edited(*this);
    tables.path.find(targets, "gradients");
    if (!options.record) {
      run_backward(*this, tables, ys, seeds, options.rules_only);
      return taken(*this, tables.gradients, targets);
    }
    const auto pass = recorded_backward(*this, tables.path, ys, seeds);
    std::vector<Var<T>> out;
    out.reserve(targets.size());
    for (const Var<T>& target : targets) {
      out.push_back(pass.has(target.id()) ? pass.gradient(target.id())
                                          : constant(Array<T>(target.shape())));
    }
    return out;
  });
}

template <class T>
std::vector<Var<T>> Tape<T>::tangents(std::span<const Var<T>> ys, std::span<const Var<T>> targets,
                                      std::span<const Var<T>> directions) {
  return with_passes([&](Tables<T>& tables) {
    refuse_edited(*this);
    tables.path.find(targets, "tangents");
    Forward<T> pass(*this, tables.path, tables.tangents);
    pass.begin(targets, directions);
    const Id last = last_of(*this, ys);
    for (const Var<T>& y : ys) tables.path.ask_for(y.id());
    pass.run(0, ys.empty() ? 0 : last + 1, Forward<T>::Retain::asked_for);
    std::vector<Var<T>> out;
    for (const Var<T>& y : ys) {
      const Array<T>* tangent = tables.tangents.find_dense(y.id());
      out.push_back(constant(tangent ? *tangent : Array<T>(y.shape())));
    }
    return out;
  });
}

template <class T>
std::vector<Var<T>> Tape<T>::hessian_product(const Var<T>& y, std::span<const Var<T>> targets,
                                             std::span<const Var<T>> directions,
                                             const Var<T>& seed) {
  return with_passes([&](Tables<T>& tables) {
    refuse_edited(*this);
    tables.path.find(targets, "hessian_product");
    const std::size_t count = std::size_t{last_of(*this, Vars<T>(&y, 1))} + 1;
    tables.gradients.reset(count, false);
    tables.moving.reset(count);
    engram::seed(*this, tables, Vars<T>(&y, 1), Vars<T>(&seed, seed.has_value() ? 1 : 0));
    HessianProduct<T>(tables.gradients, tables.moving, tables.tangents).run(y, targets, directions);
    return taken(*this, tables.moving, targets);
  });
}

template Gradients<float> Tape<float>::backward(const Var<float>&, const BackwardOptions<float>&);
template Gradients<double> Tape<double>::backward(const Var<double>&,
                                                  const BackwardOptions<double>&);
template std::vector<Var<float>> Tape<float>::gradients(const Var<float>&, Vars<float>,
                                                        const BackwardOptions<float>&);
template std::vector<Var<double>> Tape<double>::gradients(const Var<double>&, Vars<double>,
                                                          const BackwardOptions<double>&);
template std::vector<Var<float>> Tape<float>::gradients(Vars<float>, Vars<float>, Vars<float>,
                                                        const BackwardOptions<float>&);
template std::vector<Var<double>> Tape<double>::gradients(Vars<double>, Vars<double>, Vars<double>,
                                                          const BackwardOptions<double>&);
template std::vector<Var<float>> Tape<float>::tangents(Vars<float>, Vars<float>, Vars<float>);
template std::vector<Var<double>> Tape<double>::tangents(Vars<double>, Vars<double>, Vars<double>);
template std::vector<Var<float>> Tape<float>::hessian_product(const Var<float>&, Vars<float>,
                                                              Vars<float>, const Var<float>&);
template std::vector<Var<double>> Tape<double>::hessian_product(const Var<double>&, Vars<double>,
                                                                Vars<double>, const Var<double>&);

}  // namespace engram
