#include "engram/examples/language_model/trainer.hpp"

#include <cmath>
#include <limits>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/streams.hpp"
#include "engram/ops/ops.hpp"
#include "engram/optim/optim.hpp"

namespace engram::language_model {

std::unique_ptr<optim::Optimizer<float>> make_optimizer(const Settings& s, LanguageModel& model) {
  if (s.optimizer == "sgd") {
    return std::make_unique<optim::Sgd<float>>(parameters(model),
                                               optim::SgdOptions{.learning_rate = s.learning_rate,
                                                                 .momentum = s.momentum,
                                                                 .weight_decay = s.weight_decay});
  }
  return std::make_unique<optim::Adam<float>>(
      parameters(model), optim::AdamOptions{.learning_rate = s.learning_rate,
                                            .weight_decay = s.weight_decay,
                                            .decoupled = s.optimizer == "adamw"});
}

Trainer::Trainer(const Settings& settings, LanguageModel& model, std::span<const std::int32_t> text,
                 const Workers& workers)
    : settings_(settings),
      model_(model),
      lanes_((require_length(std::ssize(text), settings.batch, settings.steps,
                             unit(level_of(settings.level))),
              text),
             settings.batch, settings.steps),
      shards_(static_cast<int>(settings.shards), workers),
      optimizer_(make_optimizer(settings, model)),
      learning_rate_(settings),
      carried_(static_cast<std::size_t>(settings.shards)) {}

Trainer::Step Trainer::step() {
  const Index k = position_.chunk;
  auto [loss, gradients] = shards_.run([&](int s, Tape<float>& tape) {
    const auto [begin, end] = lanes_of_shard(lanes_.lanes(), shards_.count(), s);
    const Chunk chunk = lanes_.chunk(k, begin, end);
    Carried& carried = carried_[static_cast<std::size_t>(s)];
    Random random = dropout_stream(settings_.seed, position_.step, s);
    const auto [h, state] =
        model_(tape, chunk.x, nn::on(tape, carried), settings_.dropout > 0 ? &random : nullptr);
    carried = nn::values(state);
    const auto share = static_cast<float>(end - begin) / static_cast<float>(lanes_.lanes());
    return share * model_.loss(h, chunk.y.reshaped({chunk.y.size()}));
  });
  double norm = std::numeric_limits<double>::quiet_NaN();
  try {
    if (!std::isfinite(loss)) fail("the loss is ", loss);
    norm = optim::clip_global_norm(
        gradients, settings_.clip > 0 ? settings_.clip : std::numeric_limits<double>::infinity(),
        &shards_.workers());
  } catch (const Error& error) {
    fail("training went astray at step ", position_.step + 1, ": ", error.what(),
         "\nTry a smaller --learning-rate or --clip.");
  }
  optimizer_->set_learning_rate(learning_rate_(
      position_.epoch, static_cast<double>(k) / static_cast<double>(lanes_.chunks())));
  optimizer_->step(gradients, &shards_.workers());
  ++position_.chunk;
  ++position_.step;
  const Step done{loss, norm, lanes_.lanes() * lanes_.steps(k)};
  position_.since_report.add(done.loss, done.tokens);
  return done;
}

void Trainer::end_epoch(std::optional<double> held_out_loss) {
  if (held_out_loss) learning_rate_.epoch_ended(*held_out_loss);
  position_.plateau = learning_rate_.state();
  ++position_.epoch;
  position_.chunk = 0;
  carried_.assign(carried_.size(), {});
}

namespace {

std::string state_name(const char* part, std::size_t layer, std::size_t shard) {
  return text("state.shard", shard, ".layer", layer, ".", part);
}

}  // namespace

void Trainer::save(files::Tensors& file) const {
  file.metadata["position"] = position_.json();
  optim::put_state(file, *optimizer_);
  for (std::size_t s = 0; s < carried_.size(); ++s) {
    for (std::size_t k = 0; k < carried_[s].h.size(); ++k) {
      file.tensors[state_name("h", k, s)] = carried_[s].h[k];
      file.tensors[state_name("c", k, s)] = carried_[s].c[k];
    }
  }
}

void Trainer::restore(const files::Tensors& file) {
  const Position position = Position::from_json(metadata(file, "position"));
  if (position.chunk > chunks()) {
    bad_data("it is at chunk ", position.chunk, " of the text, which has ", chunks());
  }
  std::vector<Carried> carried(carried_.size());
  for (std::size_t s = 0; position.chunk > 0 && s < carried.size(); ++s) {
    const auto [begin, end] =
        lanes_of_shard(lanes_.lanes(), shards_.count(), static_cast<Index>(s));
    const Shape shape{end - begin, settings_.hidden};
    for (std::size_t k = 0; k < static_cast<std::size_t>(settings_.layers); ++k) {
      carried[s].h.push_back(tensor(file, state_name("h", k, s), shape));
      carried[s].c.push_back(tensor(file, state_name("c", k, s), shape));
    }
  }
  optim::load_state(file, *optimizer_);
  learning_rate_.restore(position.plateau);
  position_ = position;
  carried_ = std::move(carried);
}

}  // namespace engram::language_model
