"""Values and derivatives of functions in exact arithmetic, as nearly as hundreds of digits come.

Functions are given as numpy arrays of mpmath numbers and give such an array.
"""

import numpy
from mpmath import mp, mpf

EPSILON = mpf(2) ** -52


def array(x):
    """An array of mpmath numbers, of doubles or of what a function gives."""
    return numpy.vectorize(mpf, otypes=[object])(x) if numpy.size(x) else numpy.asarray(x, object)


def doubles(x):
    """Each number rounded once: to infinity or 0 beyond what there is."""
    return numpy.vectorize(float, otypes=[float])(x)


def root_of_squares(matrix):
    return array([mp.sqrt(total) for total in (matrix**2).sum(axis=1)])


class Problem:
    """A function at some inputs, and the gradient of sum(u y).

    `moves`: how far each input goes when it goes by its own size; with `differences`, by how far it
    lies below the largest of its array."""

    def __init__(self, function, inputs, u, differences, digits):
        sizes = [abs(v) for x in inputs for v in x.ravel() if v] + [1.0]
        mp.dps = int(digits + mp.log10(max(sizes)) - 2 * mp.log10(min(sizes)))
        self.function = function
        self.shapes = [x.shape for x in inputs]
        flat = [array(x.ravel()) for x in inputs]
        self.x = numpy.concatenate(flat)
        self.moves = numpy.concatenate([x - max(x) if differences else x for x in flat])
        self.u = array(u.ravel())
        self.step = mpf(min(sizes)) * mpf(10) ** -60

    def parts(self, flat):
        """Numbers of all inputs, as arrays of theirs."""
        ends = numpy.cumsum([int(numpy.prod(shape)) for shape in self.shapes])[:-1]
        return [part.reshape(s) for part, s in zip(numpy.split(flat, ends), self.shapes)]

    def value(self, x):
        return array(self.function(*self.parts(x))).ravel()

    def unit(self, j):
        out = array(numpy.zeros(len(self.x)))
        out[j] = self.step
        return out

    def jacobian(self, x):
        columns = [self.value(x + d) - self.value(x - d) for d in map(self.unit, range(len(x)))]
        return numpy.array(columns, dtype=object).T / (2 * self.step)

    def hessian(self):
        def loss(x):
            return self.u @ self.value(x)

        x, n = self.x, len(self.x)
        middle, out = loss(x), numpy.zeros((n, n), dtype=object)
        for i in range(n):
            a = self.unit(i)
            out[i, i] = loss(x + a) + loss(x - a) - 2 * middle
            for j in range(i):
                b = self.unit(j)
                twist = loss(x + a + b) - loss(x + a - b) - loss(x - a + b) + loss(x - a - b)
                out[i, j] = out[j, i] = twist / 4
        return out / self.step**2

    def solve(self, draw, distances):
        """The value and its spread; the gradient, its spread and its size, which is the largest
        here and where inputs are moved by up to so much of their size."""
        y, slopes = self.value(self.x), self.jacobian(self.x)
        gradient = self.u @ slopes
        spread = EPSILON * root_of_squares(slopes * self.moves)
        moved = numpy.concatenate([self.hessian() * self.moves, slopes.T * self.u], axis=1)
        gradient_spread = EPSILON * root_of_squares(moved)
        around = [abs(gradient)]
        for far in distances:
            there = self.x + far * self.moves * array([draw.uniform(-1, 1) for _ in self.x])
            try:
                around.append(abs(self.u @ self.jacobian(there)))
            except (TypeError, ValueError, ZeroDivisionError):
                pass  # there it is no real number
        size = numpy.concatenate(
            [numpy.full(p.size, p.max()) for p in self.parts(numpy.max(around, axis=0))]
        )
        return (y, spread), (gradient, gradient_spread, size)
