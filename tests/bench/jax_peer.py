#!/usr/bin/env python3
"""The gradient and the product with the Hessian of the benchmark's model, in JAX: run.py starts it.

    python3 jax_peer.py curvature --config char-128 --threads 2 --seconds 3
    python3 jax_peer.py about

The last line on standard output is a JSON object. Needs jax. XLA takes its threads at the start.
"""

import argparse
import json
import os

import numpy as np

from configs import GOLDEN, TRAINING
from timing import median_seconds


def weights(config):
    """The values that all systems begin with: see GOLDEN."""
    width, vocabulary = config.hidden, config.vocabulary
    scale, used = 6 / width**0.5, 0

    def take(*shape):
        nonlocal used
        size = int(np.prod(shape))
        x = np.arange(used, used + size) * GOLDEN
        used += size
        return (scale * (x - np.floor(x) - 0.5)).astype(np.float32).reshape(shape)

    out = {"embedding": take(vocabulary, width)}
    out["layers"] = [
        (take(width, 4 * width), take(width, 4 * width), take(4 * width))
        for _ in range(config.layers)
    ]
    out["readout"] = (take(width, vocabulary), take(vocabulary))
    return out


def first_batch(config):
    """Tokens and targets [T, B] of the first chunk of the text."""
    length, x, tokens = 8 * config.steps + 1, 1, []
    for _ in range(config.batch * length):
        x = (1664525 * x + 1013904223) % 2**32
        tokens.append((x >> 8) % config.vocabulary)
    lanes = np.array(tokens, np.int32).reshape(config.batch, length).T
    return lanes[: config.steps], lanes[1 : config.steps + 1]


def curvature(options):
    import jax
    import jax.numpy as jnp

    config = TRAINING[options.config]
    x, y = first_batch(config)
    parameters = weights(config)
    zeros = jnp.zeros((config.batch, config.hidden), jnp.float32)

    def layer(inputs, w_ih, w_hh, b):
        def step(state, projection):
            h, c = state
            f, i, g, o = jnp.split(projection + h @ w_hh, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        return jax.lax.scan(step, (zeros, zeros), inputs @ w_ih + b)[1]

    def loss(p):
        h = p["embedding"][x]
        for w in p["layers"]:
            h = layer(h, *w)
        w, b = p["readout"]
        log_p = jax.nn.log_softmax(h @ w + b)
        return -jnp.mean(jnp.take_along_axis(log_p, y[..., None], axis=-1))

    gradient = jax.jit(jax.grad(loss))
    product = jax.jit(lambda p, v: jax.jvp(jax.grad(loss), (p,), (v,))[1])

    def seconds(f, *arguments):
        return median_seconds(lambda: jax.block_until_ready(f(*arguments)), options.seconds / 2)

    one, all_ = seconds(gradient, parameters), seconds(product, parameters, parameters)
    hv = jax.tree_util.tree_leaves(product(parameters, parameters))
    return {
        "gradient_seconds": one,
        "product_seconds": all_,
        "gradients": all_ / one,
        "norm": float(np.sqrt(sum(np.sum(np.square(np.asarray(v, np.float64))) for v in hv))),
        "library": f"JAX {jax.__version__}",
    }


def about(options):
    import jax

    return {"library": f"JAX {jax.__version__}"}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (curvature, about):
        sub = commands.add_parser(command.__name__)
        sub.set_defaults(run=command)
        sub.add_argument("--threads", type=int, default=1)
    flags = commands.choices["curvature"]
    flags.add_argument("--config", choices=TRAINING, required=True)
    flags.add_argument("--system", choices=("jax",), default="jax")
    flags.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    # Before jax is imported: it has no later way to be told.
    flags = f"--xla_cpu_multi_thread_eigen={'true' if options.threads > 1 else 'false'}"
    os.environ["XLA_FLAGS"] = flags
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    print(json.dumps(options.run(options)))


if __name__ == "__main__":
    main()
