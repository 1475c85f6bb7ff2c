"""Golden values of normalisations, convolutions, pooling, bags and attention."""

import torch
import torch.nn.functional as F

from cases import distinct


def batch_norm(x, gain, bias):
    return F.batch_norm(x, None, None, gain, bias, training=True)


def evaluated(x, gain, bias):
    """With the running statistics that the test has too."""
    channels = torch.arange(float(x.shape[1]))
    return F.batch_norm(x, 0.5 * channels, 1.5 + channels, gain, bias)


def causal_conv(x, w, dilation):
    """x [T, B, C], w [k, C, O]."""
    padded = F.pad(x.permute(1, 2, 0), ((w.shape[0] - 1) * dilation, 0))
    return F.conv1d(padded, w.permute(2, 1, 0), dilation=dilation).permute(2, 0, 1)


def attention(q, k, v, **options):
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return F.scaled_dot_product_attention(q, k, v, **options)


def rotary(x, base, offset):
    """As in the models of Hugging Face: halves are pairs."""
    steps, width = x.shape[-2:]
    turns = base ** (-torch.arange(0, width, 2) / width)
    angles = torch.outer(torch.arange(steps) + offset, turns).repeat(1, 2)
    a, b = x.chunk(2, -1)
    return x * angles.cos() + torch.cat((-b, a), -1) * angles.sin()


ORDER = [0, 2, 4, 1, 3, 5]  # neighbours to halves
BACK = [0, 3, 1, 4, 2, 5]


