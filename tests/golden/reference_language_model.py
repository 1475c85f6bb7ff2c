#!/usr/bin/env python3
"""Engram's language_model, written in PyTorch: the peer its losses are held against.

    python3 reference_language_model.py --text input.txt                      # characters
    python3 reference_language_model.py --text FOLDER --level word            # words

The flags have the names and, at each level, the defaults of the comparison (PRESETS). --text
is one file, split by --train-fraction, or a folder with train, valid and test files
(.txt or .txt.gz; test is not read). The training text is cut into --batch contiguous lanes;
the state is carried from chunk to chunk, starts at zero in every epoch, and is detached
between chunks. Words are separated by blanks and every line ends in <eos>.

Prints the held-out loss in nats a token after each epoch; --out FOLDER also writes
metrics.jsonl in Engram's form. Needs only torch.
"""

import argparse
import gzip
import json
import math
import pathlib
import sys
import time

import torch

PRESETS = {
    "char": dict(
        layers=2,
        hidden=128,
        embedding=128,
        batch=50,
        steps=50,
        epochs=12,
        tied=False,
        optimizer="adam",
        learning_rate=2e-3,
        clip=5.0,
        dropout=0.0,
        initial=0.08,
    ),
    "word": dict(
        layers=2,
        hidden=200,
        embedding=200,
        batch=20,
        steps=35,
        epochs=2,
        tied=True,
        optimizer="sgd",
        learning_rate=20.0,
        clip=0.25,
        dropout=0.2,
        initial=0.1,
    ),
}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--level", choices=PRESETS, default="char")
    for name in ("layers", "hidden", "embedding", "batch", "steps", "epochs"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("learning-rate", "clip", "dropout"):
        parser.add_argument(f"--{name}", type=float)
    parser.add_argument("--initial", type=float, help="all weights start uniform in +-INITIAL")
    parser.add_argument("--optimizer", choices=("adam", "sgd"))
    parser.add_argument("--tied", action=argparse.BooleanOptionalAction)
    parser.add_argument("--train-fraction", type=float, default=0.95)
    parser.add_argument("--held-out-batch", type=int, default=10, help="lanes of the held-out text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, help="chunks an epoch at most, to try things out")
    parser.add_argument("--out", type=pathlib.Path)
    level = parser.parse_known_args()[0].level
    parser.set_defaults(**PRESETS[level])
    return parser.parse_args()


def read(path):
    if not path.exists():
        path = path.with_name(path.name + ".gz")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8")


def tokens(text, level):
    if level == "char":
        return text
    return [word for line in text.splitlines() for word in (*line.split(" "), "<eos>") if word]


def load(options):
    """Training and held-out text as token numbers, and the vocabulary size."""
    if options.text.is_dir():
        train, held_out = (read(options.text / f"{split}.txt") for split in ("train", "valid"))
        known = train = tokens(train, options.level)
        held_out = tokens(held_out, options.level)
    else:
        known = tokens(read(options.text), options.level)
        cut = int(len(known) * options.train_fraction)
        train, held_out = known[:cut], known[cut:]
    number = {token: k for k, token in enumerate(sorted(set(known)))}
    unknown = number.get("<unk>")
    missing = set(held_out) - set(number)
    if missing and unknown is None:
        sys.exit(f"held-out text has tokens that training lacks, and no <unk>: {missing}")
    encoded = [
        torch.tensor([number.get(token, unknown) for token in part]) for part in (train, held_out)
    ]
    return *encoded, len(number)


def chunks(data, lanes, steps, limit):
    """(x, y) of shape [T, B]: contiguous lanes, `steps` long; the last may be shorter."""
    length = (len(data) - 1) // lanes
    x = data[: lanes * length].reshape(lanes, length).t()
    y = data[1 : lanes * length + 1].reshape(lanes, length).t()
    for begin in list(range(0, length, steps))[:limit]:
        yield x[begin : begin + steps], y[begin : begin + steps]


class LanguageModel(torch.nn.Module):
    def __init__(self, vocabulary, options):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocabulary, options.embedding)
        self.lstm = torch.nn.LSTM(
            options.embedding, options.hidden, options.layers, dropout=options.dropout
        )
        self.readout = torch.nn.Linear(options.hidden, vocabulary)
        self.dropout = torch.nn.Dropout(options.dropout)
        if options.tied:
            self.readout.weight = self.embedding.weight
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -options.initial, options.initial)

    def forward(self, x, state):
        h, state = self.lstm(self.dropout(self.embedding(x)), state)
        return self.readout(self.dropout(h)), state


def cross_entropy(logits, y):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())


def run(model, data, lanes, options, optimizer=None):
    """One pass over the data, training if there is an optimizer: (nats a token, tokens/s, steps)."""
    model.train(optimizer is not None)
    state, total, count, steps, start = None, 0.0, 0, 0, time.perf_counter()
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in chunks(data, lanes, options.steps, options.limit):
            logits, state = model(x, state)
            loss = cross_entropy(logits, y)
            if optimizer:
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
                optimizer.step()
                state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
            steps += 1
    return total / count, count / (time.perf_counter() - start), steps


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    train, held_out, vocabulary = load(options)
    model = LanguageModel(vocabulary, options)
    kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[options.optimizer]
    optimizer = kind(model.parameters(), lr=options.learning_rate)
    size = sum(parameter.numel() for parameter in model.parameters())
    print(
        f"torch {torch.__version__}: {len(train)} training and {len(held_out)} held-out tokens, "
        f"vocabulary {vocabulary}, {size} parameters",
        file=sys.stderr,
    )
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "metrics.jsonl").write_text("")

    step = 0
    for epoch in range(1, options.epochs + 1):
        loss, speed, steps = run(model, train, options.batch, options, optimizer)
        step += steps
        reports = [("train", loss, speed)]
        loss, speed, _ = run(model, held_out, options.held_out_batch, options)
        reports.append(("valid", loss, speed))
        print(
            f"epoch {epoch}: "
            + "; ".join(
                f"{split} loss {loss:.4f} perplexity {math.exp(loss):.2f} ({speed:.0f} tokens/s)"
                for split, loss, speed in reports
            ),
            flush=True,
        )
        if options.out:
            with (options.out / "metrics.jsonl").open("a") as file:
                for split, loss, speed in reports:
                    report = dict(
                        epoch=epoch,
                        step=step,
                        split=split,
                        loss=loss,
                        perplexity=math.exp(loss),
                        tokens_per_second=round(speed),
                    )
                    print(json.dumps(report), file=file)


if __name__ == "__main__":
    main()
