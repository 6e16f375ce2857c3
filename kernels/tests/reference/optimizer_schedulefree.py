"""Step the optimizers of the package schedulefree along a fixed sequence of gradients; write optimizer_schedulefree.json.

    pip install -r requirements.txt        # torch 2.15.0, schedulefree 1.4.1, numpy 2.4.6; Python 3.11 or later
    python optimizer_schedulefree.py

The same weights and gradients as in optimizer_torch.py. "w" are the points at which gradients are taken, y of the paper, "x" the
averages at which losses are measured. Settings that are not named have the package's defaults.
"""

import json
import re
from pathlib import Path

import numpy as np
import schedulefree
import torch

STEPS = 50
LOGGED = [1, 2, 3, 10, 50]
SCALES = [1e-3, 1e-1, 1.0, 1e1, 1e3]

OPTIMIZERS = [
    {"name": "schedule-free-adamw"},
    {"name": "schedule-free-adamw", "lr": 1e-2, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4, "weight_decay": 0.1},
    {"name": "schedule-free-adamw", "lr": 1e-2, "r": 1.0, "lr_power": 1.0},
    {"name": "schedule-free-sgd", "lr": 1e-2},
    {"name": "schedule-free-sgd", "lr": 1e-3, "momentum": 0.6, "weight_decay": 0.3, "r": 2.0},
]
KINDS = {"schedule-free-adamw": schedulefree.AdamWScheduleFree, "schedule-free-sgd": schedulefree.SGDScheduleFree}


def arguments(settings):
    own = {key: value for key, value in settings.items() if key not in ("name", "beta1", "beta2", "lr_power")}
    if "beta1" in settings:
        own["betas"] = (settings["beta1"], settings["beta2"])
    if "lr_power" in settings:
        own["weight_lr_power"] = settings["lr_power"]
    return own


def run(w0, gradients, settings):
    w = torch.tensor(w0, dtype=torch.float64, requires_grad=True)
    kind = KINDS[settings["name"]]
    optimizer = kind([w], foreach=False, **arguments(settings))
    optimizer.train()
    points, averages = [], []
    for step, gradient in enumerate(gradients, start=1):
        w.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        if step in LOGGED:
            points.append(w.detach().tolist())
            optimizer.eval()
            averages.append(w.detach().tolist())
            optimizer.train()
    return {"optimizer": settings, "w": points, "x": averages}


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
            "schedulefree": schedulefree.__version__ if hasattr(schedulefree, "__version__") else "1.4.1",
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "w0": w0.tolist(),
            "gradients": gradients.tolist(),
            "logged_steps": LOGGED,
            "runs": [run(w0, gradients, settings) for settings in OPTIMIZERS],
        },
    )


if __name__ == "__main__":
    main()
