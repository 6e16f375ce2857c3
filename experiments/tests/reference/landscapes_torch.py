"""Where torch.optim gets on landscapes in 300 steps: writes landscapes_torch.json beside this file.

    pip install -r requirements.txt
    python landscapes_torch.py

From each start, SGD, momentum and Adam descend each landscape in float64 with gradients by autograd. The starts are the
first of a fixed random sequence from which no optimizer ends elsewhere when a coordinate is moved to the next
float64, so that the comparison does not depend on luck with rounding. How far the ends then move is `ulp_sensitivity`.
"""

import json
import math
import pathlib

import torch

torch.set_default_dtype(torch.float64)
STEPS = 300
STARTS = 3
MOST_SENSITIVE = 1e-13


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def beale(x):
    return sum((c - x[0] + x[0] * x[1] ** k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))


def rastrigin(x):
    return 10 * len(x) + (x**2 - 10 * torch.cos(2 * math.pi * x)).sum()


LANDSCAPES = {
    "rosenbrock": (rosenbrock, 2.0, (1e-3, 1e-4, 0.02)),
    "beale": (beale, 2.0, (1e-3, 1e-4, 0.02)),
    "rastrigin": (rastrigin, 5.12, (1e-3, 1e-4, 0.02)),
}
OPTIMIZERS = {
    "sgd": lambda x, lr: torch.optim.SGD([x], lr=lr),
    "momentum": lambda x, lr: torch.optim.SGD([x], lr=lr, momentum=0.9),
    "adam": lambda x, lr: torch.optim.Adam([x], lr=lr, betas=(0.9, 0.999), eps=1e-8),
}


def descend(function, make, lr, start):
    x = torch.tensor(start, requires_grad=True)
    optimizer = make(x, lr)
    for _ in range(STEPS):
        optimizer.zero_grad()
        function(x).backward()
        optimizer.step()
    return x.tolist(), function(x).item()


def distance(a, b):
    return max(abs(p - q) for p, q in zip(a, b)) / max(map(abs, b))


def sensitivity(function, make, lr, start, end):
    moved = 0.0
    for i in range(len(start)):
        for towards in (-math.inf, math.inf):
            neighbour = list(start)
            neighbour[i] = math.nextafter(start[i], towards)
            moved = max(moved, distance(descend(function, make, lr, neighbour)[0], end))
    return moved


def runs_from(function, lrs, start):
    runs = []
    for (name, make), lr in zip(OPTIMIZERS.items(), lrs):
        end, value = descend(function, make, lr, start)
        moved = sensitivity(function, make, lr, start, end)
        if not moved < MOST_SENSITIVE:
            return None
        settings = {"lr": lr, **({"momentum": 0.9} if name == "momentum" else {})}
        runs.append({"optimizer": name, "settings": settings, "end": end, "value": value, "ulp_sensitivity": moved})
    return runs


def main():
    generator = torch.Generator().manual_seed(0)
    landscapes = {}
    for name, (function, bound, lrs) in LANDSCAPES.items():
        starts = []
        while len(starts) < STARTS:
            start = (bound * (2 * torch.rand(2, generator=generator) - 1)).tolist()
            runs = runs_from(function, lrs, start)
            if runs:
                starts.append({"start": start, "runs": runs})
        landscapes[name] = starts
    out = {"torch": torch.__version__, "steps": STEPS, "landscapes": landscapes}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
