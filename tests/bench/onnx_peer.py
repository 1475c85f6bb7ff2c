#!/usr/bin/env python3
"""One measurement of onnxruntime, as engram_bench makes those of Engram: run.py starts both.

    python3 onnx_peer.py generate --config gen-65-128 --threads 1 --seconds 3
    python3 onnx_peer.py about

The last line on standard output is a JSON object. Needs onnxruntime, onnx and numpy.
"""

import argparse
import json
import statistics
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from configs import GENERATION, GOLDEN, WRITTEN


class Graph:
    """The benchmark's model: a token and the states in, the most probable next one and states out.
    The weights are those of pytorch_models.py."""

    def __init__(self, config):
        self.config, self.used = config, 0
        self.nodes, self.weights = [], []
        self.inputs, self.outputs = [], []

    def take(self, *shape):
        size = int(np.prod(shape))
        i = np.arange(self.used, self.used + size, dtype=np.float64)
        self.used += size
        values = 6 / self.config.hidden**0.5 * (np.modf(i * GOLDEN)[0] - 0.5)
        return values.astype(np.float32).reshape(shape)

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, operation, inputs, outputs, **attributes):
        self.nodes.append(helper.make_node(operation, inputs, outputs, **attributes))
        return outputs[0]

    def lstm_layer(self, k, x):
        h = self.config.hidden

        def gates(w):  # columns f, i, g, o as ONNX stores them: rows i, o, f, g
            f, i, g, o = np.split(w.T, 4)
            return np.concatenate((i, o, f, g))[None]

        w, r = gates(self.take(h, 4 * h)), gates(self.take(h, 4 * h))
        b = gates(self.take(1, 4 * h))[..., 0]
        b = np.concatenate((b, np.zeros_like(b)), axis=1)  # of its two biases one stays zero
        names = [self.weight(f"{n}{k}", v) for n, v in (("w", w), ("r", r), ("b", b))]
        states = [f"h{k}", f"c{k}"]
        after = [f"{s}_after" for s in states]
        for name in states:
            self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, h]))
        for name in after:
            self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, h]))
        y = self.add("LSTM", [x, *names, "", *states], [f"y{k}", *after], hidden_size=h)
        return self.add("Squeeze", [y, "direction"], [f"x{k}"])

    def model(self):
        v, h = self.config.vocabulary, self.config.hidden
        int64 = TensorProto.INT64
        self.inputs.append(helper.make_tensor_value_info("token", int64, [1, 1]))
        self.outputs.append(helper.make_tensor_value_info("next", int64, [1, 1]))
        self.weight("direction", np.array([1], dtype=np.int64))
        x = self.add("Gather", [self.weight("embedding", self.take(v, h)), "token"], ["x"])
        for k in range(self.config.layers):
            x = self.lstm_layer(k, x)
        product = self.add("MatMul", [x, self.weight("readout", self.take(h, v))], ["product"])
        self.add("Add", [product, self.weight("bias", self.take(v))], ["logits"])
        self.add("ArgMax", ["logits"], ["next"], axis=-1, keepdims=0)
        graph = helper.make_graph(self.nodes, "model", self.inputs, self.outputs, self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def generate(options):
    config = GENERATION[options.config]
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    model = Graph(config).model()
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )
    states = [i.name for i in session.get_inputs() if i.name != "token"]
    outputs = ["next", *(f"{name}_after" for name in states)]
    feed = {name: np.zeros((1, 1, config.hidden), np.float32) for name in states}
    feed["token"] = np.zeros((1, 1), np.int64)
    taken, warm, end, written = [], 50, None, []
    while end is None or taken[-1] < end:
        token, *after = session.run(outputs, feed)
        feed = {"token": token, **dict(zip(states, after))}
        number = int(token[0, 0])  # a program that writes needs the number
        taken.append(time.perf_counter())
        if len(written) < WRITTEN:
            written.append(number)
        if len(taken) == warm:
            end = taken[-1] + options.seconds
    taken = taken[warm - 1 :]
    latencies = [1e6 * (b - a) for a, b in zip(taken, taken[1:])]
    percentiles = statistics.quantiles(latencies, n=100, method="inclusive")
    return {
        "tokens_per_second": 1e6 / percentiles[49],
        "latency_us": {f"p{p}": percentiles[p - 1] for p in (50, 90, 99)},
        "written": written,
        "library": f"onnxruntime {onnxruntime.__version__}",
    }


def about(options):
    return {"library": f"onnxruntime {onnxruntime.__version__}"}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("about").set_defaults(run=about)
    sub = commands.add_parser("generate")
    sub.set_defaults(run=generate)
    sub.add_argument("--config", choices=GENERATION, required=True)
    sub.add_argument("--system", choices=("onnxruntime",), default="onnxruntime")
    sub.add_argument("--threads", type=int, default=1)
    sub.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    print(json.dumps(options.run(options)))


if __name__ == "__main__":
    main()
