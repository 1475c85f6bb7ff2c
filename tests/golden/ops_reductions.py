"""Products, norms, variances, cumulative sums, sorting."""

import math

import torch
import torch.nn.functional as F

from cases import distinct, positive, signed


def with_zeros(*shapes):
    """`signed` with zeros: each third element of the first, two of the first row among them."""
    xs = signed(*shapes)
    xs[0].view(-1)[::3] = 0
    return xs


def recurrence(a, b):
    """h_t = a_t h_{t-1} + b_t along the first axis, from 0."""
    h = [b[0]]
    for at, bt in zip(a[1:], b[1:]):
        h.append(at * h[-1] + bt)
    return torch.stack(h)


def write(case):
    cube = (2, 3, 4)
    axes = (("", (1,)), ("_axes02", (0, 2)), ("_all", (0, 1, 2)))
    for suffix, over in axes:
        case(f"min{suffix}", lambda x: x.amin(over), cube, sample=distinct)
        case(f"variance{suffix}", lambda x: x.var(over), cube)
        case(f"variance_population{suffix}", lambda x: x.var(over, correction=0), cube)
        case(f"standard_deviation{suffix}", lambda x: x.std(over), cube)
        for p in (1, 2):
            case(f"norm{p}{suffix}", lambda x: torch.linalg.vector_norm(x, p, over), cube)
        case(
            f"norm_inf{suffix}",
            lambda x: torch.linalg.vector_norm(x, math.inf, over),
            cube,
            sample=distinct,
        )
    case("prod", lambda x: x.prod(1), cube)
    case("prod_all", lambda x: x.prod(), cube)
    case("prod_odd", lambda x: x.prod(-1), (3, 7))
    for k in range(3):
        case(f"prod_zeros{k}", lambda x: x.prod(k), cube, sample=with_zeros)
    for k in range(3):
        case(f"cumsum{k}", lambda x: x.cumsum(k), cube)
        case(f"cumprod{k}", lambda x: x.cumprod(k), cube)
        case(f"logcumsumexp{k}", lambda x: x.logcumsumexp(k), cube)
    case("cumprod_zeros", lambda x: x.cumprod(1), (3, 5), sample=with_zeros)
    case("cumsum_reverse", lambda x: x.flip(1).cumsum(1).flip(1), (3, 17))
    case("linear_recurrence", recurrence, (5, 3), (5, 3))
    case("linear_recurrence_broadcast", lambda a, b: recurrence(a.expand_as(b), b), (2,), (7, 2))

    case("cumsum_exclusive", lambda x: x.cumsum(1) - x, cube)
    case("cumprod_reverse", lambda x: x.flip(1).cumprod(1).flip(1), cube)
    case("cumprod_exclusive", lambda x: x.cumprod(1) / x, cube, edges=())
    case("logcumsumexp_reverse", lambda x: x.flip(1).logcumsumexp(1).flip(1), cube)
    for p in (1, 2, math.inf):
        case(f"normalize_{p}", lambda x: F.normalize(x, p=p, dim=1), cube, sample=distinct)
    three = (2, 3, 2), (3, 1), (2,)

    def stacked(xs):
        return torch.stack(torch.broadcast_tensors(*xs))

    case("maximum_three", lambda *xs: stacked(xs).amax(0), *three, sample=distinct)
    case("minimum_three", lambda *xs: stacked(xs).amin(0), *three, sample=distinct)
    case("mean_three", lambda *xs: stacked(xs).mean(0), *three)

    case("sort", lambda x: x.sort(-1).values, cube, sample=distinct)
    case("sort_axis0", lambda x: x.sort(0, descending=True).values, (5, 3), sample=distinct)
    case("topk", lambda x: x.topk(3).values, (2, 7), sample=distinct)
    case("topk_smallest", lambda x: x.topk(2, 1, largest=False).values, cube, sample=distinct)
    case(
        "argmax",
        lambda x: x.gather(1, x.argmax(1, keepdim=True)),
        cube,
        sample=positive,
    )
    case("argmin", lambda x: x.gather(2, x.argmin(2, keepdim=True)), cube, sample=distinct)
