"""Products of the Hessian of small networks with a direction, by JAX, written to hessians_jax.json.

    pip install -r requirements.txt        # jax 0.10.2, numpy 2.4.6; Python 3.11 or later
    python hessians_jax.py

Every case is a network of dense layers (units, the inputs first), the activation of its hidden layers, the mean of its loss over the
examples, whether there are biases, and the parameterisation with its gain, which give the factor of each layer's product of weights
and inputs: with n inputs, gain / sqrt(n) for hidden layers, and for the last one 1 / sqrt(n) (ntk) or 1 / n (mean-field); gain and 1
in the standard parameterisation.

"weights", "direction", "gradient" and "product" are lists of all parameters in float64, layer after layer: the weight matrix row by
row, one row per output, and then the biases. The gradient is jax.grad of the mean loss, the product jax.jvp of that gradient.

The activations are those of jax.nn, the losses are written out below as functions of the outputs of the last layer. Huber's delta and
the parameters of activations have the values 1, 0.01 (leaky ReLU) and 1 (ELU).

Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

EXAMPLES = 9

ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "leaky-relu": lambda z: jax.nn.leaky_relu(z, 0.01),
    "elu": jax.nn.elu,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
    "gelu-tanh": lambda z: jax.nn.gelu(z, approximate=True),
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
}

# Of one example, with the outputs z and the targets y.
LOSSES = {
    "mse": lambda z, y: jnp.mean((z - y) ** 2),
    "mae": lambda z, y: jnp.mean(jnp.abs(z - y)),
    "huber": lambda z, y: jnp.mean(jnp.where(jnp.abs(z - y) <= 1.0, 0.5 * (z - y) ** 2, jnp.abs(z - y) - 0.5)),
    "bce": lambda z, y: jnp.sum(jax.nn.softplus(z) - y * z),
    "softmax-cross-entropy": lambda z, y: jax.nn.logsumexp(z) - z[y[0].astype(int)],
    "softmax-cross-entropy-dense": lambda z, y: jnp.sum(y * (jax.nn.logsumexp(z) - z)),
}

STANDARD = ("standard", 1.0)

# Units, activation, loss, biases, parameterisation and gain.
CASES = [([3, 5, 2], name, "mse", True, STANDARD) for name in ACTIVATIONS] + [
    ([3, 4, 2], "tanh", "mae", True, STANDARD),
    ([3, 4, 2], "tanh", "huber", True, STANDARD),
    ([2, 6, 1], "tanh", "bce", True, STANDARD),
    ([4, 5, 3], "silu", "softmax-cross-entropy", True, STANDARD),
    ([4, 5, 3], "gelu", "softmax-cross-entropy-dense", False, STANDARD),
    ([2, 4, 4, 1], "tanh", "bce", True, STANDARD),
    ([5, 6, 4, 3], "sigmoid", "softmax-cross-entropy", True, STANDARD),
    ([4, 5, 5, 5, 2], "softplus", "huber", False, ("ntk", 1.5)),
    ([3, 8, 6, 2], "relu", "mse", True, ("mean-field", 1.25)),
    ([4, 3], "identity", "softmax-cross-entropy", True, ("ntk", 2.0)),
]


def targets(loss, outputs, rng):
    if loss in ("mse", "mae", "huber"):
        return rng.standard_normal((EXAMPLES, outputs))
    if loss == "bce":
        return rng.integers(0, 2, (EXAMPLES, 1)).astype(float)
    if loss == "softmax-cross-entropy":
        return rng.integers(0, outputs, (EXAMPLES, 1)).astype(float)
    shares = rng.random((EXAMPLES, outputs))
    return shares / shares.sum(axis=1, keepdims=True)


def scale(parameterisation, inputs, is_last):
    name, gain = parameterisation
    if name == "standard":
        return 1.0 if is_last else gain
    if not is_last:
        return gain / np.sqrt(inputs)
    return 1.0 / np.sqrt(inputs) if name == "ntk" else 1.0 / inputs


def mean_loss(parameters, case, x, y):
    units, activation, loss, bias, parameterisation = case
    at = 0
    a = x
    for layer, (inputs, outputs) in enumerate(zip(units[:-1], units[1:])):
        weight = parameters[at : at + inputs * outputs].reshape(outputs, inputs)
        at += inputs * outputs
        z = scale(parameterisation, inputs, layer + 2 == len(units)) * (a @ weight.T)
        if bias:
            z = z + parameters[at : at + outputs]
            at += outputs
        a = ACTIVATIONS[activation](z) if layer + 2 < len(units) else z
    return jnp.mean(jax.vmap(LOSSES[loss])(a, y))


def case_of(index, case):
    units, activation, loss, bias, parameterisation = case
    rng = np.random.default_rng(index)
    count = sum((inputs + bias) * outputs for inputs, outputs in zip(units[:-1], units[1:]))
    x, y = rng.standard_normal((EXAMPLES, units[0])), targets(loss, units[-1], rng)
    weights, direction = 0.7 * rng.standard_normal(count), rng.standard_normal(count)
    gradient = jax.grad(lambda parameters: mean_loss(parameters, case, jnp.asarray(x), jnp.asarray(y)))
    slope, product = jax.jvp(gradient, (jnp.asarray(weights),), (jnp.asarray(direction),))
    return {
        "units": units,
        "activation": activation,
        "loss": loss,
        "bias": bias,
        "parameterisation": parameterisation[0],
        "gain": parameterisation[1],
        "inputs": x.tolist(),
        "targets": y.tolist(),
        "weights": weights.tolist(),
        "direction": direction.tolist(),
        "gradient": np.asarray(slope).tolist(),
        "product": np.asarray(product).tolist(),
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
