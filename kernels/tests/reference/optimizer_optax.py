"""Step optax's optimizers along a fixed sequence of gradients and write the weights to optimizer_optax.json.

    pip install -r requirements.txt        # jax 0.10.2, optax 0.2.8, numpy 2.4.6; Python 3.11 or later
    python optimizer_optax.py

The same weights and gradients as in optimizer_torch.py. Settings that are not named have optax's defaults.
"""

import json
import re
from pathlib import Path

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
import optax

STEPS = 50
LOGGED = [1, 2, 3, 10, 50]
SCALES = [1e-3, 1e-1, 1.0, 1e1, 1e3]

OPTIMIZERS = [
    {"name": "lion", "lr": 1e-2},
    {"name": "lion", "lr": 1e-3, "beta1": 0.7, "beta2": 0.9, "weight_decay": 0.5},
    {"name": "yogi", "lr": 1e-2},
    {"name": "yogi", "lr": 1e-2, "beta1": 0.8, "beta2": 0.95, "eps": 1e-8},
    {"name": "adabelief", "lr": 1e-2},
    {"name": "adabelief", "lr": 1e-2, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4, "eps_root": 1e-6},
    {"name": "adamw", "lr": 1e-2, "weight_decay": 1e-2},
    {"name": "optimistic", "lr": 1e-2},
    {"name": "optimistic", "lr": 1e-2, "optimism": 0.3},
]
# What optax calls otherwise.
METHODS = {"optimistic": optax.optimistic_gradient_descent}
NAMES = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "optimism": "beta"}


def weights(w0, gradients, settings):
    """The weights after each logged step."""
    arguments = {NAMES.get(key, key): value for key, value in settings.items() if key != "name"}
    method = METHODS.get(settings["name"]) or getattr(optax, settings["name"])
    optimizer = method(**arguments)
    w = jnp.asarray(w0)
    state = optimizer.init(w)
    logged = []
    for step, gradient in enumerate(gradients, start=1):
        updates, state = optimizer.update(jnp.asarray(gradient), state, w)
        w = optax.apply_updates(w, updates)
        if step in LOGGED:
            logged.append(np.asarray(w).tolist())
    return logged


def write(path, content):
    """JSON with every innermost list on one line."""
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


def main():
    rng = np.random.default_rng(1)
    w0 = rng.standard_normal(len(SCALES))
    gradients = rng.standard_normal((STEPS, len(SCALES))) * SCALES
    write(
        Path(__file__).with_suffix(".json"),
        {
            "optax": optax.__version__,
            "jax": jax.__version__,
            "numpy": np.__version__,
            "w0": w0.tolist(),
            "gradients": gradients.tolist(),
            "logged_steps": LOGGED,
            "runs": [{"optimizer": settings, "w": weights(w0, gradients, settings)} for settings in OPTIMIZERS],
        },
    )


if __name__ == "__main__":
    main()
