#!/usr/bin/env python3
"""Writes the golden values that Engram's tests compare against, computed by PyTorch.

    python3 generate.py [FOLDER]        (default: the folder of this script)

Needs only torch. Everything is double precision, on one thread, and seeded by name, so a
second run gives the same bytes and a new case leaves the others as they are. Each file has
the safetensors layout: F64 and I32 tensors, and strings under `__metadata__`.

Engram's conventions, to which everything is converted:
  weights are (in, out): y = x w + b with w [in, out];
  sequences are [T, B, *], time first;
  LSTM: w_ih [in, 4H], w_hh [H, 4H], one bias b [4H]; the gates lie along 4H as f, i, g, o
  (torch: i, f, g, o, transposed, and two biases whose sum is b and whose gradients are equal).

Everywhere: `d<name>` is the random upstream gradient of output <name>, so that the loss is
sum(<name> * d<name>) over the outputs; `grad` is the gradient of that loss; `v` is a random
direction for each input, and `hv` the gradient of sum_i <grad_i, v_i>: the second order.

lstm, rnn   Two layers over two consecutive chunks. x1, x2 inputs; h0, c0 initial state [L, B, H]
            (no c in rnn); y1, y2 outputs; h1, c1 and h2, c2 the state after each chunk;
            layer<k>.{w_ih,w_hh,b} parameters; dy1, dy2, dh2, dc2 upstream;
            loss1 = <y1, dy1>, loss2 = <y2, dy2> + <h2, dh2> + <c2, dc2>, loss = loss1 + loss2.
            {carried,truncated}.{grad,hv}.<parameter, x1, x2, h0 or c0>: of `loss`, with the state
            carried from chunk 1 to chunk 2 on the tape, or detached between them.
            v.<the same names>.
ops, ops_*  <op>.{in0, in1, ..., out, dout, grad0, ..., v0, ..., hv0, ..., indices}; the same as
            <op>.again.* for inputs of other shapes; and
            <op>.{finite,infinite,mixed}.{in0, ..., out, grad0, ...} of inputs that are -1.3, 0.49,
            0.99, 1.01 and 0: these alone, with one infinity in each, with infinities for half.
optim       init.p<k>, grads.p<k> [10, ...]; <configuration>.p<k> [10, ...] after each step;
            sgd_clipped.norm [10] before clipping; schedule.<name> [20], the rate of each epoch.
module      linear.{w,b,x,y,dy}, linear.grad.{w,b,x}; embedding.{w,indices,y,dy}, embedding.grad.w.
"""

import importlib
import json
import pathlib
import sys

import torch

from cases import Cases, derivatives, save, seed, signed


def recurrent(path, module, gates, states):
    """Two chunks of a sequence through torch's LSTM or RNN; gates is Engram's order of torch's."""
    seed(path.stem)
    layers, batch, size, hidden = 2, 3, 4, 6
    net = module(size, hidden, layers)
    leaves = {}  # what is differentiated, by Engram's name, in torch's layout
    for k in range(layers):
        leaves[f"layer{k}.w_ih"] = getattr(net, f"weight_ih_l{k}")
        leaves[f"layer{k}.w_hh"] = getattr(net, f"weight_hh_l{k}")
        leaves[f"layer{k}.b"] = getattr(net, f"bias_ih_l{k}")
    (leaves["x1"],) = signed((5, batch, size))
    (leaves["x2"],) = signed((4, batch, size))
    for s in states:
        (leaves[s + "0"],) = signed((layers, batch, hidden))
    for leaf in leaves.values():
        leaf.requires_grad_()
    directions = {name: signed(leaf.shape)[0] for name, leaf in leaves.items()}

    def run(x, state):
        y, state = net(x, tuple(state) if len(states) > 1 else state[0])
        return y, list(state) if len(states) > 1 else [state]

    def convert(name, tensor):
        if not name.startswith("layer"):
            return tensor
        blocks = tensor.chunk(len(gates))
        return torch.cat([blocks[gate] for gate in gates]).t()

    tensors = {name: convert(name, leaf) for name, leaf in leaves.items()}
    for k in range(layers):
        both = getattr(net, f"bias_ih_l{k}") + getattr(net, f"bias_hh_l{k}")
        tensors[f"layer{k}.b"] = convert(f"layer{k}.b", both)
    tensors |= {f"v.{name}": convert(name, v) for name, v in directions.items()}
    upstream = None
    for variant in ("carried", "truncated"):
        y1, state1 = run(leaves["x1"], [leaves[s + "0"] for s in states])
        link = [s.detach() for s in state1] if variant == "truncated" else state1
        y2, state2 = run(leaves["x2"], link)
        outputs = {"y1": y1, "y2": y2}
        outputs |= {s + "2": value for s, value in zip(states, state2)}
        if upstream is None:
            upstream = {name: signed(value.shape)[0] for name, value in outputs.items()}
        terms = {name: (value * upstream[name]).sum() for name, value in outputs.items()}
        loss1, loss = terms["y1"], sum(terms.values())
        tensors |= outputs
        tensors |= {s + "1": value for s, value in zip(states, state1)}
        tensors |= {"loss1": loss1, "loss2": loss - loss1, "loss": loss}
        grads, hvs = derivatives(loss, list(leaves.values()), list(directions.values()))
        for name, grad, hv in zip(leaves, grads, hvs):
            tensors[f"{variant}.grad.{name}"] = convert(name, grad)
            tensors[f"{variant}.hv.{name}"] = convert(name, hv)
    tensors |= {f"d{name}": d for name, d in upstream.items()}
    save(path, tensors, layers=layers, batch=batch, input=size, hidden=hidden, steps="5,4")


