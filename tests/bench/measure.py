"""Measurements: one process each, started in turn, and the medians over the rounds."""

import itertools
import json
import pathlib
import statistics
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent
LIMIT = 900  # seconds after which a measurement hangs

# The programs of Engram's peers, and what a Python needs to run them.
PEERS = {
    "pytorch": ("pytorch_peer.py", "torch"),
    "onnxruntime": ("onnx_peer.py", "onnxruntime, onnx"),
    "jax": ("jax_peer.py", "jax"),
}

# What a peer can be asked to do differently, beside the number of threads.
SETTINGS = {
    ("train", "pytorch"): {"onednn": ("on", "off"), "embedding": ("dense", "sparse")},
    ("generate", "pytorch"): {"onednn": ("on", "off")},
    ("curvature", "pytorch"): {"onednn": ("on", "off")},
}


class Failed(Exception):
    """A measurement that did not end well, with what it wrote."""


def process(command):
    """What a program writes. A failure carries all that it had to say."""
    command = [str(word) for word in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    except OSError as error:
        raise Failed(f"{command[0]} cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"no end after {LIMIT} s: {' '.join(command)}") from None
    if done.returncode != 0:
        raise Failed(
            f"exit code {done.returncode}: {' '.join(command)}\n{done.stderr or done.stdout}"
        )
    return done.stdout


def measure(command):
    """The JSON object on the last line that a program writes."""
    output = process(command)
    try:
        result = json.loads(output.splitlines()[-1])
        if isinstance(result, dict):
            return result
    except (IndexError, json.JSONDecodeError):
        pass
    raise Failed(f"no JSON object on the last line of {command[0]} {command[1]}:\n{output}")


def medians(results):
    """Results of the same form as one: every number is the median of theirs."""
    first = results[0]
    if isinstance(first, dict):
        return {key: medians([result[key] for result in results]) for key in first}
    if isinstance(first, list):
        return [medians(list(column)) for column in zip(*results)]
    same = all(result == first for result in results)  # a size stays whole, as no median of two is
    if isinstance(first, (int, float)) and not isinstance(first, bool) and not same:
        return statistics.median(results)
    return first


def row(results, key, **names):
    """A line of the JSON file: the medians, and how `key` spread over the rounds."""
    rounds = [result[key] for result in results]
    return {**names, **medians(results), "min": min(rounds), "max": max(rounds), "rounds": rounds}


def speed_of(result):
    """What settings are chosen by."""
    return result.get("tokens_per_second") or 1 / result["product_seconds"]


def peer_of(system):
    """The library that a system is of, for a peer of Engram's; else None."""
    library = system.split("-")[0]
    return library if library in PEERS else None


def thread_counts(most):
    """1, 2, 4 and so on, and `most`."""
    return sorted({2**k for k in range(most.bit_length()) if 2**k < most} | {most})


class Bench:
    """The programs, and the settings that are best for them."""

    def __init__(self, options):
        self.options = options
        self.best = {}

    def systems(self, *known):
        """Those of `known` that were asked for and can run."""
        can_run = [s for s in known if peer_of(s) in (None, *self.options.pythons)]
        return [s for s in can_run if s in self.options.systems]

    def configs(self, known):
        return [config for config in known if config in self.options.configs]

    def run(self, command, system="engram", flags=None):
        program = [self.options.build / "tests" / "bench" / "engram_bench"]
        peer = peer_of(system)
        if peer:
            program = [self.options.pythons[peer], FOLDER / PEERS[peer][0]]
        words = [word for name, value in (flags or {}).items() for word in (f"--{name}", value)]
        return measure([*program, command, *words])

    def speed(self, command, config, system, setting, seconds=None):
        """A result of train or generate."""
        seconds = self.options.seconds if seconds is None else seconds
        flags = {"config": config, "system": system, **setting, "seconds": seconds}
        return self.run(command, system, flags)

    def setting(self, command, config, system):
        """Engram gets the threads that were asked for; of a peer every setting is tried once, for
        a second at most, and the fastest kept."""
        if not peer_of(system):
            return {"threads": self.options.threads}
        key = command, config, system
        if key not in self.best:
            choices = {"threads": thread_counts(self.options.threads), **SETTINGS.get((command, peer_of(system)), {})}
            seconds = min(1, self.options.seconds)
            tried = [dict(zip(choices, values)) for values in itertools.product(*choices.values())]
            found = [self.speed(*key, setting, seconds) for setting in tried]
            self.best[key] = tried[found.index(max(found, key=speed_of))]
        return self.best[key]

    def rounds(self, contestants):
        """Runs each of `contestants`, functions by name, in turn and as often as there are rounds:
        the results of each by name. A machine that slows down slows all of them."""
        results = {name: [] for name in contestants}
        for _ in range(self.options.rounds):
            for name, run in contestants.items():
                results[name].append(run())
        return results
