"""Picking, placing and reordering values by their numbers."""

import torch
import torch.nn.functional as F

from cases import distinct


def scatter_add(x, source, index):
    # Cut here: torch's own derivative fails for a source that is longer than index.
    return x.scatter_add(1, index, source[: index.shape[0], : index.shape[1]])


def reverse_sequence(x, lengths):
    """The first lengths[b] steps of x [T, B, ...] reversed, the rest as it is."""
    y = x.clone()
    for b, n in enumerate(lengths.tolist()):
        y[:n, b] = x[:n, b].flip(0)
    return y


def write(case):
    cube = (2, 3, 4)
    square = (3, 3)

    case("index_select", lambda x, i: x.index_select(1, i), cube, indices=[2, 0, 2, 1])
    case("index_select_axis0", lambda x, i: x.index_select(0, i), (5, 3), indices=[4, 4, 1])
    case("index_select_table", lambda x, i: x[:, i], cube, indices=[[2, 0], [2, 1]])
    case(
        "index_add",
        lambda x, i: torch.zeros(2, 5, 4).index_add(1, i, x),
        cube,
        indices=[4, 1, 4],
    )
    case("take", torch.take, cube, indices=[[23, 0, 5], [5, 7, 5]], again=((5, 2), [9, 0, 9]))
    case("gather", lambda x, i: x.gather(1, i), (2, 3), indices=[[0, 2, 2, 1], [1, 1, 0, 0]])
    case(
        "gather_axis0",
        lambda x, i: x.gather(0, i),
        cube,
        indices=[[[0, 1, 0], [1, 1, 0]], [[0, 0, 0], [1, 0, 1]], [[1, 1, 1], [0, 1, 0]]],
    )
    index = [[0, 2, 2], [1, 0, 1]]
    case("scatter_add", scatter_add, (2, 3), (2, 3), indices=index)
    case("scatter_add_longer", scatter_add, (4, 5), (3, 7), indices=index)
    once = [[0, 2, 1], [1, 0, 2]]
    case("scatter", lambda x, s, i: x.scatter(1, i, s), (2, 3), (2, 3), indices=once)
    for name, how in (("max", "amax"), ("min", "amin"), ("prod", "prod")):
        case(
            f"scatter_{name}",
            lambda x, s, i: x.scatter_reduce(1, i, s, how),
            (2, 3),
            (2, 3),
            sample=distinct,
            indices=index,
        )
    pairs = [[[1, 0], [0, 2]], [[1, 0], [1, 1]]]
    case("gather_nd", lambda x, i: x[i[..., 0], i[..., 1]], cube, indices=pairs)

    def scatter_nd(x, i):
        y = torch.zeros(2, 3, 4)
        return y.index_put((i[..., 0], i[..., 1]), x, accumulate=True)

    case("scatter_nd", scatter_nd, (2, 2, 4), indices=pairs)
    case("masked_fill", lambda x, y: x.masked_fill(y > 0, 0.5) * y, (3, 4), (3, 4))
    case("masked_fill_broadcast", lambda x, y: x.masked_fill(y > 0, -1) * y, cube, (3, 1))
    case("masked_select", lambda x, y: x.masked_select(y > 0) * y.sum(), cube, (3, 4), edges=())
    case(
        "one_hot",
        lambda x, i: F.one_hot(i, 4) * x,
        (2, 3, 4),
        indices=[[0, 3, 1], [2, 2, 0]],
        again=((2, 4), [3, 0]),
    )

    case("slice_steps", lambda x: x[1:, ::2], (3, 5))
    case("slice_ranges", lambda x: x[-2:, :-1, 1::3], (3, 4, 6))
    case("flip", lambda x: x.flip(0, 2), cube)
    case("flip_all", lambda x: x.flip(0, 1), (3, 4))
    case("roll", lambda x: x.roll(2, 1), (2, 5))
    case("roll_back", lambda x: x.roll(-7, 0), cube)
    case("reverse_sequence", reverse_sequence, (5, 3), indices=[5, 0, 3])
    case("reverse_sequence_rank3", reverse_sequence, (4, 2, 3), indices=[2, 4])

    # torch names the last axis first.
    case("pad_zeros", lambda x: F.pad(x, (1, 2)), (2, 3))
    case("pad_value", lambda x: F.pad(x, (0, 3, 1, 2), value=1.5), cube)
    for mode in ("reflect", "replicate", "circular"):
        case(f"pad_{mode}", lambda x: F.pad(x, (2, 3), mode=mode), (2, 4), again=False)
        case(f"pad_{mode}_axes", lambda x: F.pad(x, (1, 2, 2, 1), mode=mode), cube, again=False)
    case("repeat", lambda x: x.repeat_interleave(3, 1), cube)
    case(
        "repeat_each",
        lambda x, i: x.repeat_interleave(i, 1),
        cube,
        indices=[2, 0, 3],
        again=((1, 2), [1, 3]),
    )
    case("tile", lambda x: x.tile((2, 3)), (3, 4))
    case("tile_more", lambda x: x.tile((2, 1, 2)), (3, 2))
    case("tile_fewer", lambda x: x.tile((2,)), cube)

    for k in (0, 1, -2):
        name = f"{k}".replace("-", "m")
        case(f"diag_{name}", lambda x: x.diag_embed(k), (2, 3))
        case(f"diagonal_{name}", lambda x: x.diagonal(k, -2, -1), (2, 3, 5))
        case(f"triu_{name}", lambda x: x.triu(k), (4, 3))
        case(f"tril_{name}", lambda x: x.tril(k), cube)
    case("trace", lambda x: x.trace(), square)
    case("trace_batched", lambda x: x.diagonal(0, -2, -1).sum(-1), (2, 3, 4))
    case("unsqueeze", lambda x: x.unsqueeze(1), square)
    case("squeeze", lambda x: x.squeeze(), (3, 1, 2))
    case("flatten", lambda x: x.flatten(1), cube)
    case("swap_axes", lambda x: x.swapaxes(0, -1), cube)
