"""Losses and activations of PyTorch, with their derivatives by autograd, written to loss_torch.json.

    pip install -r requirements.txt        # torch 2.15.0, numpy 2.4.6; Python 3.11 or later
    python loss_torch.py

Losses: batches of 6 examples, in float64. "value" is the mean (of MSE, MAE and Huber over examples and outputs), "per_example" the loss of each
example, "gradient" d value / d output, which holds the 1/m of the mean. "ordinary" has outputs of order one; in the "extreme" cases
they reach +-50 and +-1000, with targets that agree or disagree with them, and everything stays finite.

"setting" is the value of the parameter of a function (Huber's delta, the leaky ReLU's slope, ELU's alpha) where that is not its default.

Activations: value and derivative at 21 points. ReLU's derivative at 0 is 0. torch's softplus is x above 20, and both its GELUs
cancel on the left.

Where something saturates, torch's numbers have a small absolute error rather than a small relative one, so an implementation may
be nearer to the truth than they are, and is to be compared with an absolute tolerance: tanh' is 1 - t^2 and sigmoid' s (1 - s) of
the rounded values; the gradient of bce is s - target; and a loss that is the difference of two logits is off by a rounding of
the larger (of log(1 + exp(-50)) = 1.9e-22, bce gives 0 at -50 and cross-entropy -0).

Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
import re
from pathlib import Path

import torch
from torch.nn import functional

ORDINARY = [[0.3, -1.2, 0.8], [2.0, 0.0, -0.5], [-0.7, 1.5, 1.4], [0.0, 0.0, 0.0], [-3.1, 2.2, 0.4], [1e-3, -1e-3, 4.0]]
EXTREME = [
    [50.0, -50.0, 0.0],
    [1000.0, -1000.0, 0.0],
    [1000.0, 999.0, 998.5],
    [-1000.0, -1000.0, -1000.0],
    [0.0, 50.0, 49.0],
    [-50.0, -1000.0, 50.0],
]
VALUES = [[0.5, -1.0, 1.0], [1.5, 0.25, 0.0], [-0.7, 2.0, 1.0], [1.0, 0.0, -1.0], [-3.0, 2.0, 0.5], [0.0, 1e-3, 5.0]]

ONE_HOT = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
SOFT = [[0.5, 0.25, 0.25], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0], [0.25, 0.5, 0.25], [0.125, 0.125, 0.75], [0.0, 0.5, 0.5]]

ORDINARY_LOGITS = [[0.3], [-1.2], [0.0], [2.5], [-4.0], [1e-3]]
EXTREME_LOGITS = [[50.0], [-50.0], [1000.0], [-1000.0], [36.5], [-0.25]]

CASES = [
    ("mse", "ordinary", ORDINARY, VALUES),
    ("mse", "extreme", EXTREME, VALUES),
    ("bce", "ordinary", ORDINARY_LOGITS, [[1.0], [0.0], [1.0], [0.0], [1.0], [0.0]]),
    ("bce", "extreme, agreeing", EXTREME_LOGITS, [[1.0], [0.0], [1.0], [0.0], [1.0], [0.0]]),
    ("bce", "extreme, disagreeing", EXTREME_LOGITS, [[0.0], [1.0], [0.0], [1.0], [0.0], [1.0]]),
    ("softmax-cross-entropy", "ordinary", ORDINARY, [0, 1, 2, 0, 1, 2]),
    ("softmax-cross-entropy", "extreme, agreeing", EXTREME, [0, 0, 0, 2, 1, 2]),
    ("softmax-cross-entropy", "extreme, disagreeing", EXTREME, [1, 1, 2, 0, 0, 1]),
    ("mae", "ordinary", ORDINARY, VALUES),
    ("mae", "extreme", EXTREME, VALUES),
    ("huber", "ordinary", ORDINARY, VALUES),
    ("huber", "extreme", EXTREME, VALUES),
    ("softmax-cross-entropy-dense", "one-hot", ORDINARY, ONE_HOT),
    ("softmax-cross-entropy-dense", "soft", ORDINARY, SOFT),
    ("softmax-cross-entropy-dense", "extreme", EXTREME, ONE_HOT),
]

LOSSES = {
    "mse": functional.mse_loss,
    "bce": functional.binary_cross_entropy_with_logits,
    "softmax-cross-entropy": functional.cross_entropy,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "softmax-cross-entropy-dense": functional.cross_entropy,
}

POSITIVE = [1e-8, 1e-3, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0, 700.0]
POINTS = [-x for x in reversed(POSITIVE)] + [0.0] + POSITIVE

ACTIVATIONS = {
    "identity": lambda x: 1.0 * x,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "leaky-relu": functional.leaky_relu,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "gelu-tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
}


# Other values of a parameter than its default.
SETTINGS = {
    "huber": [0.25, 3.0],
    "leaky-relu": [0.2],
    "elu": [0.5, 2.0],
}
PARAMETERS = {"huber": "delta", "leaky-relu": "negative_slope", "elu": "alpha"}


def loss_case(loss, case, outputs, targets, **setting):
    z = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(targets) if loss == "softmax-cross-entropy" else torch.tensor(targets, dtype=torch.float64)
    value = LOSSES[loss](z, y, **setting)
    value.backward()
    each = LOSSES[loss](z.detach(), y, reduction="none", **setting)
    return {
        "loss": loss,
        **noted(setting),
        "case": case,
        "outputs": outputs,
        "targets": targets,
        "value": value.item(),
        "per_example": (each if each.ndim == 1 else each.mean(dim=1)).tolist(),
        "gradient": z.grad.tolist(),
    }


def noted(setting):
    """The value of a parameter that does not have its default."""
    return {"setting": value for value in setting.values()}


def activation_case(name, **setting):
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    value = ACTIVATIONS[name](x, **setting)
    value.sum().backward()
    return {"activation": name, **noted(setting), "x": POINTS, "value": value.tolist(), "derivative": x.grad.tolist()}


def settings(name):
    return [{PARAMETERS[name]: value} for value in SETTINGS.get(name, [])]


def write(path, content):
    """JSON with every innermost list on one line."""
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


def main():
    torch.set_num_threads(1)
    write(
        Path(__file__).with_suffix(".json"),
        {
            "torch": torch.__version__.split("+")[0],
            "losses": [loss_case(*case) for case in CASES]
            + [loss_case(*case, **setting) for case in CASES for setting in settings(case[0])],
            "activations": [activation_case(name) for name in ACTIVATIONS]
            + [activation_case(name, **setting) for name in ACTIVATIONS for setting in settings(name)],
        },
    )


if __name__ == "__main__":
    main()
