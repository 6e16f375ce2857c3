"""Values of landscapes as the literature writes them, and gradients by PyTorch's autograd: writes landscape_torch.json.

    pip install -r requirements.txt        # torch 2.15.0; Python 3.11 or later
    python landscape_torch.py

In float64, at random points of the domain (torch's generator, seed 4), three for each number of coordinates. Values and gradients are
right to a few units in the last place of the largest term.
"""

import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
PI = math.pi


def beale(x):
    return sum((c - x[0] + x[0] * x[1] ** k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))


def ackley(x):
    r = torch.sqrt((x**2).mean())
    return -20 * torch.exp(-0.2 * r) - torch.exp(torch.cos(2 * PI * x).mean()) + 20 + math.e


def griewank(x):
    roots = torch.sqrt(torch.arange(1, len(x) + 1))
    return (x**2).sum() / 4000 - torch.cos(x / roots).prod() + 1


def levy(x):
    w = 1 + (x - 1) / 4
    middle = ((w[:-1] - 1) ** 2 * (1 + 10 * torch.sin(PI * w[:-1] + 1) ** 2)).sum()
    return torch.sin(PI * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + torch.sin(2 * PI * w[-1]) ** 2)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def shubert(x):
    return -sum(k * torch.sin((k + 1) * x[0] + k) for k in range(1, 6))


def six_hump_camel(x):
    a, b = x
    return (4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (-4 + 4 * b**2) * b**2


# Name: the function, the bounds of the domain, and the numbers of coordinates.
LANDSCAPES = {
    "ackley": (ackley, [(-32.768, 32.768)], (1, 2, 5)),
    "beale": (beale, [(-4.5, 4.5)], (2,)),
    "booth": (lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2, [(-10, 10)], (2,)),
    "gramacy-lee": (lambda x: torch.sin(10 * PI * x[0]) / (2 * x[0]) + (x[0] - 1) ** 4, [(0.5, 2.5)], (1,)),
    "griewank": (griewank, [(-600, 600)], (1, 2, 5)),
    "himmelblau": (lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, [(-5, 5)], (2,)),
    "levy": (levy, [(-10, 10)], (1, 2, 5)),
    "matyas": (lambda x: 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1], [(-10, 10)], (2,)),
    "quadratic": (lambda x, spectrum: 0.5 * (spectrum * x**2).sum(), [(-2, 2)], (1, 3)),
    "rastrigin": (lambda x: 10 * len(x) + (x**2 - 10 * torch.cos(2 * PI * x)).sum(), [(-5.12, 5.12)], (1, 2, 5)),
    "rosenbrock": (rosenbrock, [(-2, 2)], (2, 5)),
    "saddle": (lambda x: x[0] ** 2 - x[1] ** 2, [(-2, 2)], (2,)),
    "shubert": (shubert, [(-10, 10)], (1,)),
    "six-hump-camel": (six_hump_camel, [(-3, 3), (-2, 2)], (2,)),
    "sphere": (lambda x: (x**2).sum(), [(-5.12, 5.12)], (1, 4)),
    "styblinski-tang": (lambda x: 0.5 * (x**4 - 16 * x**2 + 5 * x).sum(), [(-5, 5)], (1, 2, 5)),
    "three-hump-camel": (
        lambda x: 2 * x[0] ** 2 - 1.05 * x[0] ** 4 + x[0] ** 6 / 6 + x[0] * x[1] + x[1] ** 2,
        [(-5, 5)],
        (2,),
    ),
    "mccormick": (
        lambda x: torch.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1,
        [(-1.5, 4), (-3, 4)],
        (2,),
    ),
}


def case(name, function, bounds, dimensions, generator):
    low, high = (torch.tensor([bounds[min(i, len(bounds) - 1)][end] for i in range(dimensions)]) for end in (0, 1))
    x = (low + (high - low) * torch.rand(dimensions, generator=generator)).requires_grad_()
    spectrum = 10.0 ** torch.arange(dimensions) if name == "quadratic" else torch.tensor([])
    value = function(x, spectrum) if name == "quadratic" else function(x)
    value.backward()
    return {"x": x.tolist(), "spectrum": spectrum.tolist(), "value": value.item(), "gradient": x.grad.tolist()}


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(4)
    cases = {
        name: [case(name, function, bounds, count, generator) for count in counts for _ in range(3)]
        for name, (function, bounds, counts) in LANDSCAPES.items()
    }
    text = json.dumps({"torch": torch.__version__.split("+")[0], "landscapes": cases}).replace('{"x"', '\n{"x"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")


if __name__ == "__main__":
    main()
