"""Products, systems of equations and attention: what exact.py writes of them."""

import itertools

import numpy
from mpmath import mp, mpf

from exact_elementwise import each
from exact_reductions import exp, log, logsumexp

CANCELLING = "random offset tiny huge alternating equal"


def regular(x):
    """The rows of systems add 2 n to the diagonal."""
    return x + 2 * len(x) * numpy.eye(len(x), dtype=int)


def determinant(x):
    """By permutations (Leibniz)."""
    total = mpf(0)
    for order in itertools.permutations(range(len(x))):
        turns = sum(a > b for a, b in itertools.combinations(order, 2))
        total += (-1) ** turns * numpy.prod([x[i, j] for i, j in enumerate(order)])
    return total


def inverse(x):
    """By cofactors."""
    n = len(x)
    minors = [[numpy.delete(numpy.delete(x, j, 0), i, 1) for j in range(n)] for i in range(n)]
    signed = [[(-1) ** (i + j) * determinant(minors[i][j]) for j in range(n)] for i in range(n)]
    return numpy.array(signed) / determinant(x)


def cholesky(x):
    """L with L Lᵀ = (x + xᵀ) / 2."""
    x = (x + x.T) / 2
    out = numpy.zeros(x.shape, dtype=object)
    for j in range(len(x)):
        out[j, j] = mp.sqrt(x[j, j] - (out[j, :j] ** 2).sum())
        for i in range(j + 1, len(x)):
            out[i, j] = (x[i, j] - out[i, :j] @ out[j, :j]) / out[j, j]
    return out


def attention_weights(q, k):
    scores = q @ k.T / mp.sqrt(q.shape[1])
    return exp(scores - logsumexp(scores))


def rotated(x):
    """Halves of the last axis, turned by t 10000^(-2i/d)."""
    steps, size = x.shape
    half = size // 2
    angle = numpy.array(
        [[t * mpf(10000) ** (-mpf(2 * i) / size) for i in range(half)] for t in range(steps)]
    )
    a, b = x[:, :half], x[:, half:]
    cos, sin = each(mp.cos)(angle), each(mp.sin)(angle)
    return numpy.concatenate([a * cos - b * sin, a * sin + b * cos], axis=1)


def convolution(x, w):
    """x [1, C, L] and w [O, C, k], without padding."""
    size = w.shape[2]
    windows = [x[0, :, t : t + size] for t in range(x.shape[2] - size + 1)]
    return numpy.array([[[(one * window).sum() for window in windows] for one in w]])


def products(rows):
    rows("matmul", lambda a, b: a @ b, (2, 3), (3, 2), kinds=CANCELLING)
    rows("strong_matmul", lambda a, b: a @ b, (2, 3), (3, 2), kinds=CANCELLING)
    rows("affine", lambda x, w, b: x @ w + b, (2, 2), (2, 2), (2,), kinds=CANCELLING)
    rows("dot", lambda a, b: (a * b).sum(axis=-1), (4,), (4,), kinds=CANCELLING)
    rows("outer", lambda a, b: a[:, None] * b, (2,), (3,), kinds=CANCELLING)
    rows("matvec", lambda a, x: a @ x, (2, 3), (3,), kinds=CANCELLING)
    rows("bmm", lambda a, b: a @ b, (1, 2, 3), (1, 3, 2), kinds=CANCELLING)
    rows("einsum ij,jk->ik", lambda a, b: a @ b, (2, 3), (3, 2), kinds=CANCELLING)
    rows("conv1d", convolution, (1, 2, 4), (2, 2, 2), kinds=CANCELLING)
    rows("trace", numpy.trace, (3, 3))
    rows("rotary_embedding", rotated, (3, 4))


def systems(rows):
    kinds = "random tiny equal"
    rows("solve", lambda a, b: inverse(regular(a)) @ b, (3, 3), (3, 1), kinds=kinds)
    rows("inverse", lambda a: inverse(regular(a)), (3, 3), kinds=kinds)
    rows("log_abs_det", lambda a: log(abs(determinant(regular(a)))), (3, 3), kinds=kinds)
    rows("det", determinant, (3, 3), kinds="random")
    rows("slogdet", lambda a: -log(determinant(regular(a))), (3, 3), kinds=kinds)
    rows("cholesky", lambda a: cholesky(regular(a)), (3, 3), kinds=kinds)
    rows(
        "solve_triangular, lower",
        lambda a, b: inverse(numpy.tril(regular(a))) @ b,
        (3, 3),
        (3, 1),
        kinds=kinds,
    )


def attention(rows):
    rows(
        "attention",
        lambda q, k, v: attention_weights(q, k) @ v,
        (2, 2),
        (3, 2),
        (3, 1),
        kinds="random tiny equal",
    )
    rows("attention_weights", attention_weights, (2, 2), (3, 2), kinds="random tiny equal")


def rows(add):
    products(add)
    systems(add)
    attention(add)