def write(case):
    def norm(x, w, b):
        return F.layer_norm(x, w.shape, w, b)

    case("layer_norm", norm, (3, 5), (5,), (5,))
    case("layer_norm_two_axes", norm, (2, 3, 4), (3, 4), (3, 4))
    case("rms_norm", lambda x, w: F.rms_norm(x, w.shape, w, eps=1e-5), (3, 5), (5,))
    for suffix, shape in (("", (5, 3)), ("_1d", (2, 3, 4)), ("_2d", (2, 3, 2, 3))):
        case(f"batch_norm{suffix}", batch_norm, shape, (3,), (3,))
        case(f"batch_norm_evaluated{suffix}", evaluated, shape, (3,), (3,))
    for suffix, shape in (("", (3, 4, 2)), ("_1d", (2, 4, 3))):
        case(
            f"group_norm{suffix}",
            lambda x, w, b: F.group_norm(x, 2, w, b),
            shape,
            (4,),
            (4,),
            again=False,
        )
    case(
        "instance_norm",
        lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
        (2, 3, 4),
        (3,),
        (3,),
    )
    # torch._weight_norm fails torch's own gradgradcheck; this is its definition.
    case("weight_norm", lambda v, g: v * (g / v.norm(dim=0)), (3, 4), (4,))
    case("weight_norm_axis0", lambda v, g: v * (g / v.norm(dim=1))[:, None], (3, 4), (3,))

    def image(x):
        return F.unfold(x, (3, 2), dilation=(2, 1), padding=(2, 1), stride=(2, 1))

    case("unfold", image, (1, 2, 4, 3))
    case("conv1d", F.conv1d, (2, 3, 5), (4, 3, 2))
    options = {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}
    case(
        "conv1d_options",
        lambda x, w: F.conv1d(x, w, **options),
        (2, 4, 6),
        (6, 2, 3),
        again=False,
    )
    case("conv1d_bias", F.conv1d, (2, 3, 5), (4, 3, 2), (4,))
    case("conv2d", F.conv2d, (2, 2, 4, 3), (3, 2, 2, 2), again=False)
    pairs = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}

    def paired(x, w):
        return F.conv2d(x, w, **pairs)

    case("conv2d_options", paired, (2, 4, 4, 3), (2, 2, 3, 2), again=False)
    case("conv2d_bias", F.conv2d, (1, 2, 3, 3), (3, 2, 2, 2), (3,))
    case("causal_conv1d", lambda x, w: causal_conv(x, w, 1), (5, 2, 3), (2, 3, 4))
    case("causal_conv1d_dilated", lambda x, w: causal_conv(x, w, 2), (5, 2, 3), (3, 3, 2))

    case("conv_transpose1d", F.conv_transpose1d, (2, 3, 5), (3, 4, 2))
    wide = {"stride": 3, "padding": 1, "output_padding": 2, "dilation": 2, "groups": 2}
    case(
        "conv_transpose1d_options",
        lambda x, w: F.conv_transpose1d(x, w, **wide),
        (2, 4, 3),
        (4, 3, 3),
        again=False,
    )
    tall = {"stride": (2, 1), "padding": (1, 0), "output_padding": (1, 0), "dilation": (1, 2)}
    case(
        "conv_transpose2d_options",
        lambda x, w, b: F.conv_transpose2d(x, w, b, groups=2, **tall),
        (2, 4, 3, 2),
        (4, 1, 2, 2),
        (2,),
        again=False,
    )

    wide = {"kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 1)}
    case("max_pool2d", lambda x: F.max_pool2d(x, 2), (2, 2, 4, 5), sample=distinct)
    case("max_pool2d_options", lambda x: F.max_pool2d(x, **wide), (1, 2, 5, 3), sample=distinct)
    case("max_pool1d", lambda x: F.max_pool1d(x, 3, 2), (2, 3, 7), sample=distinct)
    case("avg_pool2d", lambda x: F.avg_pool2d(x, 2), (2, 2, 4, 5))
    case("avg_pool2d_options", lambda x: F.avg_pool2d(x, **wide), (1, 2, 5, 3))
    case(
        "avg_pool2d_uncounted",
        lambda x: F.avg_pool2d(x, **wide, count_include_pad=False),
        (1, 2, 5, 3),
    )
    case("avg_pool1d", lambda x: F.avg_pool1d(x, 3), (2, 3, 7))

    ceil = {"kernel_size": (3, 2), "stride": 2, "padding": (1, 0), "ceil_mode": True}
    spread = ceil | {"dilation": (1, 2)}
    case("max_pool2d_ceil", lambda x: F.max_pool2d(x, **spread), (1, 2, 4, 5), sample=distinct)
    case("avg_pool2d_ceil", lambda x: F.avg_pool2d(x, **ceil), (1, 2, 4, 5))
    case(
        "avg_pool2d_ceil_uncounted",
        lambda x: F.avg_pool2d(x, **ceil, count_include_pad=False),
        (1, 2, 4, 5),
    )
    case(
        "max_pool2d_after",
        lambda x: F.max_pool2d(F.pad(x, (0, 1, 1, 0), value=-torch.inf), 2),
        (1, 2, 3, 5),
        sample=distinct,
        again=False,
    )
    case("max_pool2d_indices", lambda x: F.max_pool2d(x, 2), (2, 2, 4, 5), sample=distinct)
    case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), (2, 2, 4, 5))
    case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, 3), (2, 3, 7))
    case(
        "adaptive_max_pool2d",
        lambda x: F.adaptive_max_pool2d(x, (3, 2)),
        (2, 2, 4, 5),
        sample=distinct,
    )
    case("global_avg_pool", lambda x: F.adaptive_avg_pool2d(x, 1)[..., 0, 0], (2, 3, 4, 5))

    rows, offsets = [2, 0, 2, 1, 2], torch.tensor([0, 2, 2, 3])
    for mode in ("sum", "mean"):
        case(
            f"embedding_bag_{mode}",
            lambda w, i: F.embedding_bag(i, w, offsets, mode=mode),
            (4, 3),
            indices=rows,
            again=((5, 2), [0, 4, 4, 1, 2]),
        )

    case("attention", attention, (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 2))
    case(
        "attention_causal",
        lambda q, k, v: attention(q, k, v, is_causal=True, scale=0.7),
        (2, 3, 4),
        (2, 3, 4),
        (2, 3, 2),
    )
    mask = torch.tensor([[[1, 1, 0]], [[1, 0, 1]]], dtype=torch.bool)
    case(
        "attention_masked",
        lambda q, k, v: attention(q, k, v, attn_mask=mask),
        (2, 2, 3),
        (2, 3, 3),
        (2, 3, 2),
        again=False,
    )
    blind = torch.tensor([[1, 0, 1], [0, 0, 0]], dtype=torch.bool)
    case(
        "attention_blind",
        lambda q, k, v: attention(q, k, v, attn_mask=blind),
        (2, 3),
        (3, 3),
        (3, 2),
        edges=(),
        again=False,
    )

    def capped(q, k, v):
        scores = 0.7 * torch.tanh(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 / 0.7)
        return scores.softmax(-1) @ v

    case("attention_capped", capped, (2, 2, 3), (2, 5, 3), (2, 5, 2))
    case("rotary", lambda x: rotary(x, 10000, 0), (2, 5, 4))
    case("rotary_interleaved", lambda x: rotary(x[..., ORDER], 100, 3)[..., BACK], (2, 5, 6), again=False)
    case(
        "attention_bias",
        lambda q, k, v, b: attention(q, k, v, attn_mask=b),
        (2, 2, 3),
        (2, 3, 3),
        (2, 3, 2),
        (2, 3),
    )