def lstm(path):
    recurrent(path, torch.nn.LSTM, gates=(1, 0, 2, 3), states="hc")


def rnn(path):
    recurrent(path, torch.nn.RNN, gates=(0,), states="h")


def optim(path):
    """Ten steps of each optimiser with given gradients, and the schedules."""
    seed(path.stem)
    steps, epochs, rate, clip = 10, 20, 0.1, 1.0
    shapes = {"p0": (3, 4), "p1": (5,)}
    init = {p: signed(shape)[0] for p, shape in shapes.items()}
    # From small to large, so that clipping leaves some steps alone and shortens others.
    growth = torch.linspace(0.05, 2, steps)
    grads = {
        p: growth.reshape(-1, *[1] * len(shape)) * signed((steps, *shape))[0]
        for p, shape in shapes.items()
    }
    tensors = {f"init.{p}": value for p, value in init.items()}
    tensors |= {f"grads.{p}": value for p, value in grads.items()}

    sgd, adam = {"lr": rate}, {"lr": 1e-2, "betas": (0.9, 0.999), "eps": 1e-8}
    configurations = {
        "sgd": (torch.optim.SGD, sgd),
        "sgd_momentum": (torch.optim.SGD, sgd | {"momentum": 0.9}),
        "sgd_nesterov": (torch.optim.SGD, sgd | {"momentum": 0.9, "nesterov": True}),
        "sgd_weight_decay": (torch.optim.SGD, sgd | {"momentum": 0.9, "weight_decay": 1e-2}),
        "sgd_clipped": (torch.optim.SGD, sgd),
        "adam": (torch.optim.Adam, adam),
        "adam_weight_decay": (torch.optim.Adam, adam | {"weight_decay": 1e-2}),
        "adamw": (torch.optim.AdamW, adam | {"weight_decay": 1e-2}),
    }
    for name, (optimizer, options) in configurations.items():
        parameters = {p: value.clone().requires_grad_() for p, value in init.items()}
        stepper = optimizer(parameters.values(), **options)
        after = {p: [] for p in shapes}
        norms = []
        for step in range(steps):
            for p, parameter in parameters.items():
                parameter.grad = grads[p][step].clone()
            if name == "sgd_clipped":
                norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), clip))
            stepper.step()
            for p, parameter in parameters.items():
                after[p].append(parameter.detach().clone())
        tensors |= {f"{name}.{p}": torch.stack(values) for p, values in after.items()}
        if norms:
            tensors[f"{name}.norm"] = torch.stack(norms)

    schedulers = torch.optim.lr_scheduler
    schedules = {
        "step": (schedulers.StepLR, {"step_size": 5, "gamma": 0.5}),
        "exponential": (schedulers.ExponentialLR, {"gamma": 0.9}),
        "cosine": (schedulers.CosineAnnealingLR, {"T_max": epochs, "eta_min": 1e-3}),
        "plateau": (
            schedulers.ReduceLROnPlateau,
            {
                "mode": "min",
                "factor": 0.5,
                "patience": 2,
                "threshold": 1e-4,
                "threshold_mode": "rel",
            },
        ),
    }
    # Two bad epochs and a better one; equal and better by less than the threshold are bad;
    # the count starts again after a reduction.
    metric = [3, 2.5, 2.6, 2.7, 2.4, 2.4, 2.39999, 2.41, 2.3, 2.29999]
    metric += [2.1, 2.1, 2.2, 2.0999, 2.5, 2.5, 2.5, 2, 2.1, 2.1]
    tensors["schedule.metric"] = torch.tensor(metric)
    for name, (scheduler, options) in schedules.items():
        stepper = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
        schedule = scheduler(stepper, **options)
        rates = []
        for epoch in range(epochs):
            rates.append(stepper.param_groups[0]["lr"])
            stepper.step()
            schedule.step(*([metric[epoch]] if name == "plateau" else []))
        tensors[f"schedule.{name}"] = torch.tensor(rates)

    options = {name: json.dumps(options) for name, (_, options) in configurations.items()}
    options |= {f"schedule.{name}": json.dumps(options) for name, (_, options) in schedules.items()}
    save(path, tensors, **options, **{"sgd_clipped.max_norm": clip, "schedule.lr": rate})


def module(path):
    """Linear and Embedding, as layers."""
    seed(path.stem)
    linear, embedding = torch.nn.Linear(3, 5), torch.nn.Embedding(7, 4)
    x, dy = signed((2, 4, 3), (2, 4, 5))
    y = linear(x.requires_grad_())
    (y * dy).sum().backward()
    tensors = {
        "linear.w": linear.weight.t(),
        "linear.b": linear.bias,
        "linear.x": x,
        "linear.y": y,
        "linear.dy": dy,
        "linear.grad.w": linear.weight.grad.t(),
        "linear.grad.b": linear.bias.grad,
        "linear.grad.x": x.grad,
    }
    indices = torch.tensor([[5, 0, 5], [2, 6, 5]], dtype=torch.int32)
    (dy,) = signed((2, 3, 4))
    y = embedding(indices)
    (y * dy).sum().backward()
    tensors |= {
        "embedding.w": embedding.weight,
        "embedding.indices": indices,
        "embedding.y": y,
        "embedding.dy": dy,
        "embedding.grad.w": embedding.weight.grad,
    }
    save(path, tensors)


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    for write in (lstm, rnn, optim, module):
        write(folder / f"{write.__name__}.safetensors")
    for family in sorted(pathlib.Path(__file__).parent.glob("ops*.py")):
        case = Cases()
        importlib.import_module(family.stem).write(case)
        save(folder / f"{family.stem}.safetensors", case.tensors)


if __name__ == "__main__":
    main()
