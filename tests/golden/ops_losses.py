"""Losses for sequences and for large vocabularies, and the options of cross_entropy."""

import torch
import torch.nn.functional as F

WEIGHTS = [0.5, 1.0, 2.0, 0.25, 1.5]


def ctc(x, targets, input_lengths, target_lengths, blank=0):
    """CTC in operations that torch differentiates twice, which its own ctc_loss is not."""
    losses = []
    for b, (steps, length) in enumerate(zip(input_lengths, target_lengths)):
        path = [blank]
        for label in targets[b, :length].tolist():
            path += [label, blank]
        alpha = {0: x.new_zeros(())}  # of the states that can be reached
        for t in range(steps):
            after = {}
            for s in range(len(path)):
                ways = [s, s - 1]
                if s > 1 and path[s] != blank and path[s] != path[s - 2]:
                    ways.append(s - 2)
                ways = [alpha[w] for w in ways if w in alpha]
                if ways:
                    after[s] = torch.stack(ways).logsumexp(0) + x[t, b, path[s]]
            alpha = after
        ends = [alpha[s] for s in (len(path) - 1, len(path) - 2) if s in alpha]
        losses.append(-torch.stack(ends).logsumexp(0))
    return torch.stack(losses)


def checked_ctc(logits, targets, *lengths, blank=0):
    """The same of logits, with value and gradient as F.ctc_loss has them."""
    x = logits.log_softmax(-1)
    ours = ctc(x, targets, *lengths, blank)
    theirs = F.ctc_loss(x, targets, *map(torch.tensor, lengths), blank=blank, reduction="none")
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    for of in (ours, theirs):
        of.of_logits = torch.autograd.grad(of.sum(), logits, retain_graph=True)
    torch.testing.assert_close(ours.of_logits, theirs.of_logits, rtol=1e-10, atol=1e-12)
    return ours


class Adaptive(torch.nn.AdaptiveLogSoftmaxWithLoss):
    """Torch's layer as a function of weights [in, out]: `what` is its loss, output or log_prob."""

    def __init__(self, classes, cutoffs, what, *weights):
        self.what = what
        size = weights[0].shape[0]
        widths = [projection.shape[1] for projection in weights[2::2]]
        super().__init__(size, classes, cutoffs, div_value=size / widths[0], head_bias=True)
        names = ["head.weight", "head.bias"]
        for k in range(len(widths)):
            names += [f"tail.{k}.0.weight", f"tail.{k}.1.weight"]
        self.given = {name: w.t() if w.dim() > 1 else w for name, w in zip(names, weights)}

    def forward(self, x, targets):
        if self.what == "log_prob":
            return self.log_prob(x)
        return getattr(super().forward(x, targets), self.what)


def adaptive(classes, cutoffs, what):
    def function(x, *weights_and_targets):
        *weights, targets = weights_and_targets
        layer = Adaptive(classes, cutoffs, what, *weights)
        return torch.func.functional_call(layer, layer.given, (x, targets))

    return function


def write(case):
    labels, gaps = [4, 0, 2, 2, 1, 3], [4, -1, 2, -1, 1, 3]

    def cross_entropy(name, indices=labels, weight=None, **options):
        def function(x, y):
            w = None if weight is None else torch.tensor(weight)
            return F.cross_entropy(x, y, weight=w, **options)

        again = (3, 5), [1, indices[1], 3]
        case(f"cross_entropy_{name}", function, (6, 5), indices=indices, again=again)

    cross_entropy("smoothing", label_smoothing=0.1)
    cross_entropy("each", gaps, reduction="none", ignore_index=-1)
    cross_entropy(
        "each_smoothing", gaps, WEIGHTS, reduction="none", ignore_index=-1, label_smoothing=0.3
    )
    case(
        "cross_entropy_axis1",
        F.cross_entropy,
        (2, 5, 3),
        indices=[[4, 0, 2], [1, 1, 3]],
        again=((1, 5, 2), [[0, 4]]),
    )
    cross_entropy("smoothing_ignore", gaps, label_smoothing=0.3, ignore_index=-1)
    cross_entropy("smoothing_sum", label_smoothing=1.0, reduction="sum")
    cross_entropy("weights", weight=WEIGHTS)
    cross_entropy("weights_ignore", gaps, weight=WEIGHTS, ignore_index=-1)
    cross_entropy("weights_sum", weight=WEIGHTS, reduction="sum")
    cross_entropy(
        "smoothing_weights_ignore", gaps, weight=WEIGHTS, label_smoothing=0.1, ignore_index=-1
    )
    case(
        "affine_cross_entropy_smoothing_weights",
        lambda x, w, b, y: F.cross_entropy(
            x @ w + b, y, weight=torch.tensor(WEIGHTS), label_smoothing=0.2
        ),
        (6, 3),
        (3, 5),
        (5,),
        indices=labels,
    )

    def ctc(name, shape, indices, function):
        case(f"ctc_loss{name}", function, shape, indices=indices, edges=("finite",))

    batch = [[1, 1, 2], [2, 1, 0], [0, 0, 0]]
    lengths = [7, 5, 6], [3, 2, 0]
    ctc("", (5, 1, 3), [[1, 2]], lambda x, y: checked_ctc(x, y, [5], [2]))
    ctc("_repeated", (5, 1, 2), [[1] * 3], lambda x, y: checked_ctc(x, y, [5], [3]))
    ctc("_batch", (7, 3, 4), batch, lambda x, y: checked_ctc(x, y, *lengths))
    ctc(
        "_blank",
        (6, 2, 4),
        [[0, 3, 3], [1, 0, 3]],
        lambda x, y: checked_ctc(x, y, [6, 4], [2, 3], blank=2),
    )
    ctc(
        "_mean",
        (7, 3, 4),
        batch,
        lambda x, y: (checked_ctc(x, y, *lengths) / torch.tensor([3, 2, 1])).mean(),
    )

    words = [0, 3, 7, 2, 4, 8, 1]
    two_tails = (7, 6), (6, 4), (4,), (6, 3), (3, 3), (6, 1), (1, 4)
    one_tail = (7, 4), (4, 4), (4,), (4, 2), (2, 6)
    for what, name in (("loss", "cross_entropy"), ("log_prob", "log_softmax")):
        case(f"adaptive_{name}", adaptive(9, [2, 5], what), *two_tails, indices=words)
        case(f"adaptive_{name}_one_tail", adaptive(9, [3], what), *one_tail, indices=words)
    # No target is in the first cluster.
    words = [0, 1, 7, 0, 6, 8, 1]
    case("adaptive_cross_entropy_empty", adaptive(9, [2, 5], "loss"), *two_tails, indices=words)
