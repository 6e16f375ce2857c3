"""Step optimizers that see layers along a fixed sequence of gradients and write the weights to methods.json.

    pip install -r requirements.txt        # jax 0.10.2, optax 0.2.8, torch 2.15.0, numpy 2.4.6; Python 3.11 or later
    python methods.py

Two layers, 3 x 4 and 2 x 3 weights with biases, in float64; gradients are standard normal numbers times the scale of the step.
Parameters stand layer by layer, weights row by row and then biases.
"""

import json
import re
from pathlib import Path

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
import optax

STEPS = 30
LOGGED = [1, 2, 3, 10, 30]
SHAPES = [(3, 4), (3,), (2, 3), (2,)]
LAYERS = [{"rows": 3, "columns": 4}, {"rows": 2, "columns": 3}]

LAMBS = [
    {"name": "lamb"},
    {"name": "lamb", "lr": 1e-2, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4, "weight_decay": 0.1},
]


def cut(flat):
    ends = np.cumsum([int(np.prod(shape)) for shape in SHAPES])
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), SHAPES)]


def flat(parts):
    return np.concatenate([np.asarray(part).ravel() for part in parts]).tolist()


def lamb(w0, gradients, settings):
    names = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2"}
    own = {names.get(key, key): value for key, value in settings.items() if key != "name"}
    optimizer = optax.lamb(**{"learning_rate": 1e-3, **own})
    w = [jnp.asarray(part) for part in cut(w0)]
    state = optimizer.init(w)
    logged = []
    for step, gradient in enumerate(gradients, start=1):
        updates, state = optimizer.update([jnp.asarray(part) for part in cut(gradient)], state, w)
        w = optax.apply_updates(w, updates)
        if step in LOGGED:
            logged.append(flat(w))
    return logged


def write(path, content):
    """JSON with every innermost list on one line."""
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


def main():
    rng = np.random.default_rng(2)
    size = sum(int(np.prod(shape)) for shape in SHAPES)
    w0 = rng.standard_normal(size)
    gradients = rng.standard_normal((STEPS, size)) * np.array([1.0, 1e-3, 10.0])[np.arange(STEPS) % 3][:, None]
    runs = [{"optimizer": settings, "w": lamb(w0, gradients, settings)} for settings in LAMBS]
    write(
        Path(__file__).with_suffix(".json"),
        {
            "optax": optax.__version__,
            "jax": jax.__version__,
            "numpy": np.__version__,
            "layers": LAYERS,
            "w0": w0.tolist(),
            "gradients": gradients.tolist(),
            "logged_steps": LOGGED,
            "runs": runs,
        },
    )


if __name__ == "__main__":
    main()
