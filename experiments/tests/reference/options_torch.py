"""Schedules, clipping and weight decay in PyTorch: writes options_torch.json beside this file.

    pip install -r requirements.txt
    python options_torch.py

`rates`: the learning rate of each step, for a rate of 1, by torch.optim.lr_scheduler. A warm-up is LinearLR followed by the
schedule (SequentialLR), as torch has none in its schedules. Inverse square root is the formula of Vaswani et al.
(arXiv:1706.03762) in the form that is 1 at the end of the warm-up, by LambdaLR.

`runs`: descents on Rosenbrock's function in float64, with weight decay, clipping (torch.nn.utils.clip_grad_value_, then
clip_grad_norm_), schedules, and sharpness-aware minimisation around the optimizer.
"""

import json
import math
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
warnings.filterwarnings("ignore")  # SequentialLR calls its parts in a way that they warn of.
STEPS = 60

RATES = [
    {},
    {"warmup": 7},
    {"schedule": "step", "step_size": 13, "gamma": 0.3},
    {"schedule": "step", "step_size": 5, "warmup": 4},
    {"schedule": "exponential", "gamma": 0.93},
    {"schedule": "exponential", "gamma": 0.93, "warmup": 10},
    {"schedule": "cosine"},
    {"schedule": "cosine", "warmup": 5, "min_factor": 0.1},
    {"schedule": "one-cycle"},
    {"schedule": "one-cycle", "pct_start": 0.45, "div_factor": 10, "final_div_factor": 100},
    {"schedule": "polynomial"},
    {"schedule": "polynomial", "power": 2.5, "warmup": 9},
    {"schedule": "inverse-sqrt"},
    {"schedule": "inverse-sqrt", "warmup": 8},
]

RUNS = [
    ("sgd", {"lr": 1e-3, "weight_decay": 0.3}),
    ("sgd", {"lr": 1e-3, "clip_norm": 5.0}),
    ("sgd", {"lr": 1e-3, "clip_value": 3.0}),
    ("sgd", {"lr": 1e-3, "clip_value": 3.0, "clip_norm": 3.5, "weight_decay": 0.1}),
    ("adam", {"lr": 0.02, "weight_decay": 0.3}),
    ("adam", {"lr": 0.02, "decoupled_weight_decay": 0.3}),
    ("nadam", {"lr": 0.02, "decoupled_weight_decay": 0.2, "schedule": "cosine", "warmup": 5}),
    ("radam", {"lr": 0.02, "decoupled_weight_decay": 0.2, "clip_norm": 2.0}),
    ("adamw", {"lr": 0.02, "clip_norm": 2.0, "schedule": "one-cycle"}),
    ("adagrad", {"lr": 0.1, "weight_decay": 0.1, "schedule": "inverse-sqrt", "warmup": 3}),
    ("momentum", {"lr": 2e-4, "momentum": 0.9, "clip_norm": 20.0, "schedule": "step", "step_size": 20}),
    ("rmsprop", {"lr": 0.01, "alpha": 0.99, "weight_decay": 0.2, "schedule": "polynomial"}),
    ("sgd", {"lr": 1e-3, "sam": 0.05}),
    ("momentum", {"lr": 2e-4, "momentum": 0.9, "sam": 0.1, "clip_norm": 20.0}),
    ("adam", {"lr": 0.02, "sam": 0.05, "decoupled_weight_decay": 0.3, "schedule": "cosine"}),
    ("rmsprop", {"lr": 2e-3, "alpha": 0.99, "sam": 0.05, "weight_decay": 0.2}),
]
NAMES = {"sgd": "SGD", "momentum": "SGD", "adam": "Adam", "nadam": "NAdam", "radam": "RAdam", "adamw": "AdamW"}
NAMES |= {"adagrad": "Adagrad", "rmsprop": "RMSprop"}
START = [-1.2, 0.7]


def scheduler(optimizer, settings):
    warmup = settings.get("warmup", 0)
    left = STEPS - warmup
    course = settings.get("schedule", "constant")
    peak = optimizer.param_groups[0]["lr"]
    if course == "one-cycle":
        arguments = {key: settings[key] for key in ("pct_start", "div_factor", "final_div_factor") if key in settings}
        return lr_scheduler.OneCycleLR(optimizer, peak, total_steps=STEPS, cycle_momentum=False, **arguments)
    if course == "inverse-sqrt":
        w = max(warmup, 1)
        return lr_scheduler.LambdaLR(optimizer, lambda i: min((i + 1) / w, math.sqrt(w / (i + 1))))
    make = {
        "constant": lambda: lr_scheduler.LambdaLR(optimizer, lambda _: 1.0),
        "step": lambda: lr_scheduler.StepLR(optimizer, settings["step_size"], settings.get("gamma", 0.1)),
        "exponential": lambda: lr_scheduler.ExponentialLR(optimizer, settings["gamma"]),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(
            optimizer, left, settings.get("min_factor", 0.0) * peak
        ),
        "polynomial": lambda: lr_scheduler.PolynomialLR(optimizer, left, settings.get("power", 1.0)),
    }[course]
    if warmup == 0:
        return make()
    rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [rise, make()], [warmup])


def rates(settings):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    course = scheduler(optimizer, settings)
    values = []
    for step in range(STEPS):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < STEPS:
            course.step()
    return values


def end(name, settings):
    arguments = {key: settings[key] for key in ("lr", "momentum", "alpha", "weight_decay") if key in settings}
    if "decoupled_weight_decay" in settings:
        arguments |= {"weight_decay": settings["decoupled_weight_decay"], "decoupled_weight_decay": True}
    if name == "adam" and "decoupled_weight_decay" in settings:
        name = "adamw"  # The same thing: torch's Adam passes the flag to it.
        del arguments["decoupled_weight_decay"]
    x = torch.tensor(START, requires_grad=True)
    optimizer = getattr(torch.optim, NAMES[name])([x], **arguments)
    course = scheduler(optimizer, settings)
    for step in range(STEPS):
        optimizer.zero_grad()
        (100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2).backward()
        if "sam" in settings:
            # As of the authors' https://github.com/google-research/sam, for torch: up, a gradient there, and back.
            up = x.grad * (settings["sam"] / (x.grad.norm() + 1e-12))
            before = x.detach().clone()
            x.data.add_(up)
            optimizer.zero_grad()
            (100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2).backward()
            x.data.copy_(before)
        if "clip_value" in settings:
            torch.nn.utils.clip_grad_value_([x], settings["clip_value"])
        if "clip_norm" in settings:
            torch.nn.utils.clip_grad_norm_([x], settings["clip_norm"])
        optimizer.step()
        if step + 1 < STEPS:
            course.step()
    return x.tolist()


def main():
    out = {
        "torch": torch.__version__.split("+")[0],
        "steps": STEPS,
        "start": START,
        "rates": [{"settings": settings, "factors": rates(settings)} for settings in RATES],
        "runs": [{"optimizer": name, "settings": settings, "end": end(name, settings)} for name, settings in RUNS],
    }
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
