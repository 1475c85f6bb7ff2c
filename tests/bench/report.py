#!/usr/bin/env python3
"""The tables of the benchmark's results, for people and for docs/performance.md.

    python3 tests/bench/report.py results.json                       # prints them
    python3 tests/bench/report.py results.json docs/performance.md   # puts them between the marks

A ratio is the median of the rounds' ratios: the systems of a round ran one after the other, so that
a machine that was slower for a while does not show.
"""

import argparse
import json
import pathlib
import re
import statistics
import sys

BEGIN, END = "<!-- tables -->", "<!-- end tables -->"
MISSING = "-"


def number(value):
    """Three digits that matter, or more where they are whole."""
    if value is None:
        return MISSING
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(head, lines):
    """Markdown whose columns also line up without it; the first is text, the others numbers."""
    lines = [[str(cell) for cell in line] for line in [head, *lines]]
    widths = [max(map(len, column)) for column in zip(*lines)]

    def line(cells):
        padded = [cells[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        return f"| {' | '.join(padded)} |"

    rule = "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])])
    return "\n".join([line(lines[0]), f"|{rule}|", *map(line, lines[1:])])


def ratio(rows, over, under):
    """Of two lines of results, by their rounds."""
    if over not in rows or under not in rows:
        return MISSING
    pairs = zip(rows[over]["rounds"], rows[under]["rounds"])
    return f"{statistics.median(a / b for a, b in pairs):.2f}"


def grouped(rows, outer, inner):
    """{row[outer]: {row[inner]: row}}"""
    groups = {}
    for row in rows:
        groups.setdefault(row[outer], {})[row[inner]] = row
    return groups


def by_system(rows, value, ratios, of_rows):
    """A line a configuration: the value of each system, then ratios of pairs of systems."""
    groups = grouped(rows, "config", "system")
    systems = list(dict.fromkeys(row["system"] for row in rows))
    ratios = [pair for pair in ratios if set(pair) <= set(systems)]
    head = ["configuration", *systems, *(f"{over} / {under}" for over, under in ratios)]
    return table(
        head,
        (
            [
                config,
                *(number(group[s][value]) for s in systems),
                *(of_rows(group, *pair) for pair in ratios),
            ]
            for config, group in groups.items()
        ),
    )


PEERS = [("engram", "pytorch-lstm"), ("engram", "pytorch-primitives")]


def training(rows):
    floors = [("engram", "gemm-floor"), ("engram-fused", "gemm-floor")]
    return by_system(rows, "tokens_per_second", floors + PEERS, ratio)


def memory(rows):
    def of_rows(group, over, under):
        return f"{group[over]['bytes_per_token'] / group[under]['bytes_per_token']:.2f}"

    fused = [("engram-fused", peer) for _, peer in PEERS]
    return by_system(rows, "bytes_per_token", PEERS + fused, of_rows)


def generation(rows):
    head = ["configuration", "system", "threads", "tokens/s", "p50 µs", "p90 µs", "p99 µs"]
    head += ["floor µs", "floor / p50", "engram / it"]
    lines = []
    for config, group in grouped(rows, "config", "system").items():
        for system, row in group.items():
            latency, floor = row["latency_us"], row.get("floor_us")
            lines.append(
                [config, system, row["threads"], number(row["tokens_per_second"])]
                + [number(latency[p]) for p in ("p50", "p90", "p99")]
                + [number(floor), number(floor and floor / latency["p50"])]
                + [MISSING if system == "engram" else ratio(group, "engram", system)]
            )
    return table(head, lines)


def curvature(rows):
    head = ["system", "threads", "ms a gradient", "ms a product", "gradients a product"]
    return table(
        head,
        (
            [row["system"], row["threads"], number(1e3 * row["gradient_seconds"])]
            + [number(1e3 * row["product_seconds"]), f"{row['gradients']:.2f}"]
            for row in rows
        ),
    )


def chain(rows):
    head = ["system", "nanoseconds a node", "bytes a node"]
    keys = ("nanoseconds_per_node", "bytes_per_node")
    return table(head, ([row["system"], *(number(row[key]) for key in keys)] for row in rows))


def scaling(rows):
    def exponent(value):
        return MISSING if value is None else f"{value:.2f}"

    return table(
        ["over", "sizes", "measured", "at each size", "exponent", "of the last two"],
        (
            [row["over"], " ".join(map(number, row["sizes"])), row["measured"]]
            + [" ".join(map(number, row["values"]))]
            + [exponent(row["exponent"]), exponent(row["last_exponent"])]
            for row in rows
        ),
    )


def embedding(rows):
    [row] = rows
    head = ["µs a step", *(f"{number(size)} rows" for size in row["rows"]), "ratio"]
    return table(
        head,
        (
            [optimizer, *(number(1e6 * s) for s in seconds), f"{seconds[-1] / seconds[0]:.2f}"]
            for optimizer, seconds in row["seconds"].items()
        ),
    )


def threads(rows):
    groups = grouped(rows, "config", "threads")
    counts = sorted({row["threads"] for row in rows})
    head = ["tokens/s", *(f"threads: {n}" for n in counts), "ratio"]
    return table(
        head,
        (
            [
                config,
                *(number(group[n]["tokens_per_second"]) for n in counts),
                ratio(group, counts[-1], counts[0]),
            ]
            for config, group in groups.items()
        ),
    )


def program(rows):
    head = ["program", "threads", "seconds", "tokens/s", "held-out loss", "seconds / engram's"]
    group = {row["system"]: row for row in rows}
    return table(
        head,
        (
            [row["system"], row["threads"], number(row["seconds"])]
            + [number(row["tokens_per_second"]), f"{row['held_out_loss']:.3f}"]
            + [ratio(group, row["system"], "engram")]
            for row in rows
        ),
    )


# The sections in the order of the page: what each shows.
TABLES = {
    "training": ("Training, tokens a second", training),
    "generation": ("Generation, one token after the other", generation),
    "curvature": ("The Hessian of char-128 times a vector, in gradients", curvature),
    "chain": ("A chain of scalar products (of 100,000 in PyTorch), there and back", chain),
    "scaling": ("A step of an LSTM layer against its size", scaling),
    "memory": ("Memory of backpropagation through time, bytes a token", memory),
    "embedding": ("A step of an embedding with many rows", embedding),
    "threads": ("More threads", threads),
    "program": ("One epoch of tiny Shakespeare, the whole program", program),
}


def section(name, rows):
    """Title and table of a section, or nothing when nothing was measured."""
    title, make = TABLES[name]
    return f"### {title}\n\n{make(rows)}\n" if rows else ""


def machine(about):
    """What was measured on what: a sentence for each fact."""
    return "".join(f"- {name}: {value}\n" for name, value in about.items())


def text(results):
    sections = (section(name, results.get(name)) for name in TABLES)
    return "\n".join(part for part in (machine(results["about"]), *sections) if part)


def around_tables(page):
    """What stands before and after the tables of a page. Exits when it has no place for them."""
    contents = page.read_text() if page.exists() else ""
    found = re.fullmatch(f"(.*{BEGIN}\n).*({END}.*)", contents, re.DOTALL)
    if not found:
        sys.exit(f"{page} has no lines {BEGIN} and {END} to put the tables between")
    return found.groups()


def insert(results, page):
    before, after = around_tables(page)
    page.write_text(before + text(results) + after)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("page", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    results = json.loads(options.results.read_text())
    if options.page:
        insert(results, options.page)
    else:
        print(text(results), end="")


if __name__ == "__main__":
    main()
