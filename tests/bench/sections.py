"""What is measured: each section yields the lines of its table, one configuration at a time."""

import json
import pathlib
import tempfile
import time
from functools import partial

from configs import GENERATION, TRAINING
from measure import FOLDER, Failed, medians, process, row, thread_counts

SPEED = "tokens_per_second"
NORMS_AGREE = 1e-3  # relative, of products with a Hessian
LOSSES_AGREE = 1e-5  # relative; at these weights the loss differs by 1e-4 from batch to batch


def in_turn(bench, command, config, systems):
    """Lines of several systems at one configuration."""
    settings = {system: bench.setting(command, config, system) for system in systems}
    results = bench.rounds(
        {s: partial(bench.speed, command, config, s, settings[s]) for s in systems}
    )
    return [row(results[s], SPEED, config=config, system=s, **settings[s]) for s in systems]


def rounds_of_engram(bench, command):
    """Of what only Engram measures: the results of its rounds, or nothing."""
    flags = {"seconds": bench.options.seconds}
    run = partial(bench.run, command, flags=flags)
    return bench.rounds({s: run for s in bench.systems("engram")}).values()


def check_losses(rows):
    """Systems whose losses differ do not compute the same, and their speeds mean nothing."""
    losses = {row["system"]: row["loss"] for row in rows if row["loss"] is not None}
    for loss in losses.values():
        expected = next(iter(losses.values()))
        if not abs(loss - expected) <= LOSSES_AGREE * abs(expected):  # also when it is no number
            raise Failed(f"{rows[0]['config']}: the losses of step 5 differ: {losses}")


def check_writing(rows):
    """Systems that do not write the same do not compute the same."""
    written = {row["system"]: row["written"] for row in rows}
    if any(tokens != rows[0]["written"] for tokens in written.values()):
        raise Failed(f"{rows[0]['config']}: what is written differs: {written}")


def training(bench):
    systems = bench.systems(
        "engram", "engram-fused", "gemm-floor", "pytorch-lstm", "pytorch-primitives"
    )
    for config in bench.configs(TRAINING):
        rows = in_turn(bench, "train", config, systems)
        check_losses(rows)
        yield rows


def generation(bench):
    systems = bench.systems("engram", "pytorch-lstm", "onnxruntime")
    for config in bench.configs(GENERATION):
        rows = in_turn(bench, "generate", config, systems)
        check_writing(rows)
        yield rows


def curvature(bench):
    """A Hessian times a vector, in gradients."""
    systems = bench.systems("engram", "pytorch-primitives", "jax")
    for config in bench.configs(("char-128",)):
        settings = {s: bench.setting("curvature", config, s) for s in systems}
        run = {s: partial(bench.speed, "curvature", config, s, settings[s]) for s in systems}
        found = bench.rounds(run)
        rows = [row(found[s], "gradients", config=config, system=s, **settings[s]) for s in systems]
        norms = {r["system"]: r["norm"] for r in rows}
        first = next(iter(norms.values()))
        if any(not abs(norm - first) <= NORMS_AGREE * first for norm in norms.values()):
            raise Failed(f"{config}: the products have other norms: {norms}")
        yield rows


def chain(bench):
    results = bench.rounds(
        {s: partial(bench.run, "chain", s) for s in bench.systems("engram", "pytorch-lstm")}
    )
    yield [
        row(found, "nanoseconds_per_node", system=s.removesuffix("-lstm"))
        for s, found in results.items()
    ]


def scaling(bench):
    """Time and memory of a step against its size, with the exponents of their growth."""
    for found in rounds_of_engram(bench, "scaling"):
        yield medians(found)["rows"]


def memory(bench):
    """What a token adds to the peak of a training step: that of twice the steps less that of the
    steps, so that weights, their gradients and tables do not count. The peak is the same in every
    step: one short measurement shows it."""
    systems = bench.systems("engram", "engram-fused", "pytorch-lstm", "pytorch-primitives")
    for config in bench.configs(TRAINING):
        sizes, rows = TRAINING[config], []
        for system in systems:
            setting = bench.setting("train", config, system)
            once, twice = (
                bench.speed("train", config, system, {**setting, "steps": n * sizes.steps}, 0.1)
                for n in (1, 2)
            )
            per_token = (twice["peak_bytes"] - once["peak_bytes"]) / sizes.tokens
            names = {"config": config, "system": system, **setting}
            rows.append({**names, "bytes_per_token": per_token})
        yield rows


def embedding(bench):
    yield [medians(found) for found in rounds_of_engram(bench, "embedding")]


def threads(bench):
    """Engram on one thread and on all."""
    if not bench.systems("engram"):
        return
    for config in bench.configs(("char-128", "ptb-medium")):
        measured = partial(bench.speed, "train", config, "engram")
        results = bench.rounds(
            {n: partial(measured, {"threads": n}) for n in {1, bench.options.threads}}
        )
        yield [row(found, SPEED, config=config, threads=n) for n, found in results.items()]


def epoch(command, text, threads, more=()):
    """One epoch of a whole program, with the flags that Engram's and PyTorch's both know."""
    flags = ["--text", text, "--layers", 2, "--hidden", 128, "--embedding", 128]
    flags += ["--batch", 50, "--steps", 50, "--epochs", 1, "--optimizer", "adam"]
    flags += ["--learning-rate", 2e-3, "--clip", 5, "--dropout", 0, "--train-fraction", 0.95]
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        process([*command, *flags, "--threads", threads, "--out", out, *more])
        seconds = time.perf_counter() - start
        lines = (pathlib.Path(out) / "metrics.jsonl").read_text().splitlines()
    train, valid = (json.loads(line) for line in lines)
    return {"seconds": seconds, SPEED: train[SPEED], "held_out_loss": valid["loss"]}


def program(bench):
    """Tiny Shakespeare, from the start of the program to its end."""
    text = bench.options.data / "tinyshakespeare" / "input.txt"
    if not text.exists():
        print(f"program: skipped, there is no {text} (ENGRAM_DATA names the folder of data)")
        return
    commands = {
        "engram": [
            *(bench.options.build / "examples" / "language_model", "train"),
            *("--report-every", 10**6),  # one report, over the whole epoch, as PyTorch's makes
        ],
        "pytorch-lstm": [
            bench.options.pythons.get("pytorch"),
            FOLDER.parent / "golden" / "reference_language_model.py",
        ],
    }
    counts = {"engram": bench.options.threads}
    systems = bench.systems(*commands)
    if "pytorch-lstm" in systems:
        short = partial(epoch, commands["pytorch-lstm"], text, more=["--limit", 40])
        tried = thread_counts(bench.options.threads)
        counts["pytorch-lstm"] = max(tried, key=lambda n: short(n)[SPEED])
    results = bench.rounds({s: partial(epoch, commands[s], text, counts[s]) for s in systems})
    yield [
        row(found, "seconds", system=s.removesuffix("-lstm"), threads=counts[s])
        for s, found in results.items()
    ]


SECTIONS = {
    section.__name__: section
    for section in (training, generation, curvature, chain, scaling, memory, embedding, threads, program)
}
