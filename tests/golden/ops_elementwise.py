"""Functions, units, choices and simple losses."""

import torch
import torch.nn.functional as F

from cases import distinct, positive, signed


def inside(*shapes):
    """Uniform in (-0.9, 0.9)."""
    return [1.8 * torch.rand(shape) - 0.9 for shape in shapes]


def wide(*shapes):
    """Magnitude uniform in [0.6, 6], sign random."""
    return [3 * x for x in signed(*shapes)]


def above_one(*shapes):
    """Uniform in [1.2, 3]."""
    return [1 + x for x in positive(*shapes)]


def off_multiples(*shapes):
    """Dividends up to 6 and divisors from 1, no quotient within 0.1 of a whole number."""
    a, b = wide(*shapes)
    b = b.sign() * (1 + b.abs() / 6)
    if len(shapes) == 2:
        whole = (a / b).round()
        near = (a / b - whole).abs() < 0.1
        a = torch.where(near, (whole + 0.3) * b, a)
    return [a.expand(shapes[0]).clone(), b]


def write(case):
    def unary(name, function, sample=signed):
        case(name, function, (3, 4), sample=sample)
        case(f"{name}_cube", function, (2, 3, 3), sample=sample)

    def binary(name, function, sample=signed):
        case(name, function, (3, 4), (3, 4), sample=sample)
        case(f"{name}_broadcast", function, (2, 3, 2), (3, 1), sample=sample)

    def ternary(name, function, sample=signed):
        case(name, function, (3, 4), (3, 4), (3, 4), sample=sample)
        case(f"{name}_broadcast", function, (2, 1, 2), (3, 1), (2,), sample=sample)

    for op in ("sin", "cos"):
        unary(op, getattr(torch, op), wide)
    for op in ("asin", "acos"):
        unary(op, getattr(torch, op), inside)
    for op in ("tan", "atan", "sinh", "cosh", "expm1", "erf", "erfc"):
        unary(op, getattr(torch, op))
    unary("log1p", torch.log1p, inside)
    unary("asinh", torch.asinh, wide)
    unary("acosh", torch.acosh, above_one)
    unary("atanh", torch.atanh, inside)
    # Both signs of both, and quotients far from whole numbers: there the derivative jumps.
    binary("mod", torch.remainder, off_multiples)
    binary("fmod", torch.fmod, off_multiples)
    binary("floor_divide", lambda a, b: torch.div(a, b, rounding_mode="floor") * a, off_multiples)
    binary("trunc_divide", lambda a, b: torch.div(a, b, rounding_mode="trunc") * a, off_multiples)
    unary("rsqrt", torch.rsqrt, positive)
    binary("pow", torch.pow, positive)
    unary("pow_fraction", lambda x: x**2.5, positive)
    unary("pow_whole", lambda x: x**3)
    unary("pow_negative", lambda x: x**-2)

    unary("gelu", F.gelu, wide)
    unary("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), wide)
    unary("silu", F.silu, wide)
    unary("mish", F.mish, wide)
    unary("elu", lambda x: F.elu(x, 0.7), wide)
    unary("selu", F.selu, wide)
    unary("softsign", F.softsign, wide)
    unary("celu", lambda x: F.celu(x, 0.5), wide)
    unary("hard_swish", F.hardswish, wide)
    unary("soft_cap", lambda x: 1.5 * torch.tanh(x / 1.5), wide)
    case("prelu", F.prelu, (3, 4), (4,))
    case("prelu_channels", F.prelu, (2, 3, 4), (3,))
    binary("swiglu", lambda a, b: F.silu(a) * b)
    unary("leaky_relu", lambda x: F.leaky_relu(x, 0.2))
    # Times x, so that there is a second derivative.
    unary("hard_sigmoid", lambda x: F.relu6(x + 3) / 6 * x, wide)
    unary("hard_tanh", lambda x: F.hardtanh(x, -0.5, 1.5) * x)
    unary("clamp", lambda x: x.clamp(-0.5, 1.5) * x)
    for op in ("floor", "ceil", "round", "sign"):
        unary(op, lambda x: getattr(torch, op)(x) * x)
    unary("nan_to_num", lambda x: torch.nan_to_num(x) * x)

    for op, name in {
        "eq": "equal",
        "ne": "not_equal",
        "lt": "less",
        "le": "less_equal",
        "ge": "greater_equal",
    }.items():
        # Of whole numbers, some of which are equal.
        binary(name, lambda a, b: getattr(torch, op)(a.round(), b.round()) * a * b)
    for op in ("logical_and", "logical_or", "logical_xor"):
        binary(op, lambda a, b: getattr(torch, op)(a > 0, b > 0) * a * b)
    unary("logical_not", lambda x: torch.logical_not(x > 0) * x)
    for op in ("isnan", "isinf", "isfinite"):
        unary(op, lambda x: torch.where(getattr(torch, op)(x), x.nan_to_num(3), 2 * x.nan_to_num(5)))
    ternary("where", lambda a, b, c: torch.where(a > 0, a * b, c), distinct)
    ternary("lerp", torch.lerp)

    binary("l1", lambda a, b: (a - b).abs().mean(), distinct)
    binary("huber", lambda a, b: F.huber_loss(*torch.broadcast_tensors(a, b), delta=0.8))
    binary("l1_each", lambda a, b: (a - b).abs(), distinct)
    binary("mse_each", lambda a, b: (a - b) ** 2)
    binary("mse_sum", lambda a, b: ((a - b) ** 2).sum())
    binary(
        "huber_each",
        lambda a, b: F.huber_loss(*torch.broadcast_tensors(a, b), delta=0.8, reduction="none"),
    )
    binary("kl_div_each", lambda x, t: F.kl_div(x, t, reduction="none"), positive)
    binary("hinge", lambda x, t: F.relu(1 - t * x).mean())
    binary("kl_div", lambda x, t: F.kl_div(x, t, reduction="mean"), positive)
    binary("kl_div_sum", lambda x, t: F.kl_div(x, t, reduction="sum"), positive)
    binary("kl_div_log", lambda x, t: F.kl_div(x, t, reduction="mean", log_target=True))
    case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, -1), (3, 4), (3, 4))
    case("cosine_similarity_axis0", lambda a, b: F.cosine_similarity(a, b, 0), (3, 4), (3, 4))
    case("cosine_similarity_broadcast", lambda a, b: F.cosine_similarity(a, b, 1), (2, 3, 4), (3, 1))
    targets = torch.tensor([1, -1, 1, -1, -1, 1])
    case(
        "cosine_loss",
        lambda a, b: F.cosine_embedding_loss(a, b, targets, margin=-0.5),
        (6, 3),
        (6, 3),
        again=False,
    )
    labels = [4, 0, 2, 2, 1, 3]
    gaps = [4, -1, 2, -1, 1, 3]
    few = (2, 5), [3, 1]
    few_gaps = (3, 5), [3, -1, 1]
    case("nll", F.nll_loss, (6, 5), indices=labels, again=few)

    def total(x, y):
        return F.nll_loss(x, y, reduction="sum")

    case("nll_sum", total, (6, 5), indices=labels, again=few)
    weights = torch.tensor([2, 0.5, 1, 0, 3])
    case(
        "nll_weighted",
        lambda x, y: F.nll_loss(x, y, weight=weights, ignore_index=-1),
        (6, 5),
        indices=gaps,
        again=few_gaps,
    )

    def each(x, y):
        return F.nll_loss(x, y, weight=weights, ignore_index=-1, reduction="none")

    case("nll_each", each, (6, 5), indices=gaps, again=few_gaps)
    case(
        "nll_axis1",
        F.nll_loss,
        (2, 5, 3),
        indices=[[4, 0, 2], [1, 1, 3]],
        again=((1, 5, 2), [[0, 4]]),
    )

    def known(x, y):
        return F.nll_loss(x, y, ignore_index=-1)

    case("nll_ignore", known, (6, 5), indices=gaps, again=few_gaps)
