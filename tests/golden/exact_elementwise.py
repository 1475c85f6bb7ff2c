"""Elementwise ops: what exact.py writes of them."""

import numpy
from mpmath import mp, mpf

TINY = [1e-200, -3e-200, 1e-17, -1e-9, 3e-5]
COMMON = [0.3, -0.7, 1.1, -1.9, 2.5, -3.7] + TINY
OFFSET = [1e7 + 3 / 256, -1e7 - 101 / 256]
HUGE = [1e200, -3e200]
# Where eˣ ends, and where it is too small to be seen beside 1.
ENDS = [17.5, -17.5, 38.2, -38.2, 300.1, -300.1, 707.9, -707.9, 744.5, -744.5, 750.25, -750.25]


def each(function):
    return numpy.vectorize(function, otypes=[object])


def positive(points):
    return sorted({abs(x) for x in points})


def normal(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log1p(mp.exp(x))


def gelu_tanh(x):
    u = mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)
    return x * sigmoid(2 * u)


def elu(x, alpha):
    return x if x > 0 else alpha * mp.expm1(x)


def celu(x, alpha):
    return x if x > 0 else alpha * mp.expm1(x / alpha)


def selu(x):
    return mpf("1.0507009873554804934193349852946") * elu(
        x, mpf("1.6732632423543772848170429916717")
    )


def modulo(a, b, whole):
    return a - b * whole(a / b)


def units(rows):
    everywhere = COMMON + OFFSET + HUGE + ENDS
    moderate = COMMON + [8.5, -8.5, 5.2, -5.2]
    rows.elements("sigmoid", each(sigmoid), everywhere)
    rows.elements("softplus", each(softplus), everywhere)
    rows.elements("tanh", each(mp.tanh), everywhere)
    rows.elements("silu", each(lambda x: x * sigmoid(x)), everywhere)
    rows.elements("mish", each(lambda x: x * mp.tanh(softplus(x))), everywhere)
    rows.elements("gelu", each(lambda x: x * normal(x)), moderate + OFFSET + [37.5, -37.5, -38.5])
    rows.elements("gelu_tanh", each(gelu_tanh), moderate + OFFSET + [20.5, -20.5])
    rows.elements("selu", each(selu), everywhere)
    rows.elements("elu of one", each(lambda x: elu(x, mpf(0.7))), everywhere)
    rows.elements("celu of one", each(lambda x: celu(x, mpf(0.7))), everywhere)
    rows.elements("softsign", each(lambda x: x / (1 + abs(x))), everywhere)
    rows.elements("soft_cap", each(lambda x: 1.5 * mp.tanh(x / 1.5)), everywhere)
    rows.elements("leaky_relu of one", each(lambda x: x if x > 0 else mpf(0.3) * x), everywhere)
    rows.elements("hard_sigmoid", each(lambda x: min(max(x + 3, 0), 6) / 6), everywhere)
    rows.elements("hard_swish", each(lambda x: x * min(max(x + 3, 0), 6) / 6), COMMON + OFFSET)
    rows.elements("relu", each(lambda x: max(x, mpf(0))), everywhere)
    rows.elements("abs", each(abs), everywhere)


