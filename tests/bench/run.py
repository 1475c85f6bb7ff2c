#!/usr/bin/env python3
"""The benchmark of Engram: beside the bare matrix products it needs, and beside PyTorch.

    ./bench.sh                                                    # everything, on all processors
    ./bench.sh --sections training --configs char-128 --rounds 3  # a part of it
    ./bench.sh --json results.json --report                       # and the tables of the page

Every measurement is a process of its own, and in each round the systems run in turn. Systems that
train are checked to reach the same loss, and those that generate to write the same. PyTorch, JAX
and onnxruntime are optional: --peer-python names a Python that has them, and of their settings the
fastest is taken.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import report
from configs import GENERATION, TRAINING
from measure import FOLDER, PEERS, Bench, Failed, peer_of
from sections import SECTIONS

TOP = FOLDER.parent.parent
PAGE = TOP / "docs" / "performance.md"
SYSTEMS = (
    *("engram", "engram-fused", "gemm-floor"),
    *("pytorch-lstm", "pytorch-primitives", "onnxruntime", "jax"),
)


def names_of(known):
    """A list for the command line, separated by commas; names other than `known` are refused."""

    def parse(words):
        names = words.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(known)}")
        return names

    return parse


def positive(kind):
    def parse(word):
        value = kind(word)
        if not 0 < value < 1e6:
            raise argparse.ArgumentTypeError(f"{word} is not over 0 and below 1,000,000")
        return value

    parse.__name__ = kind.__name__  # what argparse calls it when it is not even a number
    return parse


def can_import(python, modules):
    try:
        return subprocess.run([python, "-c", f"import {modules}"], capture_output=True).returncode == 0
    except OSError:
        return False


def find_pythons(asked, peers):
    """The Python of each peer of Engram's that can run, and a word about those that cannot. One
    that was named must have one of them."""
    python = asked or sys.executable
    found = {peer: python for peer in peers if can_import(python, PEERS[peer][1])}
    if asked and peers and not found:
        sys.exit(f"{python} is no Python that can import torch, jax, or onnxruntime and onnx")
    missing = [peer for peer in peers if peer not in found]
    if missing:
        print(
            f"Skipped, as this Python has no {' and no '.join(missing)}. To measure them too:\n"
            "  python3 -m venv build/venv\n"
            "  build/venv/bin/pip install torch==2.13.0 onnxruntime onnx jax\n"
            "  ./bench.sh --peer-python build/venv/bin/python\n"
        )
    return found


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    configs = (*TRAINING, *GENERATION)
    for flag, known in (("configs", configs), ("systems", SYSTEMS), ("sections", (*SECTIONS,))):
        parser.add_argument(
            f"--{flag}",
            type=names_of(known),
            default=known,
            metavar="A,B",
            help=f"some of {', '.join(known)}",
        )
    parser.add_argument("--rounds", type=positive(int), default=5, help="how often; 5")
    parser.add_argument(
        "--seconds", type=positive(float), default=3.0, help="of each measurement; 3"
    )
    parser.add_argument(
        "--threads",
        type=positive(int),
        default=len(os.sched_getaffinity(0)),
        help="at most; default: one a processor",
    )
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="for all the numbers")
    parser.add_argument("--report", action="store_true", help="tables into docs/performance.md")
    parser.add_argument(
        "--peer-python",
        default=os.environ.get("ENGRAM_PEER_PYTHON"),
        metavar="PATH",
        help="a Python with torch, jax and onnxruntime; default: ENGRAM_PEER_PYTHON, or this one",
    )
    options = parser.parse_args()
    options.build = TOP / "build" / os.environ.get("PRESET", "release")
    options.data = pathlib.Path(os.environ.get("ENGRAM_DATA", TOP.parent / "shared" / "data"))
    peers = dict.fromkeys(peer_of(system) for system in options.systems if peer_of(system))
    options.pythons = find_pythons(options.peer_python, list(peers))
    if options.report:
        report.around_tables(PAGE)  # better now than after an hour
    return options


def about(bench):
    facts = bench.run("about")
    for peer in bench.options.pythons:
        facts[peer] = bench.run("about", peer)["library"]
    options = bench.options
    return {
        **facts,
        "threads": options.threads,
        "rounds": options.rounds,
        "seconds": options.seconds,
    }


def run(options):
    """All that was asked for, printed as it comes."""
    bench = Bench(options)
    results = {"about": about(bench)}
    print(report.machine(results["about"]))
    for name in options.sections:
        rows = results[name] = []
        for more in SECTIONS[name](bench):
            rows += more
        if rows:
            print(report.section(name, rows), flush=True)
    return results


def write(path, results):
    """In one go: whoever reads the file finds all of it or the one before."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(json.dumps(results, indent=1) + "\n")
    unfinished.replace(path)


def main():
    options = arguments()
    try:
        results = run(options)
    except Failed as failure:
        sys.exit(f"The benchmark failed: {failure}")
    except KeyboardInterrupt:
        sys.exit("The benchmark was stopped; nothing was written.")
    if options.json:
        write(options.json, results)
    if options.report:
        report.insert(results, PAGE)


if __name__ == "__main__":
    main()
