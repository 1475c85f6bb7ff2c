"""The first catalogue: arithmetic, functions, products, sums, losses, shapes."""

import torch
import torch.nn.functional as F

from cases import distinct, positive, signed


def write(case):
    cube = (2, 3, 4)

    for op in ("add", "sub", "mul", "div", "maximum", "minimum"):
        sample = distinct if op in ("maximum", "minimum") else signed
        case(op, getattr(torch, op), (3, 4), (3, 4), sample=sample)
        case(f"{op}_broadcast", getattr(torch, op), cube, (3, 1), sample=sample)
    for op in ("neg", "exp", "square", "abs", "tanh", "sigmoid", "relu"):
        case(op, getattr(torch, op), (3, 4))
    case("softplus", F.softplus, (3, 4))
    case("log", torch.log, (3, 4), sample=positive)
    case("sqrt", torch.sqrt, (3, 4), sample=positive)

    case("matmul", lambda a, b: a @ b, (3, 4), (4, 5))
    case("matmul_ta", lambda a, b: a.T @ b, (4, 3), (4, 5))
    case("matmul_tb", lambda a, b: a @ b.T, (3, 4), (5, 4))
    case("matmul_tatb", lambda a, b: a.T @ b.T, (4, 3), (5, 4))
    case("matmul_batched", torch.matmul, cube, (2, 4, 5))
    case("affine", lambda x, w, b: x @ w + b, (3, 4), (4, 5), (5,))

    for suffix, axes in (("", (1,)), ("_axes02", (0, 2)), ("_all", (0, 1, 2))):
        case(f"sum{suffix}", lambda x: x.sum(axes), cube)
        case(f"mean{suffix}", lambda x: x.mean(axes), cube)
        case(f"max{suffix}", lambda x: x.amax(axes), cube, sample=distinct)
        case(f"logsumexp{suffix}", lambda x: x.logsumexp(axes), cube)
    case("softmax", lambda x: x.softmax(-1), cube)
    case("softmax_axis0", lambda x: x.softmax(0), cube)
    case("log_softmax", lambda x: x.log_softmax(-1), cube)
    case("log_softmax_axis0", lambda x: x.log_softmax(0), cube)

    labels = [4, 0, 2, 2, 1, 3]
    gaps = [4, -1, 2, -1, 1, 3]
    few, few_gaps = ((3, 2), [1, 0, 1]), ((3, 2), [1, -1, 0])
    case("cross_entropy", F.cross_entropy, (6, 5), indices=labels, again=few)
    case(
        "cross_entropy_sum",
        lambda x, y: F.cross_entropy(x, y, reduction="sum"),
        (6, 5),
        indices=labels,
        again=few,
    )
    case(
        "cross_entropy_ignore",
        lambda x, y: F.cross_entropy(x, y, ignore_index=-1),
        (6, 5),
        indices=gaps,
        again=few_gaps,
    )
    # 300 classes: more than one block of them.
    many = [4, 299, 255, 256, -1, 17]
    case(
        "affine_cross_entropy",
        lambda x, w, b, y: F.cross_entropy(x @ w + b, y, ignore_index=-1),
        (6, 3),
        (3, 300),
        (300,),
        indices=many,
    )
    case(
        "affine_cross_entropy_transposed",
        lambda x, w, b, y: F.cross_entropy(x @ w.T + b, y, ignore_index=-1, reduction="sum"),
        (6, 3),
        (300, 3),
        (300,),
        indices=many,
    )
    case("mse", F.mse_loss, (3, 4), (3, 4))
    case(
        "binary_cross_entropy_with_logits",
        F.binary_cross_entropy_with_logits,
        (3, 4),
        (3, 4),
        sample=lambda x, y: [*signed(x), torch.rand(y)],
    )

    case("transpose", lambda x: x.permute(2, 0, 1), cube)
    case("slice", lambda x: x[:, 1:3], (3, 5))
    case("concat", lambda *x: torch.cat(x, 1), (2, 3), (2, 1), (2, 2))
    case("stack", lambda *x: torch.stack(x, 0), (3, 4), (3, 4))
    case("broadcast_to", lambda x: x.broadcast_to(cube), (3, 1), again=False)
    case(
        "gather_rows",
        lambda w, i: F.embedding(i, w),
        (7, 4),
        indices=[[5, 0, 5], [2, 6, 5]],
        again=((3, 2), [1, 1]),
    )
