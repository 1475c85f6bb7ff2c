"""Golden values of einsum, of products of vectors, and of systems of equations."""

import torch

EINSUMS = {
    "ij_jk": ("ij,jk->ik", (2, 3), (3, 4)),
    "implied": ("ij,kj", (2, 3), (4, 3)),
    "attention": ("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 2, 2, 4)),
    "two_summed": ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    "ellipsis": ("...ij,...jk->...ik", (2, 1, 2, 3), (3, 3, 2)),
    "outer": ("i...,j...->ij...", (2, 3), (4, 3)),
    "diagonals": ("iij,jkk->ki", (2, 2, 3), (3, 2, 2)),
    "batched_dot": ("bi,bi->b", (3, 4), (3, 4)),
    "summed_alone": ("ij,k->i", (2, 3), (4,)),
    "trace": ("ii", (4, 4)),
    "diagonal": ("bii->ib", (2, 3, 3)),
    "sum": ("bij->i", (2, 3, 4)),
}


def regular(x):
    """Engram's rows of the sweep do the same: 2 n on the diagonal."""
    n = x.shape[-1]
    return x + 2 * n * torch.eye(n)


def symmetric(x):
    return (x + x.mT) / 2


def write(case):
    for name, (specification, *shapes) in EINSUMS.items():
        case(f"einsum_{name}", lambda *x: torch.einsum(specification, *x), *shapes)
    case("dot", torch.dot, (5,), (5,))
    case("dot_batched", torch.linalg.vecdot, (2, 1, 4), (3, 4))
    case("outer", torch.outer, (3,), (4,))
    case("matvec", torch.mv, (3, 4), (4,))
    case("matvec_batched", torch.matmul, (2, 3, 4), (4,))
    case("bmm", torch.bmm, (2, 3, 4), (2, 4, 5))

    for suffix, a, b in (
        ("", (3, 3), (3, 2)),
        ("_batched", (2, 4, 4), (2, 4, 1)),
        ("_broadcast", (3, 3), (2, 3, 2)),
    ):
        case(f"solve{suffix}", lambda a, b: torch.linalg.solve(regular(a), b), a, b)
        case(f"solve_transposed{suffix}", lambda a, b: torch.linalg.solve(regular(a).mT, b), a, b)
        for upper in (False, True):
            case(
                f"solve_triangular_{'upper' if upper else 'lower'}{suffix}",
                lambda a, b: torch.linalg.solve_triangular(regular(a), b, upper=upper),
                a,
                b,
            )
    for suffix, shape in (("", (3, 3)), ("_batched", (2, 4, 4)), ("_one", (1, 1))):
        case(f"inverse{suffix}", lambda x: torch.linalg.inv(regular(x)), shape)
        case(f"log_abs_det{suffix}", lambda x: torch.linalg.slogdet(regular(x))[1], shape)
        case(f"det{suffix}", torch.linalg.det, shape, edges=())
        case(f"slogdet{suffix}", lambda x: torch.linalg.slogdet(-regular(x)).logabsdet, shape)
        case(
            f"cholesky{suffix}",
            lambda x: torch.linalg.cholesky(symmetric(regular(x))),
            shape,
            edges=("finite",),
        )
