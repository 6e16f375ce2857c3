"""Step PyTorch's optimizers along a fixed sequence of gradients and write the weights to optimizer_torch.json.

    pip install -r requirements.txt        # torch 2.15.0, numpy 2.4.6; Python 3.11 or later
    python optimizer_torch.py

Five weights in float64, 50 gradients from numpy's default_rng(1): a standard normal number times the scale of its coordinate, from
1e-3 to 1e3 (Adam's first steps must come out alike for all of them, but for eps). w0 comes from the same generator, before the
gradients. The gradients do not depend on the weights, so nothing amplifies rounding: an implementation should agree to a few
units in the last place of the largest term.

Settings that are not named have torch's defaults. What torch lacks is in optimizer_optax.py.

Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
import re
from pathlib import Path

import numpy as np
import torch

LR = 0.01
STEPS = 50
LOGGED = [1, 2, 3, 10, 50]
SCALES = [1e-3, 1e-1, 1.0, 1e1, 1e3]

# The names of hyperparameters are torch's, but for the pair of betas.
ADAMS = {"adam": "Adam", "adamax": "Adamax", "nadam": "NAdam", "radam": "RAdam", "adamw": "AdamW"}


def torch_arguments(settings):
    arguments = {key: value for key, value in settings.items() if key not in ("name", "beta1", "beta2")}
    if "beta1" in settings:
        arguments["betas"] = (settings["beta1"], settings["beta2"])
    return arguments


def make(settings):
    name, arguments = settings["name"], torch_arguments(settings)
    match name:
        case "sgd" | "momentum":
            return lambda p: torch.optim.SGD(p, **arguments)
        case "nesterov":
            return lambda p: torch.optim.SGD(p, nesterov=True, **arguments)
        case "adagrad":
            return lambda p: torch.optim.Adagrad(p, **arguments)
        case "rmsprop":
            return lambda p: torch.optim.RMSprop(p, **arguments)
        case "adadelta":
            return lambda p: torch.optim.Adadelta(p, **arguments)
        case "amsgrad":
            return lambda p: torch.optim.Adam(p, amsgrad=True, **arguments)
        case _:
            return lambda p: getattr(torch.optim, ADAMS[name])(p, **arguments)


OPTIMIZERS = [
    {"name": "sgd", "lr": LR},
    {"name": "momentum", "lr": LR, "momentum": 0.9},
    {"name": "adam", "lr": LR, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    {"name": "adam", "lr": LR, "beta1": 0.8, "beta2": 0.99, "eps": 1e-3},
    {"name": "nesterov", "lr": LR, "momentum": 0.9},
    {"name": "adagrad", "lr": LR},
    {"name": "adagrad", "lr": LR, "eps": 1e-2, "initial_accumulator_value": 0.1},
    {"name": "rmsprop", "lr": LR},
    {"name": "rmsprop", "lr": LR, "alpha": 0.9, "eps": 1e-3, "momentum": 0.8},
    {"name": "rmsprop", "lr": LR, "alpha": 0.9, "eps": 1e-3, "centered": True},
    {"name": "adadelta"},
    {"name": "adadelta", "lr": 0.3, "rho": 0.8, "eps": 1e-3},
    *(
        {"name": name, **settings}
        for name in ("amsgrad", "adamax", "nadam", "radam", "adamw")
        for settings in ({}, {"lr": LR, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3})
    ),
    {"name": "nadam", "lr": LR, "momentum_decay": 0.3},
    {"name": "adamw", "lr": LR, "weight_decay": 0.4},
]


def weights(w0, gradients, make_optimizer):
    """The weights after each logged step."""
    w = torch.from_numpy(w0.copy()).requires_grad_()
    optimizer = make_optimizer([w])
    logged = []
    for step, gradient in enumerate(gradients, start=1):
        w.grad = torch.from_numpy(gradient.copy())
        optimizer.step()
        if step in LOGGED:
            logged.append(w.detach().tolist())
    return logged


def write(path, content):
    """JSON with every innermost list on one line."""
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


def main():
    torch.set_num_threads(1)
    # NAdam keeps a product in the default type.
    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(1)
    w0 = rng.standard_normal(len(SCALES))
    gradients = rng.standard_normal((STEPS, len(SCALES))) * SCALES
    write(
        Path(__file__).with_suffix(".json"),
        {
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "w0": w0.tolist(),
            "gradients": gradients.tolist(),
            "logged_steps": LOGGED,
            "runs": [
                {"optimizer": settings, "w": weights(w0, gradients, make(settings))} for settings in OPTIMIZERS
            ],
        },
    )


if __name__ == "__main__":
    main()
