"""Decompositions by NumPy and SciPy, written to decompositions_numpy.json.

    pip install -r requirements.txt        # Python 3.11 or later
    python decompositions_numpy.py

Matrices are of standard normal numbers from default_rng(3), and two that are hard: Hilbert's, and one of rank 2. All are row by row.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.linalg import hilbert, polar


def matrix(a):
    return {"rows": a.shape[0], "columns": a.shape[1], "numbers": a.ravel().tolist()}


def case(name, a, b):
    u, h = polar(a)
    found = {"name": name, "inputs": matrix(a), "targets": matrix(b)}
    found["singular_values"] = np.linalg.svd(a, compute_uv=False).tolist()
    found["eigenvalues"] = np.linalg.eigvalsh(a.T @ a).tolist()
    # One of several factors where the rank is not full.
    found["orthogonal"] = matrix(u) if np.linalg.matrix_rank(a) == min(a.shape) else None
    found["semidefinite"] = matrix(h)
    found["rank"] = int(np.linalg.matrix_rank(a))
    found["solution"] = matrix(np.linalg.lstsq(a, b, rcond=None)[0])
    return found


def main():
    generator = np.random.default_rng(3)
    cases = []
    for rows, columns in [(1, 1), (4, 4), (9, 4), (3, 7), (40, 12)]:
        a, b = generator.standard_normal((rows, columns)), generator.standard_normal((rows, 2))
        cases.append(case(f"{rows} x {columns}", a, b))
    a = generator.standard_normal((8, 2)) @ generator.standard_normal((2, 5))
    cases.append(case("rank 2", a, generator.standard_normal((8, 3))))
    cases.append(case("hilbert", hilbert(5), np.ones((5, 1))))
    text = json.dumps({"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}).replace('{"name"', '\n{"name"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")


if __name__ == "__main__":
    main()
