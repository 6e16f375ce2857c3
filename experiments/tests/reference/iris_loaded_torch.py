"""Train the network of iris_torch.py with PyTorch, on batches in the order in which Thalweg draws them.

    pip install -r requirements.txt        # torch 2.15.0, safetensors 0.8.0, numpy 2.4.6; Python 3.11 or later
    python iris_loaded_torch.py

It writes the initial network, iris_initial.safetensors, which Thalweg's spec loads, and where training takes it,
iris_loaded_torch.json: 200 steps of batches of 32, the last 22 examples of an epoch as a batch of their own or dropped.

iris_orders.json, from `cargo test -p thalweg --test results -- --ignored write_the_orders`, has the rows of iris.csv in
the order of each epoch. For `ulp_sensitivity` and the rest see iris_torch.py.
"""

import json

import torch
from safetensors.torch import save_file

from iris_torch import HERE, OPTIMIZERS, PERTURBATIONS, STEPS
from iris_torch import as_json, initial_layers, load, network, nudged, sensitivity, write

BATCH = 32


def batches(orders, drop_last):
    """The rows of each step's batch."""
    for order in orders:
        for start in range(0, len(order), BATCH):
            if start + BATCH <= len(order) or not drop_last:
                yield order[start : start + BATCH]


def train(x, y, layers, make_optimizer, orders, drop_last):
    net = network(layers)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = make_optimizer(net.parameters())
    for _, rows in zip(range(STEPS), batches(orders, drop_last), strict=False):
        optimizer.zero_grad()
        loss(net(x[rows]), y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        final_loss = loss(net(x), y).item()
    final = [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in net if isinstance(m, torch.nn.Linear)]
    return final_loss, final


def main():
    torch.set_num_threads(1)
    features, classes, _ = load()
    x = torch.from_numpy((features - features.mean(axis=0)) / features.std(axis=0))
    y = torch.from_numpy(classes)
    orders = json.loads((HERE / "iris_orders.json").read_text())
    layers = initial_layers()
    tensors = {}
    for index, (weight, bias) in enumerate(layers):
        tensors[f"layers.{index}.weight"] = torch.from_numpy(weight)
        tensors[f"layers.{index}.bias"] = torch.from_numpy(bias)
    save_file(tensors, HERE / "iris_initial.safetensors")

    runs = []
    for settings, make_optimizer in OPTIMIZERS:
        for drop_last in (False, True):
            setting = (make_optimizer, orders, drop_last)
            final_loss, final = train(x, y, layers, *setting)
            others = [train(x, y, nudged(layers, seed), *setting)[1] for seed in range(PERTURBATIONS)]
            runs.append(
                {
                    "optimizer": settings,
                    "drop_last": drop_last,
                    "final_loss": final_loss,
                    "layers": as_json(final),
                    "ulp_sensitivity": sensitivity(final, others),
                }
            )
    write(HERE / "iris_loaded_torch.json", {"torch": torch.__version__.split("+")[0], "runs": runs})


if __name__ == "__main__":
    main()
