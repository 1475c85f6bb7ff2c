"""Sums, norms, softmax, normalisations and cumulative ops: what exact.py writes of them."""

import numpy
from mpmath import mp, mpf

from exact_elementwise import each

exp, log, sqrt = each(mp.exp), each(mp.log), each(mp.sqrt)


def mean(x, axis, keep=False):
    return x.sum(axis=axis, keepdims=keep) / (x.size // numpy.size(x.sum(axis=axis)))


def variance(x, correction):
    centred = x - mean(x, 1, True)
    return (centred**2).sum(axis=1) / (x.shape[1] - correction)


def logsumexp(x, axis=-1):
    return log(exp(x).sum(axis=axis, keepdims=True))


def standardized(x, axes, epsilon):
    centred = x - mean(x, axes, True)
    return centred / sqrt(mean(centred**2, axes, True) + epsilon)


def grouped(x, gain, bias, groups):
    batch, channels, positions = x.shape
    parts = x.reshape(batch, groups, channels // groups * positions)
    return standardized(parts, 2, mpf(1e-2)).reshape(x.shape) * gain[:, None] + bias[:, None]


def recurrence(a, x):
    """h[t] = a[t] h[t-1] + x[t] along the first axis."""
    out = [x[0]]
    for t in range(1, len(x)):
        out.append(a[t] * out[-1] + x[t])
    return numpy.array(out)


def cumulative(f, x):
    return numpy.stack([f(x[:, : k + 1]) for k in range(x.shape[1])], axis=1)


def reductions(rows):
    shape = (2, 5)
    rows("sum", lambda x: x.sum(), shape)
    rows("sum over axis 1", lambda x: x.sum(axis=1), shape)
    rows("mean", lambda x: mean(x, None), shape)
    rows("mean over axis 1", lambda x: mean(x, 1), shape)
    distinct = "random offset tiny huge alternating"  # differences see no ties
    rows("max over axis 1", lambda x: x.max(axis=1), shape, kinds=distinct)
    rows("min over axis 1", lambda x: x.min(axis=1), shape, kinds=distinct)
    rows("norm 1 over axis 1", lambda x: abs(x).sum(axis=1), shape)
    rows("norm 2 over axis 1", lambda x: sqrt((x**2).sum(axis=1)), shape)
    rows("norm inf over axis 1", lambda x: abs(x).max(axis=1), shape, kinds=distinct)
    rows("root_mean_square over axis 1", lambda x: sqrt(mean(x**2, 1) + mpf(0.1)), shape)
    rows(
        "normalize of x",
        lambda x: x / sqrt((x**2).sum(axis=1, keepdims=True)),
        shape,
        kinds="random offset huge alternating equal",
    )
    rows("variance over axis 1", lambda x: variance(x, mpf(0.5)), shape, differences=True)
    rows(
        "standard_deviation of x",
        lambda x: sqrt(variance(x, 1)),
        shape,
        differences=True,
        kinds=distinct,
    )
    rows(
        "prod over axis 1", lambda x: x.prod(axis=1), shape, kinds="random offset alternating equal"
    )
    rows("logsumexp over axis 1", lambda x: logsumexp(x)[:, 0], shape, differences=True)
    rows("softmax", lambda x: exp(x - logsumexp(x)), shape, differences=True)
    rows("softmax over axis 0", lambda x: exp(x - logsumexp(x, 0)), (3, 2), differences=True)
    rows("log_softmax", lambda x: x - logsumexp(x), shape, differences=True)
    rows("log_softmax over axis 0", lambda x: x - logsumexp(x, 0), (3, 2), differences=True)


def scans(rows):
    shape = (2, 4)
    rows("cumsum", lambda x: cumulative(lambda p: p.sum(axis=1), x), shape)
    rows(
        "cumprod",
        lambda x: cumulative(lambda p: p.prod(axis=1), x),
        shape,
        kinds="random offset alternating equal",
    )
    rows(
        "logcumsumexp",
        lambda x: cumulative(lambda p: logsumexp(p)[:, 0], x),
        shape,
        differences=True,
    )
    rows("linear_recurrence", recurrence, (4, 1), (4, 1), kinds="random equal alternating")
    rows(
        "linear_recurrence in reverse",
        lambda a, x: recurrence(a[::-1], x[::-1])[::-1],
        (4, 1),
        (4, 1),
        to=(1,),
    )


def normalisations(rows):
    rows("standardize", lambda x: standardized(x, 1, mpf(1e-5)), (2, 4), differences=True)
    rows(
        "layer_norm",
        lambda x, w, b: standardized(x, 1, mpf(1e-3)) * w + b,
        (2, 4),
        (4,),
        (4,),
        to=(0,),
        differences=True,
    )
    rows(
        "rms_norm", lambda x, w: x / sqrt(mean(x**2, 1, True) + mpf(0.1)) * w, (2, 4), (4,), to=(0,)
    )
    rows(
        "batch_norm",
        lambda x, w, b: standardized(x, 0, mpf(1e-3)) * w + b,
        (4, 2),
        (2,),
        (2,),
        to=(0,),
        differences=True,
    )
    rows("group_norm", lambda x, w, b: grouped(x, w, b, 2), (1, 4, 2), (4,), (4,), to=(0,))
    rows(
        "weight_norm",
        lambda v, g: g * v / sqrt((v**2).sum(axis=0)),
        (3, 2),
        (2,),
        to=(0,),
        kinds="random offset huge alternating equal",
    )


def rows(add):
    reductions(add)
    scans(add)
    normalisations(add)
