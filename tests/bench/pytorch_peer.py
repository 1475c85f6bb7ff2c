#!/usr/bin/env python3
"""One measurement of PyTorch, as engram_bench makes those of Engram: run.py starts both.

    python3 pytorch_peer.py train --config char-128 --system pytorch-lstm --threads 2 --seconds 3
    python3 pytorch_peer.py generate --config gen-65-128 --threads 1 --seconds 3
    python3 pytorch_peer.py chain
    python3 pytorch_peer.py about

The last line on standard output is a JSON object. Needs torch, and Linux to measure memory.
"""

import argparse
import ctypes
import json
import pathlib
import re
import statistics
import time

import torch

from configs import GENERATION, TRAINING, WRITTEN
from pytorch_models import LSTMS, LanguageModel, batches
from timing import median_seconds

CHAIN = 100_000  # Engram's chain is ten times as long: this one takes seconds from Python


def memory(what):
    """Bytes of this process that are in memory: now (VmRSS) or at most so far (VmHWM)."""
    status = pathlib.Path("/proc/self/status").read_text()
    return 1024 * int(re.search(rf"{what}:\s*(\d+)", status)[1])


def growth(work):
    """By how many bytes the process grows at most during `work`."""
    # Memory that was freed and kept would be used again and not be seen; 5 forgets the old peak.
    ctypes.CDLL(None).malloc_trim(0)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    work()
    return memory("VmHWM") - before


def clip(parameters, limit):
    """torch.nn.utils.clip_grad_norm_, which knows no sparse gradients, for both kinds."""
    for p in parameters:
        if p.grad.is_sparse:
            p.grad = p.grad.coalesce()
    values = [p.grad._values() if p.grad.is_sparse else p.grad for p in parameters]
    norm = torch.nn.utils.get_total_norm(values, foreach=True)
    torch._foreach_mul_(values, torch.clamp(limit / (norm + 1e-6), max=1.0))


class Training:
    """Truncated backpropagation through time: the state is carried, the gradient is not."""

    def __init__(self, options):
        config = TRAINING[options.config]
        self.config = config._replace(steps=options.steps or config.steps)
        self.model = LanguageModel(self.config, options.system, options.embedding == "sparse")
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.SGD(self.parameters, lr=0.1)
        self.batches = batches(self.config)
        self.state = self.model.lstm.no_state(self.config.batch)
        self.steps = 0

    def loss(self, x, y, state):
        logits, state = self.model(x, state)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
        return loss, tuple(s.detach() for s in state)

    def step(self):
        x, y = self.batches[self.steps % len(self.batches)]
        loss, self.state = self.loss(x, y, self.state)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip(self.parameters, 5.0)
        self.optimizer.step()
        self.steps += 1
        return loss.item()

    def peak_bytes(self):
        """What one forward and backward needs beside weights and gradients.

        Engram's figure is what the pools of its tapes hold, which has neither. So the gradients
        and what the libraries keep for themselves are made first, by a step of one lane that does
        not change the weights. Sparse gradients are as small as the batch and count as part of it.
        """
        x, y = self.batches[0]
        self.loss(x[:2, :1], y[:2, :1], self.model.lstm.no_state(1))[0].backward()
        for p in self.parameters:
            if p.grad.is_sparse:
                p.grad = None
            else:
                p.grad.zero_()
        return growth(lambda: self.loss(x, y, self.state)[0].backward())


def train(options):
    training = Training(options)
    peak_bytes = training.peak_bytes()
    loss = [training.step() for _ in range(5)][-1]
    ends = [time.perf_counter()]
    while ends[-1] - ends[0] < options.seconds:
        training.step()
        ends.append(time.perf_counter())
    seconds = statistics.median(b - a for a, b in zip(ends, ends[1:]))
    return {
        "tokens_per_second": training.config.tokens / seconds,
        "loss": loss,
        "peak_bytes": peak_bytes,
        "library": f"PyTorch {torch.__version__}",
    }


def curvature(options):
    """The gradient, and by the gradient of <gradient, v> the product with the Hessian, for the
    weights themselves as v."""
    training = Training(options)
    x, y = training.batches[0]
    state = training.model.lstm.no_state(training.config.batch)

    def gradient(record=False):
        loss, _ = training.loss(x, y, state)
        return torch.autograd.grad(loss, training.parameters, create_graph=record)

    def product():
        v = [p.detach() for p in training.parameters]
        return torch.autograd.grad(gradient(True), training.parameters, v)

    one, all_ = (median_seconds(f, options.seconds / 2) for f in (gradient, product))
    return {
        "gradient_seconds": one,
        "product_seconds": all_,
        "gradients": all_ / one,
        "norm": torch.cat([v.flatten() for v in product()]).double().norm().item(),
        "library": f"PyTorch {torch.__version__}",
    }


@torch.inference_mode()
def generate(options):
    config = GENERATION[options.config]
    model = LanguageModel(config, options.system).eval()
    token, state = torch.zeros(1, 1, dtype=torch.int64), model.lstm.no_state(1)
    taken, warm, end, written = [], 50, None, []
    while end is None or taken[-1] < end:
        logits, state = model(token, state)
        token = logits.argmax(-1)
        number = token.item()  # a program that writes needs the number
        if len(written) < WRITTEN:
            written.append(number)
        taken.append(time.perf_counter())
        if len(taken) == warm:
            end = taken[-1] + options.seconds
    taken = taken[warm - 1 :]
    latencies = [1e6 * (b - a) for a, b in zip(taken, taken[1:])]
    percentiles = statistics.quantiles(latencies, n=100, method="inclusive")
    return {
        "tokens_per_second": 1e6 / percentiles[49],
        "latency_us": {f"p{p}": percentiles[p - 1] for p in (50, 90, 99)},
        "written": written,
        "library": f"PyTorch {torch.__version__}",
    }


def chain(options):
    """y = 1.0000001 y, again and again: what recording and going back cost by themselves."""

    def run(nodes):
        x = y = torch.ones((), requires_grad=True)
        for _ in range(nodes):
            y = y * 1.0000001
        y.backward()
        return x.grad

    run(1000)
    bytes_ = growth(lambda: run(CHAIN))
    start = time.perf_counter()
    run(CHAIN)
    seconds = time.perf_counter() - start
    return {
        "nanoseconds_per_node": 1e9 * seconds / CHAIN,
        "bytes_per_node": bytes_ / CHAIN,
        "nodes": CHAIN,
    }


def about(options):
    return {"library": f"PyTorch {torch.__version__}", "build": torch.__config__.show()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    known = ((train, TRAINING), (curvature, TRAINING), (generate, GENERATION), (chain, ()), (about, ()))
    for command, configs in known:
        sub = commands.add_parser(command.__name__)
        sub.set_defaults(run=command)
        sub.add_argument("--threads", type=int, default=1)
        sub.add_argument("--onednn", choices=("on", "off"), default="on")
        if configs:
            sub.add_argument("--config", choices=configs, required=True)
            sub.add_argument("--system", choices=LSTMS, default="pytorch-lstm")
            sub.add_argument("--seconds", type=float, default=3.0)
    for command in ("train", "curvature"):
        flags = commands.choices[command]
        flags.add_argument("--steps", type=int, help="in place of the configuration's")
        flags.add_argument("--embedding", choices=("dense", "sparse"), default="dense")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.backends.mkldnn.set_flags(_enabled=options.onednn == "on")
    print(json.dumps(options.run(options)))


if __name__ == "__main__":
    main()
