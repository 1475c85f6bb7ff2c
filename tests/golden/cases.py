"""What the generators of golden values have in common: files, random inputs, derivatives."""

import json
import math
import struct
import zlib

import torch


def save(path, tensors, **metadata):
    """One safetensors file: header length, JSON header padded with blanks, data."""
    formats = {torch.float64: ("F64", "d"), torch.int32: ("I32", "i")}
    metadata = {
        "torch": torch.__version__,
        "generator": "tests/golden/generate.py",
        **{key: str(value) for key, value in metadata.items()},
    }
    header = {"__metadata__": metadata}
    data = b""
    # The wider type first: every tensor is aligned to its element size.
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        dtype, code = formats[tensor.dtype]
        begin = len(data)
        data += struct.pack(f"<{tensor.numel()}{code}", *tensor.flatten().tolist())
        header[name] = {
            "dtype": dtype,
            "shape": list(tensor.shape),
            "data_offsets": [begin, len(data)],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def seed(name):
    torch.manual_seed(zlib.crc32(name.encode()))


def positive(*shapes):
    """Uniform in [0.2, 2]."""
    return [0.2 + 1.8 * torch.rand(shape) for shape in shapes]


def signed(*shapes):
    """Magnitude uniform in [0.2, 2], sign random: away from the kinks at zero."""
    return [x * (torch.rand(x.shape) - 0.5).sign() for x in positive(*shapes)]


def distinct(*shapes):
    """In [-2, 2], no two elements of any of the tensors close: away from ties."""
    sizes = [math.prod(shape) for shape in shapes]
    n = sum(sizes)
    values = 4 * (torch.randperm(n) + 0.5 * torch.rand(n)) / n - 2
    return [part.reshape(shape) for part, shape in zip(values.split(sizes), shapes)]


def derivatives(loss, inputs, directions):
    """The gradients of the loss, and of sum_i <gradient_i, direction_i>."""
    grads = torch.autograd.grad(loss, inputs, create_graph=True, materialize_grads=True)
    slope = sum((grad * v).sum() for grad, v in zip(grads, directions))
    hvs = [torch.zeros_like(x) for x in inputs]  # torch says None or less where it is zero
    if slope.requires_grad:
        parts = torch.autograd.grad(slope, inputs, allow_unused=True)
        hvs = [hv if part is None else hv + part for hv, part in zip(hvs, parts)]
    return grads, hvs


FINITE = torch.tensor([-1.3, 0.49, 0.99, 1.01, 0], dtype=torch.float64)
INFINITE = torch.tensor([math.inf, -math.inf], dtype=torch.float64)
EDGES = ("finite", "infinite", "mixed")


def pick(values, shape):
    return values[torch.randint(len(values), shape)]


def others(shapes):
    """Shapes with other extents, equal where these are."""
    other = {1: 1, 2: 3, 3: 5, 4: 2, 5: 4, 6: 7, 7: 6, 17: 9}
    return [tuple(other[n] for n in shape) for shape in shapes]


def at_edges(*shapes):
    """Inputs of the scalars where things go wrong: finite ones, one infinity in each input, and
    half of all elements infinite."""
    finite = [pick(FINITE, shape) for shape in shapes]
    infinite, mixed = [], []
    for x in finite:
        one, every = x.clone(), x.clone()
        if x.numel():
            one.view(-1)[torch.randint(x.numel(), ())] = pick(INFINITE, ())
            every = torch.where(torch.rand(x.shape) < 0.5, x, pick(INFINITE, x.shape))
        infinite.append(one)
        mixed.append(every)
    return zip(EDGES, (finite, infinite, mixed))


class Cases:
    """Golden values of ops: value, gradient and second order of each case, and value and gradient
    at the scalars where things go wrong."""

    def __init__(self):
        self.tensors = {}

    def __call__(
        self,
        name,
        function,
        *shapes,
        sample=signed,
        indices=None,
        edges=EDGES,
        again=True,
    ):
        """`again`: whether there is a second case of other shapes; with indices, what they are."""
        more = [] if indices is None else [torch.tensor(indices)]
        dout = self.derivatives(name, function, shapes, sample, more)
        if isinstance(again, tuple):
            *other, indices = again
            self.derivatives(f"{name}.again", function, other, sample, [torch.tensor(indices)])
        elif again and indices is None:
            self.derivatives(f"{name}.again", function, others(shapes), sample, [])
        seed(f"{name} at edges")
        for kind, xs in at_edges(*shapes):
            if kind not in edges:
                continue
            for x in xs:
                x.requires_grad_()
            out = function(*xs, *more)
            grads = torch.autograd.grad((out * dout).sum(), xs, materialize_grads=True)
            self.tensors[f"{name}.{kind}.out"] = out
            for k, (x, grad) in enumerate(zip(xs, grads)):
                self.tensors[f"{name}.{kind}.in{k}"] = x
                self.tensors[f"{name}.{kind}.grad{k}"] = grad

    def derivatives(self, name, function, shapes, sample, more):
        """Value, gradient and second order of one case; gives the upstream gradient."""
        seed(name)
        inputs = [x.requires_grad_() for x in sample(*shapes)]
        if more:
            self.tensors[f"{name}.indices"] = more[0].to(torch.int32)
        out = function(*inputs, *more)
        (dout,) = signed(out.shape)
        directions = signed(*shapes)
        grads, hvs = derivatives((out * dout).sum(), inputs, directions)
        self.tensors.update({f"{name}.out": out, f"{name}.dout": dout})
        for k, (x, grad, v, hv) in enumerate(zip(inputs, grads, directions, hvs)):
            self.tensors[f"{name}.in{k}"] = x
            self.tensors[f"{name}.grad{k}"] = grad
            self.tensors[f"{name}.v{k}"] = v
            self.tensors[f"{name}.hv{k}"] = hv
        return dout
