"""A saturated ELU unit in PyTorch: writes saturated_torch.json beside this file.

    pip install -r requirements.txt
    python saturated_torch.py

The network y = v elu(w x) on the one example x = 1, y = 1 with the squared error, w = v = "weight" at first, Adam with a learning rate of
0.1 and "eps", in float64: [w, v] after 0, 10, ..., 100 steps. The derivative of ELU there is e^w, as small as 4e-18, and Adam divides by its
size, so that the unit moves as fast as any other; from the value, e^w - 1, it would be 0 and w would stay for ever.
"""

import json
import pathlib

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
CASES = [(-18.0, 1e-8), (-18.0, 1e-20), (-40.0, 1e-20)]


def run(weight, eps):
    w, v = (torch.tensor(weight, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.Adam([w, v], lr=0.1, eps=eps)
    path = [[w.item(), v.item()]]
    for step in range(1, 101):
        optimizer.zero_grad()
        ((v * functional.elu(w) - 1.0) ** 2).backward()
        optimizer.step()
        if step % 10 == 0:
            path.append([w.item(), v.item()])
    return {"weight": weight, "eps": eps, "path": path}


def main():
    out = {"torch": torch.__version__.split("+")[0], "runs": [run(*case) for case in CASES]}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
