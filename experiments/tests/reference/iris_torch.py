"""Train a small network with PyTorch and record its path in iris_torch.json.

    pip install -r requirements.txt        # torch 2.15.0, numpy 2.4.6; Python 3.11 or later
    python iris_torch.py

The network is Linear(4, 8), tanh, Linear(8, 3) with the mean softmax cross-entropy, in float64, on experiments/data/iris.csv.
Features are standardized with the mean and the population standard deviation (ddof = 0) of all 150 rows; classes are numbered in
alphabetical order. A batch is all rows ("full"), or 32 rows in the order of the file: 0..31, 32..63, ..., with the last 22 rows
of an epoch as a batch of their own (whose loss is the mean over 22); epochs repeat until 200 steps are done.

Initial weights are drawn by numpy's default_rng(0), layer by layer, the weight before the bias: W ~ N(0, 1 / fan_in), an
array of shape (outputs, inputs), and b ~ 0.1 N(0, 1).

How far a faithful implementation may be from these numbers follows from how much rounding grows during training. So each run is
repeated from initial weights moved by one unit in the last place, each up or down by chance, and the largest change of the
final weights over a few such repetitions is in the file beside them ("ulp_sensitivity").

Numbers are written as the shortest decimals that read back to the same float64.
"""

import csv
import json
import re
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data" / "iris.csv"

SIZES = [4, 8, 3]
STEPS = 200
LOGGED = [0, 1, 2, 10, 50, 100, 200]
PERTURBATIONS = 8

OPTIMIZERS = [
    ({"name": "sgd", "lr": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    ({"name": "momentum", "lr": 0.05, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    ({"name": "adam", "lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}, lambda p: torch.optim.Adam(p, lr=0.01)),
]


def load():
    """The raw features, the class of each row, and the names of the classes."""
    with DATA.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    features = np.array([[float(cell) for cell in row[:-1]] for row in rows])
    names = sorted({row[-1] for row in rows})
    return features, np.array([names.index(row[-1]) for row in rows]), names


def initial_layers():
    """[(weight, bias)] of each layer."""
    rng = np.random.default_rng(0)
    return [
        (rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), 0.1 * rng.standard_normal(n_out))
        for n_in, n_out in zip(SIZES[:-1], SIZES[1:])
    ]


def nudged(layers, seed):
    """The layers with every number moved to the next float64 above or below."""
    rng = np.random.default_rng(seed)

    def move(a):
        return np.nextafter(a, np.where(rng.random(a.shape) < 0.5, -np.inf, np.inf))

    return [(move(weight), move(bias)) for weight, bias in layers]


def network(layers):
    """A torch network that starts from the given layers."""
    modules = []
    for weight, bias in layers:
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*modules[:-1])


def train(x, y, layers, make_optimizer, batch):
    """The loss on all rows at the logged steps, and the final layers."""
    net = network(layers)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = make_optimizer(net.parameters())
    starts = range(0, len(x), batch)
    losses = []
    for step in range(STEPS + 1):
        if step in LOGGED:
            with torch.no_grad():
                losses.append(loss(net(x), y).item())
        if step == STEPS:
            break
        start = starts[step % len(starts)]
        optimizer.zero_grad()
        loss(net(x[start : start + batch]), y[start : start + batch]).backward()
        optimizer.step()
    final = [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in net if isinstance(m, torch.nn.Linear)]
    return losses, final


def sensitivity(final, others):
    """The largest change of the final weights over the perturbed runs, relative to the whole and weight by weight."""
    flat = np.concatenate([part.ravel() for layer in final for part in layer])
    norm = element = 0.0
    for other in others:
        change = np.concatenate([part.ravel() for layer in other for part in layer]) - flat
        norm = max(norm, np.linalg.norm(change) / np.linalg.norm(flat))
        element = max(element, np.max(np.abs(change / flat)))
    return {"norm": float(norm), "element": float(element)}


def as_json(layers):
    return [{"weight": weight.tolist(), "bias": bias.tolist()} for weight, bias in layers]


def write(path, content):
    """JSON with every innermost list on one line."""
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


def main():
    torch.set_num_threads(1)
    features, classes, names = load()
    mean, std = features.mean(axis=0), features.std(axis=0)
    x, y = torch.from_numpy((features - mean) / std), torch.from_numpy(classes)
    layers = initial_layers()

    runs = []
    for settings, make_optimizer in OPTIMIZERS:
        for batch in ("full", 32):
            rows = len(x) if batch == "full" else batch
            losses, final = train(x, y, layers, make_optimizer, rows)
            others = [train(x, y, nudged(layers, seed), make_optimizer, rows)[1] for seed in range(PERTURBATIONS)]
            runs.append(
                {
                    "optimizer": settings,
                    "batch": batch,
                    "loss": losses,
                    "layers": as_json(final),
                    "ulp_sensitivity": sensitivity(final, others),
                }
            )

    write(
        HERE / "iris_torch.json",
        {
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "sizes": SIZES,
            "activation": "tanh",
            "loss": "softmax-cross-entropy",
            "classes": names,
            "feature_mean": mean.tolist(),
            "feature_std": std.tolist(),
            "logged_steps": LOGGED,
            "initial_layers": as_json(layers),
            "runs": runs,
        },
    )


if __name__ == "__main__":
    main()
