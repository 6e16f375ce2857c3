"""The output of scikit-learn's generators without noise: writes generators_sklearn.json beside this file.

    pip install -r requirements.txt
    python generators_sklearn.py

Moons and circles without noise are a fixed set of points, whatever the order. Of blobs only the sizes of the classes are kept,
which do not depend on chance. Friedman's first function is evaluated at random points, which are kept beside its values.

Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import make_blobs, make_circles, make_friedman1, make_moons


def points(made):
    features, labels = made
    return [[float(x), float(y), int(label)] for (x, y), label in zip(features, labels)]


def main():
    features, values = make_friedman1(n_samples=20, n_features=6, noise=0.0, random_state=0)
    sizes = {}
    for samples, centers in [(11, 4), (12, 4), (7, 3)]:
        labels = make_blobs(n_samples=samples, centers=centers, random_state=0)[1]
        sizes[f"{samples} {centers}"] = np.bincount(labels).tolist()
    content = {
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "moons 23": points(make_moons(23, shuffle=False)),
        "circles 23 0.3": points(make_circles(23, factor=0.3, shuffle=False)),
        "blobs": sizes,
        "friedman1": [{"x": x.tolist(), "y": float(y)} for x, y in zip(features, values)],
    }
    text = "{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()) + "\n}\n"
    pathlib.Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