def analysis(rows):
    circle = TINY + [0.3, -0.7, 0.5, 0.999, -0.999999, 1 - 2.0**-40, 2.0**-53 - 1]
    # Not 6381956970095103 2^797, which of all doubles is nearest to an odd multiple of π/2: there
    # the C library's cosine and tangent are off by 8 and 14 units.
    turns = COMMON + OFFSET + HUGE + [22.0, 355.0, -1e15, 1e22, 5.5e300]
    rows.elements("exp", each(mp.exp), COMMON + ENDS + [709.75, 709.8, 2.0**-53])
    rows.elements("expm1", each(mp.expm1), COMMON + OFFSET[1:] + ENDS + [709.75, 0.5, -0.5])
    near_one = [1 + 2.0**-52, 1 - 2.0**-53, 1.0001, 0.9999]
    everywhere = positive(COMMON + OFFSET + HUGE + [5e-324, 3e-310]) + near_one
    rows.elements("log", each(mp.log), everywhere)
    rows.elements(
        "log1p",
        each(mp.log1p),
        [x for x in COMMON if x > -1] + OFFSET[:1] + HUGE[:1] + [2.0**-53 - 1, -0.9999],
    )
    rows.elements("sqrt", each(mp.sqrt), everywhere)
    rows.elements("rsqrt", each(lambda x: 1 / mp.sqrt(x)), everywhere)
    rows.elements("square", each(lambda x: x * x), COMMON + OFFSET + HUGE + [1e150, 1e-154])
    rows.elements("sin", each(mp.sin), turns)
    rows.elements("cos", each(mp.cos), turns)
    rows.elements("tan", each(mp.tan), turns)
    rows.elements("asin", each(mp.asin), circle)
    rows.elements("acos", each(mp.acos), circle)
    rows.elements("atan", each(mp.atan), COMMON + OFFSET + HUGE)
    rows.elements("sinh", each(mp.sinh), COMMON + ENDS + [710.25])
    rows.elements("cosh", each(mp.cosh), COMMON + ENDS + [710.25])
    rows.elements("asinh", each(mp.asinh), COMMON + OFFSET + HUGE)
    rows.elements(
        "acosh",
        each(mp.acosh),
        [1 + 2.0**-52, 1 + 2.0**-30, 1.001, 1.5, 7.0] + OFFSET[:1] + HUGE[:1],
    )
    rows.elements("atanh", each(mp.atanh), circle)
    rows.elements("erf", each(mp.erf), COMMON + OFFSET + HUGE + [5.5, -5.5, 0.84, 6.1, 26.0])
    rows.elements(
        "erfc", each(mp.erfc), COMMON + OFFSET + [5.5, -5.5, 0.84, 6.1, 10.0, 26.0, 26.5, 27.2]
    )


def pairs(rows):
    a = [0.3, -0.7, 1.1, 1e7 + 3 / 256, 1e7 + 5 / 256, 1e-200, 3e200, -2.5, 1e150]
    b = [0.7, 0.7000001, -1.1, 1e7 + 4 / 256, -1e7 - 5 / 256, 3e-200, 2e200, 1e-9, 1e-150]
    rows.elements("add", lambda x, y: x + y, a, b)
    rows.elements("sub", lambda x, y: x - y, a, b)
    rows.elements("mul", lambda x, y: x * y, a, b)
    rows.elements("div", lambda x, y: x / y, a, b)
    rows.elements("maximum", each(max), a, b)
    rows.elements("minimum", each(min), a, b)
    rows.elements("prelu", each(lambda x, s: x if x > 0 else s * x), a, b)
    rows.elements(
        "swiglu", each(lambda x, y: x * sigmoid(x) * y), a[:6] + [-2.5, -30.5], b[:6] + [1e7, 3.5]
    )
    rows.elements(
        "mod of two",
        each(lambda x, y: modulo(x, y, mp.floor)),
        a[:5] + [1e15, 7.3],
        b[:5] + [0.7, -1e-5],
    )
    rows.elements(
        "fmod of two",
        each(lambda x, y: modulo(x, y, lambda q: mp.floor(q) if q > 0 else mp.ceil(q))),
        a[:5] + [1e15, 7.3],
        b[:5] + [0.7, -1e-5],
    )
    base = [0.3, 1.1, 2.5, 1e-200, 1e-200, 3e200, 1 + 1e-9, 1 - 1e-9, 1e7 + 3 / 256, 1.5, 2.0, 0.7]
    power = [-1.7, 30.5, 2.0, 1.5, -1.25, 0.75, 1e11, 1e11, -40.3, 1740.0, -1060.5, 1e-200]
    rows.elements("pow", each(mp.power), base, power)
    one = [0.3, 1.1, 2.5, 1e-100, 1e100, 1e7 + 3 / 256]
    signed = one + [-0.3, -1.1, -2.5, -1e-60, -1e60]
    rows.elements("pow to a half", each(mp.sqrt), one)
    rows.elements("pow to a negative number", each(lambda x: x ** mpf(-1.5)), one)
    rows.elements("pow to three", each(lambda x: x**3), signed)
    rows.elements("pow to five", each(lambda x: x**5), signed)
    x = [0.3, 1.5, -0.7, 1e7, 1e7 + 1 / 256, 1e200, 1e-200, 5.0]
    y = [0.7, 1.5, 0.9, 1e7 + 3 / 256, -1e7, -1e200, 3e-200, 1e7]
    w = [0.1, 0.7, 0.5, 0.999999, 0.5, 0.25, 1 - 2.0**-53, 1e-9]
    rows.elements("lerp", lambda a, b, t: a + t * (b - a), x, y, w)


def rows(add):
    units(add)
    analysis(add)
    pairs(add)
