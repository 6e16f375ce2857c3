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
import torch

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


# The author's code, https://github.com/KellerJordan/Muon (muon.py), written anew for float64: Newton and Schulz's iterations, the
# momentum, and the step; biases by its AdamW.
MUONS = [
    {"name": "muon"},
    {"name": "muon", "lr": 1e-2, "momentum": 0.8, "weight_decay": 0.1, "ns_steps": 3, "nesterov": "false", "adam_lr": 1e-2},
    {"name": "muon", "layers": "hidden", "adam_lr": 1e-2, "adam_beta1": 0.8, "adam_beta2": 0.9, "adam_weight_decay": 0.1},
]
# torch.optim.Muon on the weights, torch.optim.AdamW on the biases.
TORCH_MUONS = [{"name": "muon", "lr": 1e-2, "momentum": 0.9, "weight_decay": 0.1, "scale": "rms", "adam_lr": 1e-2, "adam_eps": 1e-8}]
COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonal(matrix, steps):
    a, b, c = COEFFICIENTS
    x = matrix / (torch.linalg.matrix_norm(matrix) + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def muon(w0, gradients, settings):
    own = {"lr": 2e-2, "momentum": 0.95, "weight_decay": 0.0, "ns_steps": 5, "nesterov": "true", "layers": "all"}
    own |= {"adam_lr": 3e-4, "adam_beta1": 0.9, "adam_beta2": 0.95, "adam_eps": 1e-10, "adam_weight_decay": 0.0, **settings}
    w = [torch.tensor(part) for part in cut(w0)]
    means = [torch.zeros_like(part) for part in w]
    squares = [torch.zeros_like(part) for part in w]
    logged = []
    for step, gradient in enumerate(gradients, start=1):
        for part, mean, square, g in zip(w, means, squares, map(torch.tensor, cut(gradient))):
            if part.ndim == 2 and own["layers"] == "all":
                mean.lerp_(g, 1 - own["momentum"])
                update = g.lerp(mean, own["momentum"]) if own["nesterov"] == "true" else mean
                update = orthogonal(update, own["ns_steps"]) * max(1, part.shape[0] / part.shape[1]) ** 0.5
                part.mul_(1 - own["lr"] * own["weight_decay"]).add_(update, alpha=-own["lr"])
            else:
                mean.lerp_(g, 1 - own["adam_beta1"])
                square.lerp_(g.square(), 1 - own["adam_beta2"])
                corrected = mean / (1 - own["adam_beta1"] ** step)
                root = (square / (1 - own["adam_beta2"] ** step)).sqrt() + own["adam_eps"]
                part.mul_(1 - own["adam_lr"] * own["adam_weight_decay"]).add_(corrected / root, alpha=-own["adam_lr"])
        if step in LOGGED:
            logged.append(flat([part.numpy() for part in w]))
    return logged


def torch_muon(w0, gradients, settings):
    # PyTorch rounds to bfloat16 within; float64 takes its place, and nothing else changes.
    torch.optim._muon._zeropower_via_newtonschulz = lambda g, _, steps, eps: orthogonal(g, steps)
    w = [torch.tensor(part, requires_grad=True) for part in cut(w0)]
    of_weights = torch.optim.Muon(
        [part for part in w if part.ndim == 2],
        lr=settings["lr"],
        momentum=settings["momentum"],
        weight_decay=settings["weight_decay"],
        adjust_lr_fn="match_rms_adamw",
    )
    of_biases = torch.optim.AdamW(
        [part for part in w if part.ndim == 1], lr=settings["adam_lr"], betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0
    )
    logged = []
    for step, gradient in enumerate(gradients, start=1):
        for part, g in zip(w, cut(gradient)):
            part.grad = torch.tensor(g)
        of_weights.step()
        of_biases.step()
        if step in LOGGED:
            logged.append(flat([part.detach().numpy() for part in w]))
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
    kinds = [(lamb, LAMBS), (muon, MUONS), (torch_muon, TORCH_MUONS)]
    runs = [{"optimizer": own, "w": kind(w0, gradients, own)} for kind, list_of in kinds for own in list_of]
    write(
        Path(__file__).with_suffix(".json"),
        {
            "optax": optax.__version__,
            "jax": jax.__version__,
            "torch": torch.__version__.split("+")[0],
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
