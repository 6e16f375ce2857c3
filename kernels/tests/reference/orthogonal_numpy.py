"""NumPy's QR decomposition with a positive diagonal of R, written to orthogonal_numpy.json.

    pip install -r requirements.txt        # numpy 2.4.6; Python 3.11 or later
    python orthogonal_numpy.py

Matrices of standard normal numbers from default_rng(2), row by row. LAPACK leaves the signs of R's diagonal open; a column of Q
whose diagonal element is negative changes its sign, and then the decomposition is unique.
"""

import json
from pathlib import Path

import numpy as np

SHAPES = [(1, 1), (2, 2), (3, 3), (8, 8), (17, 17), (5, 2), (20, 9)]


def decomposition(shape, generator):
    matrix = generator.standard_normal(shape)
    q, r = np.linalg.qr(matrix)
    q = q * np.sign(np.diag(r))
    return {"rows": shape[0], "columns": shape[1], "matrix": matrix.ravel().tolist(), "q": q.ravel().tolist()}


def main():
    generator = np.random.default_rng(2)
    cases = [decomposition(shape, generator) for shape in SHAPES]
    text = json.dumps({"numpy": np.__version__, "cases": cases}).replace('{"rows"', '\n{"rows"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")


if __name__ == "__main__":
    main()
