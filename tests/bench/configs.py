"""The models that are measured: the same in engram_bench, in pytorch_peer.py and in the tables."""

from typing import NamedTuple

# Element i of all weights, in Engram's order, is 6 / sqrt(hidden) times frac(i GOLDEN) - 1/2: no
# random numbers to agree on.
GOLDEN = 0.6180339887498949
# Tokens that a system which generates shows, so that all are seen to write the same.
WRITTEN = 20


class Config(NamedTuple):
    """An embedding, an LSTM as wide as the embedding, and a full softmax over the vocabulary."""

    vocabulary: int
    hidden: int
    layers: int
    batch: int
    steps: int

    @property
    def tokens(self):
        """Tokens of one training step."""
        return self.batch * self.steps


TRAINING = {
    "char-128": Config(65, 128, 2, 50, 50),
    "char-512": Config(65, 512, 2, 50, 50),
    "ptb-small": Config(10000, 200, 2, 20, 20),
    "ptb-medium": Config(10000, 650, 2, 20, 35),
    "wt2": Config(33278, 200, 2, 20, 35),
}

# One token after the other, each the most probable after the one before.
GENERATION = {
    "gen-65-128": Config(65, 128, 2, 1, 1),
    "gen-65-512": Config(65, 512, 2, 1, 1),
    "gen-10000-200": Config(10000, 200, 2, 1, 1),
    "gen-10000-650": Config(10000, 650, 2, 1, 1),
}
