"""W5 in JAX."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .workloads import Boundary


def idiomatic(workload: Boundary, runs: int, block: int):
    """`jax.value_and_grad` of one network, `jax.vmap` over a block of runs, `lax.map` over the blocks."""
    inputs, targets, first, second = (jnp.asarray(array) for array in workload.problem())
    scale = 2**0.5 / workload.width**0.5

    def loss(parameters):
        hidden = jnp.tanh(inputs @ parameters[0] * scale)
        return jnp.mean((hidden @ parameters[1] / workload.width - targets) ** 2)

    def train(rate0, rate1):
        def step(parameters, _):
            value, gradient = jax.value_and_grad(loss)(parameters)
            return (parameters[0] - rate0 * gradient[0], parameters[1] - rate1 * gradient[1]), value

        return lax.scan(step, (first, second), None, length=workload.steps)[1]

    return _blocks(workload, runs, block, jax.vmap(train, out_axes=1))


def tuned(workload: Boundary, runs: int, block: int):
    """By hand: the weights of a block as one matrix, examples last, reductions as batched products."""
    inputs, targets, first, second = (jnp.asarray(array) for array in workload.problem())
    width, samples = workload.width, workload.samples
    scale = 2**0.5 / width**0.5

    def train(rate0, rate1):
        def step(parameters, _):
            weights, readout = parameters
            hidden = jnp.tanh(weights @ inputs.T * scale).reshape(block, width, samples)
            error = jnp.einsum("rjn,rj->rn", hidden, readout) / width - targets
            delta = error * (2 / samples / width)
            by_readout = jnp.einsum("rjn,rn->rj", hidden, delta)
            inner = (readout[:, :, None] * scale) * delta[:, None, :] * (1 - hidden * hidden)
            by_weights = (inner.reshape(block * width, samples) @ inputs).reshape(block, width, width)
            weights = weights - (rate0[:, None, None] * by_weights).reshape(block * width, width)
            return (weights, readout - rate1[:, None] * by_readout), jnp.mean(error * error, 1)

        start = jnp.tile(first.T, (block, 1)), jnp.tile(second, (block, 1))
        return lax.scan(step, start, None, length=workload.steps)[1]

    return _blocks(workload, runs, block, train)


def _blocks(workload: Boundary, runs: int, block: int, train):
    """Runs `train` block after block; it returns the losses of a block, (steps, block)."""
    rates = tuple(jnp.asarray(rate).reshape(-1, block) for rate in workload.rates(runs))
    compiled = jax.jit(lambda rates: lax.map(lambda pair: train(*pair), rates)).lower(rates).compile()
    return lambda: np.concatenate(list(np.asarray(compiled(rates))), 1)
