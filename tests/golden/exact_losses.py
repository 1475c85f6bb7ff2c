"""Losses: what exact.py writes of them. Those of sequences are sums over all paths."""

import itertools

import numpy
from mpmath import mp, mpf

from exact_elementwise import each, softplus
from exact_reductions import exp, log, logsumexp, sqrt


def labels(count, classes):
    return [(1 + 2 * i) % classes for i in range(count)]


def cross_entropy(x, smoothing=0, weights=None):
    """The losses of rows, and what their mean divides by."""
    classes = x.shape[1]
    w = numpy.array([mpf(1)] * classes if weights is None else list(map(mpf, weights)))
    targets = labels(len(x), classes)
    q = numpy.full(x.shape, mpf(smoothing) / classes)
    q[range(len(x)), targets] += 1 - mpf(smoothing)
    return -(q * w * (x - logsumexp(x))).sum(axis=1), w[targets].sum()


def cross_entropy_mean(x, **options):
    losses, count = cross_entropy(x, **options)
    return losses.sum() / count


def huber(x, delta):
    return x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2)


def cosine(a, b):
    return (a * b).sum(axis=-1) / sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))


def collapsed(path, blank):
    merged = [c for k, c in enumerate(path) if k == 0 or c != path[k - 1]]
    return [c for c in merged if c != blank]


def ctc(x):
    """As the row `ctc_loss`: label 1, blank 0."""
    steps, batch, classes = x.shape
    out = []
    for b in range(batch):
        length = steps - b
        target = [1] * ((length + 1) // 2 - b % 2)
        total = mpf(0)
        for path in itertools.product(range(classes), repeat=length):
            if collapsed(path, 0) == target:
                total += mp.exp(sum(x[t, b, c] for t, c in enumerate(path)))
        out.append(-mp.log(total))
    return numpy.array(out)


def crf(x, transitions, start, end):
    steps, batch, tags = x.shape
    out = []
    for b in range(batch):
        length = max(steps - b, 1)

        def score(path):
            pairs = sum(transitions[i, j] for i, j in zip(path, path[1:]))
            return (
                start[path[0]] + end[path[-1]] + pairs + sum(x[t, b, y] for t, y in enumerate(path))
            )

        all_paths = itertools.product(range(tags), repeat=length)
        right = [(1 + 2 * (t * batch + b)) % tags for t in range(length)]
        out.append(score(right) - mp.log(sum(mp.exp(score(path)) for path in all_paths)))
    return numpy.array(out)


def of_classes(rows):
    shape, weights = (2, 4), [0.5, 1.25, 2, 0.5]
    rows("cross_entropy", cross_entropy_mean, shape, differences=True)
    rows("cross_entropy, each", lambda x: cross_entropy(x)[0], shape, differences=True)
    rows(
        "cross_entropy, smoothing",
        lambda x: cross_entropy_mean(x, smoothing=0.1),
        shape,
        differences=True,
    )
    rows(
        "cross_entropy, weights",
        lambda x: cross_entropy_mean(x, weights=weights),
        shape,
        differences=True,
    )
    rows("nll", lambda x: -x[range(2), labels(2, 4)].sum() / 2, shape)
    affine = dict(to=(2,), kinds="random tiny equal")
    rows(
        "affine_cross_entropy",
        lambda x, w, b: cross_entropy_mean(x @ w + b),
        (2, 2),
        (2, 3),
        (3,),
        **affine
    )


def of_pairs(rows):
    pair = ((5,), (5,))
    rows("mse", lambda a, b: ((a - b) ** 2).sum() / 5, *pair)
    rows(
        "l1", lambda a, b: abs(a - b).sum() / 5, *pair, kinds="random offset tiny huge alternating"
    )
    rows("huber of one", lambda a, b: each(huber)(a - b, mpf(0.3)).sum() / 5, *pair)
    rows("hinge of one", lambda x, t: each(max)(0, 1 - t * x).sum() / 5, *pair)
    rows(
        "binary_cross_entropy_with_logits",
        lambda x, t: (each(softplus)(x) - x * t).sum() / 5,
        *pair,
        to=(0,),
        low=0.1,
        high=0.9
    )
    positive = dict(low=0.1, high=0.9, kinds="random offset tiny huge equal")
    rows("kl_div", lambda x, t: (t * (log(t) - x)).sum() / 5, *pair, **positive)
    rows("kl_div, log target", lambda x, t: (exp(t) * (t - x)).sum() / 5, *pair, to=(0,))
    vectors = ((2, 3), (2, 3))
    rows("cosine_similarity of two", cosine, *vectors, kinds="random offset huge alternating equal")
    rows(
        "cosine_loss",
        lambda a, b, t: (1 - cosine(a, b)).sum() / 2,
        *vectors,
        (2,),
        low=0.2,
        kinds="random offset huge"
    )


def of_sequences(rows):
    kinds = "random offset tiny alternating equal"
    rows("ctc_loss", ctc, (4, 2, 2), differences=True, kinds=kinds)
    rows(
        "crf_log_likelihood",
        crf,
        (3, 2, 2),
        (2, 2),
        (2,),
        (2,),
        differences=True,
        kinds=kinds,
    )


def rows(add):
    of_classes(add)
    of_pairs(add)
    of_sequences(add)
