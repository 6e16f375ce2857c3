"""Networks as safetensors files, between Python and Thalweg.

    pip install -r requirements.txt        # safetensors 0.8.0, numpy 2.4.6; Python 3.11 or later
    python tensors_python.py               # writes tensors_python_{f32,f64}.safetensors, which Thalweg must read
    python tensors_python.py --check       # reads tensors_thalweg_{f32,f64}.safetensors, which Thalweg wrote

Both are the network 3-4-2 whose parameters, layer by layer and the weight before the bias, are -1/7, 2/7, -3/7, ... in float64,
rounded to the type of the file. Python writes the tensors in an order, and with metadata, of its own.
"""

import math
import sys
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file

HERE = Path(__file__).parent
SHAPES = [
    ("layers.0.weight", (4, 3)),
    ("layers.0.bias", (4,)),
    ("layers.1.weight", (2, 4)),
    ("layers.1.bias", (2,)),
]
TYPES = {"f32": np.float32, "f64": np.float64}


def tensors(dtype):
    made, next_number = {}, 1
    for name, shape in SHAPES:
        count = math.prod(shape)
        numbers = [(-1) ** k * k / 7 for k in range(next_number, next_number + count)]
        made[name] = np.array(numbers, dtype=np.float64).astype(dtype).reshape(shape)
        next_number += count
    return made


def check():
    for name, dtype in TYPES.items():
        path = HERE / f"tensors_thalweg_{name}.safetensors"
        found, expected = load_file(path), tensors(dtype)
        assert set(found) == set(expected), path
        for tensor, array in expected.items():
            assert found[tensor].dtype == dtype and found[tensor].shape == array.shape, (path, tensor)
            assert found[tensor].tobytes() == array.tobytes(), (path, tensor)
        print(f"{path.name}: equal to the last bit (safetensors {safetensors.__version__})")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        check()
    else:
        for name, dtype in TYPES.items():
            save_file(tensors(dtype), HERE / f"tensors_python_{name}.safetensors", metadata={"made by": "numpy"})
