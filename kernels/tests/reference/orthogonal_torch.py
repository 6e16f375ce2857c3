"""Make matrices orthogonal with PyTorch, as Muon does, and write them to orthogonal_torch.json.

    pip install -r requirements.txt        # torch 2.15.0, numpy 2.4.6; Python 3.11 or later
    python orthogonal_torch.py

Matrices of standard normal numbers from numpy's default_rng(3), row by row, in float64. Each is written after 1 and 5 iterations
of the quintic and of the Polar Express, and as its polar factor.

`newton_schulz` does what `zeropower_via_newtonschulz5` of github.com/KellerJordan/Muon does (muon.py as of 2025), operation by
operation, and `polar_express` what algorithm 1 of arXiv:2505.16932 does; but in float64, where both have bfloat16. The polar
factor is that of torch.linalg.svd.

Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
from pathlib import Path

import numpy as np
import torch

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 16), (6, 6), (11, 4), (5, 12)]
COUNTS = [1, 5]
JORDAN = (3.4445, -4.7750, 2.0315)
# Table of the paper, before its margin.
AMSEL = [
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
]
MARGIN = 1.01


def iterate(x, margin, coefficients):
    is_tall = x.size(-2) > x.size(-1)
    if is_tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) * margin + 1e-7)
    for a, b, c in coefficients:
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if is_tall else x


def newton_schulz(x, count):
    return iterate(x, 1.0, [JORDAN] * count)


def polar_express(x, count):
    coefficients = [(a / MARGIN, b / MARGIN**3, c / MARGIN**5) for a, b, c in AMSEL[:count]]
    return iterate(x, MARGIN, coefficients)


def polar(x):
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    return u @ v


def numbers(x):
    return x.contiguous().flatten().tolist()


def case(shape, generator):
    x = torch.from_numpy(generator.standard_normal(shape))
    iterated = {
        name: [numbers(method(x, count)) for count in COUNTS]
        for name, method in {"jordan": newton_schulz, "polar_express": polar_express}.items()
    }
    return {"rows": shape[0], "columns": shape[1], "matrix": numbers(x), **iterated, "polar": numbers(polar(x))}


def main():
    torch.set_num_threads(1)
    generator = np.random.default_rng(3)
    content = {
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
        "counts": COUNTS,
        "cases": [case(shape, generator) for shape in SHAPES],
    }
    text = json.dumps(content, allow_nan=False).replace('{"rows"', '\n{"rows"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")


if __name__ == "__main__":
    main()
