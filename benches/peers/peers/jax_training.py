"""W1 to W4 in JAX."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .workloads import Training

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
#: Examples whose gradients are computed side by side in the layout with the runs last.
GROUP = 8


def softplus(z):
    return jnp.maximum(z, 0) + jnp.log1p(jnp.exp(-jnp.abs(z)))


def adam(state, gradient, step, rate):
    """One step of Adam on a tree of parameters and its two moments."""
    parameters, first, second = state
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
    scale = rate * jnp.sqrt(1 - BETA2**step) / (1 - BETA1**step)
    update = lambda p, m, v: p - scale * m / (jnp.sqrt(v) + EPSILON)
    return jax.tree.map(update, parameters, first, second), first, second


def idiomatic(workload: Training, runs: int, block: int, steps: int | None = None):
    """`jax.grad` of one network, `lax.scan` over the steps, `jax.vmap` over a block of runs, `lax.map` over the blocks."""
    inputs, targets = (jnp.asarray(array) for array in workload.examples())
    final = tuple(jnp.asarray(array) for array in workload.final_examples())
    order = jnp.asarray(workload.order(steps))
    activate = jnp.tanh if workload.activation == "tanh" else jax.nn.relu

    def loss(parameters, x, y):
        for weights, biases in parameters[:-1]:
            x = activate(x @ weights + biases)
        weights, biases = parameters[-1]
        z = x @ weights + biases
        if workload.loss == "bce":
            return jnp.mean(softplus(z[:, 0]) - y * z[:, 0])
        return jnp.mean(jax.nn.logsumexp(z, 1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])

    def train(parameters, rate, momentum):
        zeros = jax.tree.map(jnp.zeros_like, parameters)

        def adam_step(state, batch):
            examples, step = batch
            gradient = jax.grad(loss)(state[0], inputs[examples], targets[examples])
            return adam(state, gradient, step, rate), None

        def momentum_step(state, batch):
            parameters, velocity = state
            gradient = jax.grad(loss)(parameters, inputs[batch[0]], targets[batch[0]])
            velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, gradient)
            return (jax.tree.map(lambda p, v: p - rate * v, parameters, velocity), velocity), None

        batches = order, jnp.arange(1, len(order) + 1, dtype=jnp.float32)
        if workload.optimizer == "adam":
            state, _ = lax.scan(adam_step, (parameters, zeros, zeros), batches)
        else:
            state, _ = lax.scan(momentum_step, (parameters, zeros), batches)
        return loss(state[0], *final)

    blocks = lambda array: jnp.asarray(array).reshape(runs // block, block, *array.shape[1:])
    arguments = jax.tree.map(blocks, (workload.initial(runs), *workload.settings(runs)))
    compiled = jax.jit(lambda all: lax.map(lambda one: jax.vmap(train)(*one), all)).lower(arguments).compile()
    return lambda: np.asarray(compiled(arguments)).ravel()


def tuned(workload: Training, runs: int, block: int):
    """W1 by hand: runs last, so that they fill the registers; a gradient without autodiff, a few examples side by side."""
    inputs, targets = (jnp.asarray(array) for array in workload.examples())
    order = jnp.asarray(workload.order())
    (first, first_bias), (second, second_bias) = workload.initial(runs)
    rates, _ = workload.settings(runs)
    start = np.moveaxis(first, 0, -1), first_bias.T, second[:, :, 0].T, second_bias[:, 0]
    batch = workload.batch
    groups = lambda x, y: (x.reshape(-1, GROUP, 2), y.reshape(-1, GROUP))

    def outputs(parameters, x):
        w1, b1, w2, b2 = parameters
        hidden = [jnp.tanh(x[k, 0] * w1[0] + x[k, 1] * w1[1] + b1) for k in range(GROUP)]
        return hidden, [jnp.sum(h * w2, 0) + b2 for h in hidden]

    def gradient(parameters, x, y):
        _, b1, w2, b2 = parameters

        def accumulate(sums, group):
            x, y = group
            hidden, z = outputs(parameters, x)
            for k in range(GROUP):
                error = jax.nn.sigmoid(z[k]) - y[k]
                inner = error * (1 - hidden[k] * hidden[k])
                terms = inner * x[k, 0], inner * x[k, 1], inner, hidden[k] * error, error
                sums = tuple(total + term for total, term in zip(sums, terms))
            return sums, None

        zeros = jnp.zeros_like(b1), jnp.zeros_like(b1), jnp.zeros_like(b1), jnp.zeros_like(b1), jnp.zeros_like(b2)
        (by_x0, by_x1, by_bias, by_hidden, by_output), _ = lax.scan(accumulate, zeros, groups(x, y))
        scale = w2 / batch
        return jnp.stack([by_x0 * scale, by_x1 * scale]), by_bias * scale, by_hidden / batch, by_output / batch

    def train(parameters, rate):
        def step(state, now):
            x, y, t = now
            return adam(state, gradient(state[0], x, y), t, rate), None

        zeros = jax.tree.map(jnp.zeros_like, parameters)
        batches = inputs[order], targets[order], jnp.arange(1, len(order) + 1, dtype=jnp.float32)
        (parameters, _, _), _ = lax.scan(step, (parameters, zeros, zeros), batches)

        def add(total, group):
            x, y = group
            _, z = outputs(parameters, x)
            return total + sum(softplus(z[k]) - y[k] * z[k] for k in range(GROUP)), None

        total, _ = lax.scan(add, jnp.zeros_like(rate), groups(inputs, targets))
        return total / len(inputs)

    parts = [
        jax.tree.map(lambda array: jnp.asarray(array[..., at : at + block]), (start, rates))
        for at in range(0, runs, block)
    ]
    compiled = jax.jit(train).lower(*parts[0]).compile()
    return lambda: np.concatenate([np.asarray(compiled(*part)) for part in parts])
