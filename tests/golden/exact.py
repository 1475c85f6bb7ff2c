#!/usr/bin/env python3
"""Writes exact.safetensors: what ops give in exact arithmetic, rounded once to double.

    python3 exact.py [FOLDER [ROW]...]      (default: the folder of this script, all rows)

Needs mpmath and numpy; gmpy2 makes it faster. Each op is written here a second time, as its
definition says and with no thought of rounding, and evaluated with hundreds of digits; derivatives
are central differences with steps of 1e-60 of the smallest input. Inputs are doubles, seeded by the
names of the row (of tests/op_cases) and of the kind of numbers: a new row leaves the others as they
are.

<row>.in<k>    the inputs. The first axis counts kinds of numbers: `<row>.kinds` in the metadata
<row>.u        what gradients are multiplied by from above
<row>.value    [kinds, 2, ...]: the result, and its spread: what it changes by, root mean square,
               when every input moves by 2^-52 of its size
<row>.grad<k>  [kinds, 3, ...]: the gradient of sum(u y) by input k; its spread, when u moves too;
               and its size: the largest of that gradient, here and where the inputs are moved by up
               to 25%, 1e-3 and 1e-5 (of elementwise ops, of that element alone)

`<row>.moves` in the metadata says 2^-52 of what: "x", or "x - max x".
"""

import json
import pathlib
import random
import struct
import sys
import zlib

import numpy

import exact_elementwise
import exact_losses
import exact_products
import exact_reductions
from exact_numbers import Problem, array, doubles

KINDS = {
    "random": lambda draw, low, high, i: draw.uniform(low, high),
    "offset": lambda draw, low, high, i: 1e7 + draw.randrange(-512, 512) / 256,
    "tiny": lambda draw, low, high, i: draw.uniform(low, high) * 1e-200,
    "huge": lambda draw, low, high, i: draw.uniform(low, high) * 1e200,
    "alternating": lambda draw, low, high, i: (-1) ** i * (1e8 + draw.uniform(low, high)),
    "equal": lambda draw, low, high, i: 0.1,
}


class Exact:
    """Collects rows. Call it with the name of a row, its definition and what to try it on."""

    def __init__(self, wanted):
        self.wanted, self.tensors, self.metadata = wanted, {}, {}

    def __call__(
        self,
        name,
        function,
        *shapes,
        kinds="random offset tiny huge alternating equal",
        low=-2,
        high=2,
        to=None,
        differences=False,
        digits=320,
    ):
        """Of inputs of these shapes. Those numbered `to`, or all, are of each kind in its turn, the
        others random."""
        if not self.is_wanted(name):
            return
        results = []
        for kind in kinds.split():
            draw = random.Random(zlib.crc32(f"{name} {kind}".encode()))
            inputs = []
            for k, shape in enumerate(shapes):
                fill = KINDS[kind if to is None or k in to else "random"]
                x = [fill(draw, low, high, i) for i in range(int(numpy.prod(shape)))]
                inputs.append(numpy.array(x, dtype=float).reshape(shape))
            problem = dict(differences=differences, digits=digits, distances=(0.25, 1e-3, 1e-5))
            results.append(solved(function, inputs, draw, **problem))
        self.add(name, kinds, results, differences)

    def elements(self, name, function, *points, digits=760):
        """An elementwise op of these numbers, each by itself."""
        if not self.is_wanted(name):
            return
        draw = random.Random(zlib.crc32(name.encode()))
        problem = dict(differences=False, digits=digits, distances=())
        each = [
            solved(function, [numpy.array([x]) for x in xs], draw, **problem) for xs in zip(*points)
        ]
        joined = {key: numpy.concatenate([r[key] for r in each], axis=-1) for key in each[0]}
        self.add(name, "elements", [joined], False)

    def is_wanted(self, name):
        return not self.wanted or name in self.wanted

    def add(self, name, kinds, results, differences):
        print(name, flush=True)
        for key in results[0]:
            self.tensors[f"{name}.{key}"] = numpy.stack([result[key] for result in results])
        self.metadata[f"{name}.kinds"] = kinds
        self.metadata[f"{name}.moves"] = "x - max x" if differences else "x"

    def save(self, path):
        metadata = {"generator": "tests/golden/exact.py", **self.metadata}
        header, data = {"__metadata__": metadata}, b""
        for name, x in self.tensors.items():
            begin = len(data)
            data += x.astype("<f8").tobytes()
            header[name] = {"dtype": "F64", "shape": x.shape, "data_offsets": [begin, len(data)]}
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def solved(function, inputs, draw, differences, digits, distances):
    shape = numpy.shape(function(*map(array, inputs)))
    u = [draw.choice((-1, 1)) * draw.uniform(0.5, 2) for _ in range(int(numpy.prod(shape)))]
    problem = Problem(function, inputs, numpy.array(u), differences, digits)
    value, gradient = problem.solve(draw, distances)
    out = {f"in{k}": x for k, x in enumerate(inputs)}
    out["u"] = numpy.reshape(u, shape)
    out["value"] = doubles(numpy.stack([part.reshape(shape) for part in value]))
    for k, parts in enumerate(zip(*[problem.parts(part) for part in gradient])):
        out[f"grad{k}"] = doubles(numpy.stack(parts))
    return out


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    rows = Exact(sys.argv[2:])
    for family in (exact_elementwise, exact_reductions, exact_losses, exact_products):
        family.rows(rows)
    rows.save(folder / "exact.safetensors")
