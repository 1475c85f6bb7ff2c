"""The benchmark's model in PyTorch, twice, with the weights and the text that Engram has."""

import torch

from configs import GOLDEN


class Weights:
    """The values that all systems begin with: see GOLDEN."""

    def __init__(self, hidden):
        self.scale = 6 / hidden**0.5
        self.used = 0

    def take(self, *shape):
        size = torch.Size(shape).numel()
        i = torch.arange(self.used, self.used + size, dtype=torch.float64)
        self.used += size
        return (self.scale * ((i * GOLDEN).frac() - 0.5)).float().reshape(shape)


class FusedLstm(torch.nn.LSTM):
    """torch.nn.LSTM: one operation with a derivative written by hand."""

    def __init__(self, config, weights):
        width = config.hidden
        super().__init__(width, width, config.layers)
        for k in range(config.layers):
            self.fill(f"weight_ih_l{k}", rows_of_gates(weights.take(width, 4 * width)))
            self.fill(f"weight_hh_l{k}", rows_of_gates(weights.take(width, 4 * width)))
            self.fill(f"bias_ih_l{k}", rows_of_gates(weights.take(1, 4 * width)).flatten())
            # PyTorch has two biases where one would do; the second stays zero.
            self.fill(f"bias_hh_l{k}", torch.zeros(4 * width)).requires_grad_(False)

    def fill(self, name, values):
        getattr(self, name).data.copy_(values)
        return getattr(self, name)

    def no_state(self, batch):
        return (torch.zeros(self.num_layers, batch, self.hidden_size),) * 2


def rows_of_gates(w):
    """Columns f, i, g, o as PyTorch stores them: rows i, f, g, o."""
    f, i, g, o = w.t().chunk(4)
    return torch.cat((i, f, g, o))


class PrimitiveLstm(torch.nn.Module):
    """The LSTM as its equations, recorded operation by operation, as Engram's is. The projection
    of the inputs of all steps is one product, and the bias and the sum are part of the products."""

    def __init__(self, config, weights):
        super().__init__()
        width = self.width = config.hidden
        shapes = ((width, 4 * width), (width, 4 * width), (4 * width,))
        self.layers = torch.nn.ModuleList(
            torch.nn.ParameterList(weights.take(*shape) for shape in shapes)
            for _ in range(config.layers)
        )

    def no_state(self, batch):
        return tuple(torch.zeros(batch, self.width) for _ in range(2 * len(self.layers)))

    def forward(self, x, state):
        last = []
        for (w_ih, w_hh, b), h, c in zip(self.layers, state[::2], state[1::2]):
            projected = torch.addmm(b, x.flatten(0, 1), w_ih).unflatten(0, x.shape[:2])
            outputs = []
            for projection in projected.unbind():
                f, i, g, o = torch.addmm(projection, h, w_hh).chunk(4, dim=1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs)
            last += [h, c]
        return x, tuple(last)


LSTMS = {"pytorch-lstm": FusedLstm, "pytorch-primitives": PrimitiveLstm}


class LanguageModel(torch.nn.Module):
    def __init__(self, config, system, sparse=False):
        super().__init__()
        weights, v, h = Weights(config.hidden), config.vocabulary, config.hidden
        self.embedding = torch.nn.Embedding(v, h, sparse=sparse, _weight=weights.take(v, h))
        self.lstm = LSTMS[system](config, weights)
        self.readout = torch.nn.Linear(h, v)
        self.readout.weight.data.copy_(weights.take(h, v).t())
        self.readout.bias.data.copy_(weights.take(v))

    def forward(self, x, state):
        h, state = self.lstm(self.embedding(x), state)
        return self.readout(h), state


def batches(config):
    """Eight batches (x, y) of shape [T, B] that follow each other in every lane."""
    chunks, (batch, steps) = 8, (config.batch, config.steps)
    length = chunks * steps + 1
    tokens, x = [], 1
    for _ in range(batch * length):
        x = (1664525 * x + 1013904223) % 2**32
        tokens.append((x >> 8) % config.vocabulary)
    lanes = torch.tensor(tokens).reshape(batch, length).t()
    return [
        (lanes[k : k + steps].contiguous(), lanes[k + 1 : k + 1 + steps].contiguous())
        for k in range(0, chunks * steps, steps)
    ]
