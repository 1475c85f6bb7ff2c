#!/usr/bin/env python3
"""Files of the safetensors package, and what it thinks of ours.

    python3 interchange.py                 writes tests/golden/interchange/ again
    python3 interchange.py check FOLDER    reads the files in FOLDER, which Engram has written, and
                                           compares them with those of the same name written here

Needs torch, numpy and safetensors (0.8.0). Every file holds at most one string of metadata, because
the package writes several in any order. What is in them:

dtypes         for each dtype D a tensor D, and what torch makes of it: D.F64, and D.F32 where that is
               finite.
half           F16: all 65,536 numbers, as F16 and F32. x: floats of all sizes, between two numbers of
               16 bits and on the border between two of them; x.F16 and x.BF16: as torch rounds them.
batch_norm     the state of a Linear and a BatchNorm1d, as PyTorch names it, with its I64 scalar
               num_batches_tracked.
others         dtypes that no array has: F8_E4M3, F8_E5M2, F8_E8M0, C64; and w, F32.
names          names with blanks, quotes, newlines, and none.
empty          scalars, and tensors of no elements.
metadata       no tensor, one string.
tied           two modules with one weight, saved by save_model, which writes it once.
headers.json   headers, the bytes of data that follow, and whether the package reads them; `differs`
               says why Engram does not do the same.
"""

import json
import pathlib
import random
import re
import struct
import sys

import numpy
import safetensors
import torch
from safetensors.torch import load_file, save_file, save_model

HERE = pathlib.Path(__file__).parent / "interchange"


