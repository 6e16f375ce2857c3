"""What observers see of small networks on their way, by JAX and NumPy, written to observers_jax.json.

    pip install -r requirements.txt        # jax 0.10.2, numpy 2.4.6; Python 3.11 or later
    python observers_jax.py

Every case is a network of dense layers (units, the inputs first) with biases, the activation of its hidden layers and the mean of its
loss over the examples. It is trained by momentum 0.9 (v <- 0.9 v + g, w <- w - lr v) on consecutive batches in the order of the
examples, again and again, all in float64. "weights" are the initial parameters, layer after layer: the weight matrix row by row, one
row per output, and then the biases.

"looks" has, by step, what the observers of these names see:

- norms: of the gradient g of the step's batch at the weights before it, and of the update;
- effective-lr: numpy.quantile of -update / g over the parameters at 0.05, 0.25, 0.5, 0.75 and 0.95;
- layers: per layer the norms of weights, gradient and update, that of the update over that of the weights before it, the cosine of
  the angle between -update and g, and that between g and the g of the step looked at before;
- sharpness: the largest eigenvalues of the Hessian (jax.hessian) of the loss on all examples at the weights after the step, by
  numpy.linalg.eigvalsh;
- batch-sharpness: g'Hg / |g|^2 of the loss on the step's batch at the weights after it; at step 0 on the first batch.

null stands where there is nothing. Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

EXAMPLES = 24
STEPS = [0, 1, 2, 5, 9]
EIGENVALUES = 3
MOMENTUM = 0.9

ACTIVATIONS = {"tanh": jnp.tanh, "silu": jax.nn.silu, "softplus": jax.nn.softplus}

# Of one example, with the outputs z and the targets y.
LOSSES = {
    "mse": lambda z, y: jnp.mean((z - y) ** 2),
    "bce": lambda z, y: jnp.sum(jax.nn.softplus(z) - y * z),
    "softmax-cross-entropy": lambda z, y: jax.nn.logsumexp(z) - z[y[0].astype(int)],
}

# Units, activation, loss, examples of a batch, learning rate.
CASES = [
    ([3, 5, 2], "tanh", "mse", 8, 0.05),
    ([2, 6, 1], "softplus", "bce", 24, 0.2),
    ([4, 5, 4, 3], "silu", "softmax-cross-entropy", 12, 0.1),
    ([3, 1], "tanh", "mse", 6, 0.02),
]


def targets(loss, outputs, rng):
    if loss == "mse":
        return rng.standard_normal((EXAMPLES, outputs))
    return rng.integers(0, max(outputs, 2), (EXAMPLES, 1)).astype(float)


def layers(units):
    at = 0
    for inputs, outputs in zip(units[:-1], units[1:]):
        yield at, inputs, outputs
        at += (inputs + 1) * outputs


def mean_loss(parameters, case, x, y):
    units, activation, loss, _, _ = case
    a = x
    for at, inputs, outputs in layers(units):
        weight = parameters[at : at + inputs * outputs].reshape(outputs, inputs)
        a = a @ weight.T + parameters[at + inputs * outputs : at + (inputs + 1) * outputs]
        if at + (inputs + 1) * outputs < len(parameters):
            a = ACTIVATIONS[activation](a)
    return jnp.mean(jax.vmap(LOSSES[loss])(a, y))


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def look(case, data, weights, update, gradient, earlier, batch):
    """What is seen after a step; `update` and `gradient` are None at the start."""
    units = case[0]
    ranges = [slice(at, at + (inputs + 1) * outputs) for at, inputs, outputs in layers(units)]
    of_all = lambda parameters: mean_loss(parameters, case, *data)
    of_batch = lambda parameters: mean_loss(parameters, case, data[0][batch], data[1][batch])
    here = jnp.asarray(weights)
    slope = np.asarray(jax.grad(of_batch)(here))
    seen = {
        "sharpness": np.linalg.eigvalsh(np.asarray(jax.hessian(of_all)(here)))[::-1][:EIGENVALUES].tolist(),
        "batch-sharpness": [float(slope @ np.asarray(jax.hessian(of_batch)(here)) @ slope / (slope @ slope))],
    }
    norm = lambda numbers: float(np.linalg.norm(numbers))
    if update is None:
        return seen | {"norms": None, "effective-lr": None, "layers": [[norm(weights[r])] + 5 * [None] for r in ranges]}
    rows = []
    for r in ranges:
        before, turned = weights[r] - update[r], None if earlier is None else cosine(gradient[r], earlier[r])
        row = [norm(weights[r]), norm(gradient[r]), norm(update[r]), norm(update[r]) / norm(before)]
        rows.append(row + [cosine(-update[r], gradient[r]), turned])
    rates = np.quantile(-update / gradient, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
    return seen | {"norms": [norm(gradient), norm(update)], "effective-lr": rates, "layers": rows}


def case_of(index, case):
    units, activation, loss, size, rate = case
    rng = np.random.default_rng(index)
    x, y = rng.standard_normal((EXAMPLES, units[0])), targets(loss, units[-1], rng)
    data = (jnp.asarray(x), jnp.asarray(y))
    count = sum((inputs + 1) * outputs for _, inputs, outputs in layers(units))
    initial = 0.6 * rng.standard_normal(count)
    weights, velocity, earlier, looks = initial.copy(), np.zeros(count), None, {}
    slope = jax.jit(jax.grad(lambda parameters, x, y: mean_loss(parameters, case, x, y)))
    batches = [slice(first, first + size) for first in range(0, EXAMPLES, size)]
    looks["0"] = look(case, data, weights, None, None, None, batches[0])
    for step in range(1, STEPS[-1] + 1):
        batch = batches[(step - 1) % len(batches)]
        gradient = np.asarray(slope(jnp.asarray(weights), data[0][batch], data[1][batch]))
        velocity = MOMENTUM * velocity + gradient
        update = -rate * velocity
        weights = weights + update
        if step in STEPS:
            looks[str(step)] = look(case, data, weights, update, gradient, earlier, batch)
            earlier = gradient
    return {
        "units": units,
        "activation": activation,
        "loss": loss,
        "batch": size,
        "lr": rate,
        "momentum": MOMENTUM,
        "inputs": x.tolist(),
        "targets": y.tolist(),
        "weights": initial.tolist(),
        "looks": looks,
    }


def write(path, content):
    """JSON with every innermost list on one line."""
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


def main():
    cases = [case_of(index, case) for index, case in enumerate(CASES)]
    write(Path(__file__).with_suffix(".json"), {"jax": jax.__version__, "numpy": np.__version__, "cases": cases})


if __name__ == "__main__":
    main()
