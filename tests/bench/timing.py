"""How the peers time a call."""
import statistics
import time


def median_seconds(f, seconds):
    """The median over at least three calls of `f` in about `seconds`, after three to warm up."""
    for _ in range(3):
        f()
    taken, end = [], time.perf_counter() + seconds
    while len(taken) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        f()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