def dtypes():
    def integers(bits, signed):
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        some = {low, low + 1, -1, 0, 1, 100, (1 << 24) + 1, (1 << 53) + 1, high // 2 + 1, high - 1, high}
        return sorted(x for x in some if low <= x <= high)

    floats = [0.0, -0.0, 1.0, -1.5, 0.1, 65504.0, 2.0**-24, 2.0**-14, 3e38, 1e-40]
    floats += [float("inf"), float("-inf"), float("nan")]
    out = {"BOOL": torch.tensor([False, True, True])}
    for kind in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"):
        bits, signed = int(kind.lstrip("uint")), kind[0] == "i"
        numbers = torch.from_numpy(numpy.array(integers(bits, signed), dtype=kind))
        out[f"{'I' if signed else 'U'}{bits}"] = numbers
    for name, kind in (("F16", torch.float16), ("BF16", torch.bfloat16), ("F32", torch.float32)):
        out[name] = torch.tensor(floats, dtype=kind).reshape(1, -1)
    out["F64"] = torch.tensor(floats + [2.0**-1074, 1 + 2.0**-52], dtype=torch.float64)
    for name in list(out):
        out[f"{name}.F64"] = out[name].to(torch.float64, copy=True)
        out[f"{name}.F32"] = out[name].to(torch.float32, copy=True)
    return out


def half():
    torch.manual_seed(0)
    every = torch.arange(65536, dtype=torch.int32).to(torch.uint16).view(torch.float16)
    sizes = torch.randint(-150, 128, (2000,)).to(torch.float64)
    xs = [(torch.rand(2000, dtype=torch.float64) + 1) * 2**sizes * (torch.rand(2000) - 0.5).sign()]
    for kind in (torch.float16, torch.bfloat16):
        bits = torch.randint(0, 0x7BFF if kind == torch.float16 else 0x7F7F, (500,)).to(torch.int32)
        low, high = (b.to(torch.uint16).view(kind).to(torch.float64) for b in (bits, bits + 1))
        middle = (low + high) / 2
        xs += [middle, middle * (1 - 2.0**-23), middle * (1 + 2.0**-23)]
    edges = torch.tensor([65519.0, 65520.0, -65535.0, 3.4028235e38, -3.4e38], dtype=torch.float64)
    x = torch.cat([*xs, edges]).to(torch.float32)
    return {
        "F16": every,
        "F32": every.to(torch.float32),
        "x": x,
        "x.F16": x.to(torch.float16),
        "x.BF16": x.to(torch.bfloat16),
    }


def batch_norm():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    net(torch.randn(5, 3))
    return net.state_dict()


def others():
    some = torch.arange(8, dtype=torch.uint8)
    kinds = {
        "F8_E4M3": torch.float8_e4m3fn,
        "F8_E5M2": torch.float8_e5m2,
        "F8_E8M0": torch.float8_e8m0fnu,
        "C64": torch.complex64,
    }
    out = {name: some.clone().view(kind) for name, kind in kinds.items()}
    return out | {"w": torch.tensor([1.0, 2.0, 3.0])}


def names():
    some = ["", " ", 'a "quoted" one', "two\nlines", "tab\tand \\", "\x1b[31mred", "Grüße", "重み", "😀"]
    some += ["a.b/c", "w\u2028w", "__metadata", "x" * 1000, "null\0byte"]
    return {name: torch.tensor([float(k)]) for k, name in enumerate(some)}


def empty():
    return {
        "scalar": torch.tensor(2.5),
        "flag": torch.tensor(True),
        "count": torch.tensor(7, dtype=torch.int64),
        "none": torch.zeros(0),
        "none.too": torch.zeros(3, 0, 2),
        "none.F16": torch.zeros(0, 2, dtype=torch.float16),
        "none.U8": torch.zeros(0, dtype=torch.uint8),
        "w": torch.ones(1, 1, 1, 1, 1, 1, 1),
        "long": torch.ones(1, 1, 1, 1, 1, 1, 1, 2),
    }


class Tied(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embedding = torch.nn.Embedding(3, 2)
        self.readout = torch.nn.Linear(2, 3, bias=False)
        self.readout.weight = self.embedding.weight


FILES = {
    "dtypes": dtypes,
    "half": half,
    "batch_norm": batch_norm,
    "others": others,
    "names": names,
    "empty": empty,
    "metadata": dict,
}


def write():
    HERE.mkdir(exist_ok=True)
    for name, tensors in FILES.items():
        save_file(tensors(), HERE / f"{name}.safetensors", metadata={"of": f'"{name}"\n'})
    save_model(Tied(), str(HERE / "tied.safetensors"))
    for path in HERE.glob("*.safetensors"):
        path.chmod(0o644)  # the package makes them private
    lines = ",\n".join(json.dumps(verdict(*case)) for case in headers())
    (HERE / "headers.json").write_text(f"[\n{lines}\n]\n")


# ---- headers -----------------------------------------------------------------------------------


def tensor(dtype="F32", shape="[1]", offsets="[0,4]", name="w", more=""):
    return f'"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}{more}}}'


def headers():
    """Headers and the bytes after them: some thought of, and changed ones of a good one."""

    def table(*tensors):
        return "{" + ",".join(tensors) + "}"

    good = table(tensor())
    for end in ("", " ", "\n\t\r ", "\0", " \0", "x", "{}", ","):
        yield good + end, 4
    for begin in (" ", "\n", "\ufeff", "\0"):
        yield begin + good, 4
    for header in ("", "{", "[]", "{}", "{}}", "null", '"a"', "{]", '{"a"}', '{"w":[}', "[" * 200, '{"w":' * 200):
        yield header, 0
    for n in (0, 3, 5, 4000):
        yield good, n
    metadata = ("{}", "null", "1", '"a"', "[]", '{"a":"b"}', '{"a":1}', '{"a":null}', '{"a":{}}')
    for value in (*metadata, '{"a":["b"]}', '{"a":"b","a":"c"}', '{"":""}', '{"\\ud83d\\ude00":"\\n"}'):
        yield table(f'"__metadata__":{value}', tensor()), 4
    for one in ("{}", "null"):
        yield table(f'"__metadata__":{one}', f'"__metadata__":{one}', tensor()), 4
    yield table(tensor(name="__metadata__")), 4
    for name in ("", " ", "\\n", "\\u0000", "\\ud800", "\\udc00\\ud800", "\n", "\x7f", "é", "\\x"):
        yield table(tensor(name=name)), 4
    for name in (b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"):
        yield b'{"' + name + good.encode()[3:], 4
    yield table(tensor(), tensor()), 4
    yield table(tensor(), tensor(name="\\u0077", offsets="[4,8]")), 8
    for dtype in ("f32", "F33", "", "F32 ", "BF16", "U8", "F64"):
        yield table(tensor(dtype)), 4
    sizes = (("C64", 8, 1), ("F4", 1, 2), ("F4", 1, 1), ("F4", 2, 3), ("F6_E2M3", 3, 4), ("F6_E3M2", 1, 1))
    for dtype, size, count in (*sizes, ("F8_E8M0", 1, 1), ("F8_E4M3FNUZ", 1, 1), ("F8_E5M2FNUZ", 1, 1)):
        yield table(tensor(dtype, f"[{count}]", f"[0,{size}]")), size
    shapes = "1 [] [[1]] [1.0] [1e0] [-1] [-0] [01] [+1] [1,] [,1] [null] [true] [{}] [1,1,1,1,1,1,1,1] [2]"
    shapes += " [4294967296,4294967296] [18446744073709551615] [18446744073709551616] [0]"
    shapes += " [4611686018427387905] [9223372036854775808,2,1] [1,4611686018427387904,4,1]"
    for shape in (*shapes.split(), '["1"]', "[" + ",".join(["1"] * 65) + "]"):
        yield table(tensor(shape=shape)), 4
    for shape in ("[0]", "[0,9223372036854775807,9]", "[9223372036854775807,9,0]", "[0,18446744073709551616]"):
        yield table(tensor(shape=shape, offsets="[0,0]")), 0
    places = "[0,3] [4,0] [4] [] [0,4,4] [0,4,null] 4 [-1,3] [0.0,4] [0,1e1] [0,18446744073709551615]"
    places += " [18446744073709551612,18446744073709551616] [4,8] [[0,4]]"
    for offsets in places.split():
        yield table(tensor(offsets=offsets)), 4
    for a, b in (("[0,4]", "[4,8]"), ("[4,8]", "[0,4]"), ("[0,4]", "[0,4]"), ("[0,4]", "[2,6]"), ("[0,4]", "[5,9]")):
        yield table(tensor(name="a", offsets=a), tensor(offsets=b)), 9 if b == "[5,9]" else 8
    for at in (0, 2, 4, 5):
        yield table(tensor(shape="[0]", offsets=f"[{at},{at}]", name="a"), tensor()), 4
    yield table(tensor("U8", "[3]", "[0,3]", "a"), tensor(offsets="[3,7]")), 7
    for more in (',"dtype":"F32"', ',"more":1', ',"more":{"a":[{"b":null}]},"x":"y"', ',"more":' + "[" * 300):
        yield table(tensor(more=more)), 4
    yield table(tensor(more=',"m":1,"m":2')), 4
    for value in ("null", "1", "true", "[]", '["F32",[1],[0,4]]', "{}", '{"dtype":"F32","shape":[1]}'):
        yield table(f'"w":{value}'), 4
    two = table('"__metadata__":{"a":"b"}', tensor(), tensor("BF16", "[2,1]", "[4,8]", "v")).encode()
    chance = random.Random(0)
    for _ in range(400):
        changed = bytearray(two)
        for _ in range(chance.choice((1, 1, 2))):
            at = chance.randrange(len(changed))
            new = chance.choice(b'{}[]":,0149.-e\\ \0\xffa')
            kind = chance.randrange(4)
            if kind == 0:
                changed[at] = new
            elif kind == 1:
                changed.insert(at, new)
            elif kind == 2:
                del changed[at]
            else:
                changed[at:at] = changed[at : at + chance.randrange(1, 60)]
        yield bytes(changed), 8


def refused(header, data):
    try:
        safetensors.deserialize(struct.pack("<Q", len(header)) + header + bytes(data))
    except safetensors.SafetensorError as error:
        return str(error)


def verdict(header, data):
    raw = header.encode() if isinstance(header, str) else header
    out = {"data": data}
    try:
        out["header"] = raw.decode()
    except UnicodeDecodeError:
        out["hex"] = raw.hex()
    refusal = refused(raw, data)
    out["accepted"] = refusal is None
    if refusal:
        unknown = re.search("unknown variant `(.*?)`", refusal)
        if unknown and any(
            refused(raw.replace(f'"{unknown[1]}"'.encode(), known), data) is None
            for known in (b'"F32"', b'"BF16"')
        ):
            out["differs"] = "a dtype that nobody asks for refuses no file"
        return out
    if not raw.startswith(b"{"):
        out["differs"] = "the format wants { first"
        return out
    table = json.loads(raw, object_pairs_hook=list)
    strings = [pairs for name, pairs in table if name == "__metadata__" and pairs]
    for pairs in (table, *strings):
        if len(dict(pairs)) < len(pairs):
            out["differs"] = "the format wants no name twice"
    for name, pairs in table:
        if pairs and not isinstance(pairs[0], tuple):
            out["differs"] = "the format wants a table"
        elif name != "__metadata__" and len(dict(pairs)["shape"]) > 64:
            out["differs"] = "no tool has so many axes"
    return out


# ---- what others read of ours ------------------------------------------------------------------


def bytes_of(tensor):
    return tensor.reshape(-1).view(torch.uint8)


def check(folder):
    expected = {path.name: load_file(path) for path in HERE.glob("*.safetensors")}
    seen = 0
    for path in sorted(pathlib.Path(folder).glob("*.safetensors")):
        ours, theirs = load_file(path), expected[path.name]
        assert list(sorted(ours)) == list(sorted(theirs)), path
        for name, x in theirs.items():
            y = ours[name]
            assert x.dtype == y.dtype and x.shape == y.shape, (path, name)
            assert torch.equal(bytes_of(x), bytes_of(y)), (path, name)
        seen += 1
    assert seen == len(expected), f"{seen} of {len(expected)} files"
    print(f"{seen} files are read by safetensors {safetensors.__version__}")


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["check"] else write()
