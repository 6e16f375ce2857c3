"""Where other implementations of the optimizers get on landscapes in 200 steps: writes optimizers_peers.json beside this file.

    pip install -r requirements.txt
    python optimizers_peers.py

torch.optim, or optax where torch has no such optimizer, descends each landscape in float64 with gradients by torch's
autograd. The variants that they lack (epsilon under the root, means without bias correction, Keras's velocity, the
misprinted sign) are the papers' pseudo-code in NumPy; it is also run with torch's and optax's settings, and must end where
they do.

Each run starts at the first of a fixed random sequence of points from which its end moves by less than 1e-13 when a
coordinate of the start, or every gradient on the way, is moved to the next float64 in either direction: so the comparison
is not about luck with rounding. How far it moves is `ulp_sensitivity`. That holds for Lion too: its steps are signs, and where a sign hung by
a rounding error, the end would move by a step.
"""

import json
import math
import pathlib

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
import optax
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
STEPS = 200
MOST_SENSITIVE = 1e-13
BOUND = 2.0
# Settings that are not named have the defaults of torch or optax, which ours follow.
SETTINGS = [
    ("sgd", {"lr": 1e-3}),
    ("momentum", {"lr": 1e-4, "momentum": 0.9}),
    ("momentum", {"lr": 1e-4, "momentum": 0.9, "form": "keras"}),
    ("nesterov", {"lr": 1e-4, "momentum": 0.9}),
    ("nesterov", {"lr": 1e-4, "momentum": 0.9, "form": "keras"}),
    ("adagrad", {"lr": 0.1}),
    ("adagrad", {"lr": 0.1, "initial_accumulator_value": 0.5}),
    ("adagrad", {"lr": 0.1, "eps": 1e-2, "epsilon_placement": "inside"}),
    ("rmsprop", {"lr": 0.01}),
    ("rmsprop", {"lr": 0.003, "alpha": 0.9, "momentum": 0.8}),
    ("rmsprop", {"lr": 0.003, "alpha": 0.9, "eps": 1e-3, "centered": True, "momentum": 0.5}),
    ("rmsprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "epsilon_placement": "inside"}),
    ("adadelta", {"lr": 1.0}),
    ("adam", {"lr": 0.02}),
    ("adam", {"lr": 0.02, "eps": 1e-2, "epsilon_placement": "inside"}),
    ("adam", {"lr": 0.02, "bias_correction": False}),
    ("adam", {"lr": 0.02, "beta2": 0.99, "epsilon_placement": "inside", "bias_correction": False}),
    ("adam", {"lr": 0.01, "momentum_sign": "printed"}),
    ("amsgrad", {"lr": 0.02}),
    ("amsgrad", {"lr": 0.02, "beta2": 0.9, "eps": 1e-2, "epsilon_placement": "inside"}),
    ("amsgrad", {"lr": 0.02, "beta2": 0.9, "bias_correction": False}),
    ("adamax", {"lr": 0.02}),
    ("adamax", {"lr": 0.02, "bias_correction": False}),
    ("nadam", {"lr": 0.02}),
    ("nadam", {"lr": 0.02, "eps": 1e-2, "momentum_decay": 0.1, "epsilon_placement": "inside"}),
    ("nadam", {"lr": 0.02, "bias_correction": False}),
    ("radam", {"lr": 0.02}),
    ("radam", {"lr": 0.02, "eps": 1e-2, "epsilon_placement": "inside"}),
    ("radam", {"lr": 0.02, "bias_correction": False}),
    ("adamw", {"lr": 0.02}),
    ("adamw", {"lr": 0.02, "weight_decay": 0.5, "eps": 1e-2, "epsilon_placement": "inside"}),
    ("adamw", {"lr": 0.02, "bias_correction": False}),
    ("lion", {"lr": 0.01}),
    ("lion", {"lr": 0.01, "beta1": 0.8, "beta2": 0.95, "weight_decay": 0.3}),
    ("yogi", {"lr": 0.02}),
    ("yogi", {"lr": 0.02, "beta2": 0.9, "epsilon_placement": "inside"}),
    ("yogi", {"lr": 0.02, "bias_correction": False}),
    ("adabelief", {"lr": 0.02}),
    ("adabelief", {"lr": 0.02, "eps": 1e-3, "eps_root": 1e-8, "epsilon_placement": "inside"}),
    ("adabelief", {"lr": 0.02, "bias_correction": False}),
]
VARIANTS = {"epsilon_placement", "bias_correction", "form", "momentum_sign"}


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def beale(x):
    return sum((c - x[0] + x[0] * x[1] ** k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))


LANDSCAPES = {"rosenbrock": rosenbrock, "beale": beale}


def gradient(function, w):
    x = torch.tensor(w, requires_grad=True)
    function(x).backward()
    return x.grad.numpy()


# ----- torch and optax ------------------------------------------------------------------------------------------------

TORCH = {"adamax": "Adamax", "nadam": "NAdam", "radam": "RAdam", "adamw": "AdamW", "adam": "Adam", "amsgrad": "Adam"}
TORCH |= {"sgd": "SGD", "momentum": "SGD", "nesterov": "SGD", "adagrad": "Adagrad", "rmsprop": "RMSprop"}
TORCH |= {"adadelta": "Adadelta"}


def torch_stepper(name, settings):
    arguments = dict(settings)
    if "beta2" in arguments:
        arguments["betas"] = (arguments.pop("beta1", 0.9), arguments.pop("beta2"))
    arguments |= {"nesterov": True} if name == "nesterov" else {}
    arguments |= {"amsgrad": True} if name == "amsgrad" else {}

    def start(w):
        x = torch.tensor(w, requires_grad=True)
        optimizer = getattr(torch.optim, TORCH[name])([x], **arguments)

        def step(g):
            x.grad = torch.from_numpy(g.copy())
            optimizer.step()
            return x.detach().numpy().copy()

        return step

    return start


def optax_stepper(name, settings):
    names = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2"}
    optimizer = getattr(optax, name)(**{names.get(key, key): value for key, value in settings.items()})
    update = jax.jit(optimizer.update)

    def start(w):
        x = jnp.asarray(w)
        state = optimizer.init(x)

        def step(g):
            nonlocal x, state
            updates, state = update(jnp.asarray(g), state, x)
            x = optax.apply_updates(x, updates)
            return np.asarray(x)

        return step

    return start


# ----- the papers' pseudo-code ----------------------------------------------------------------------------------------

DEFAULTS = {
    "adagrad": {"eps": 1e-10, "initial_accumulator_value": 0.0},
    "rmsprop": {"alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "centered": False},
    "adadelta": {"rho": 0.9, "eps": 1e-6},
    "nadam": {"momentum_decay": 4e-3},
    "adamw": {"weight_decay": 1e-2},
    "lion": {"beta2": 0.99, "weight_decay": 1e-3},
    "yogi": {"eps": 1e-3, "initial_accumulator_value": 1e-6},
    "adabelief": {"eps": 1e-16, "eps_root": 1e-16},
}


def numpy_stepper(name, settings):
    h = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, **DEFAULTS.get(name, {}), **settings}
    lr, b1, b2, eps = h["lr"], h["beta1"], h["beta2"], h["eps"]
    corrected = h.get("bias_correction", True)
    keras = h.get("form") == "keras"
    sign = -1.0 if h.get("momentum_sign") == "printed" else 1.0

    def root(c):
        return np.sqrt(c + eps) if h.get("epsilon_placement") == "inside" else np.sqrt(c) + eps

    def hat(mean, beta, t):
        return mean / (1 - beta**t) if corrected else mean

    def direction(t, w, g, s):
        """The step: what is subtracted from w."""
        if name == "sgd":
            return lr * g
        if name in ("momentum", "nesterov"):
            s["v"] = h["momentum"] * s["v"] - lr * g if keras else h["momentum"] * s["v"] + g
            if name == "momentum":
                return -s["v"] if keras else lr * s["v"]
            return lr * g - h["momentum"] * s["v"] if keras else lr * (g + h["momentum"] * s["v"])
        if name == "adagrad":
            s["c"] = s["c"] + g**2
            return lr * g / root(s["c"] + h["initial_accumulator_value"])
        if name == "rmsprop":
            s["c"] = h["alpha"] * s["c"] + (1 - h["alpha"]) * g**2
            s["m"] = h["alpha"] * s["m"] + (1 - h["alpha"]) * g
            s["v"] = h["momentum"] * s["v"] + g / root(s["c"] - s["m"] ** 2 if h["centered"] else s["c"])
            return lr * s["v"]
        if name == "adadelta":
            s["c"] = h["rho"] * s["c"] + (1 - h["rho"]) * g**2
            d = np.sqrt(s["u"] + eps) / np.sqrt(s["c"] + eps) * g
            s["u"] = h["rho"] * s["u"] + (1 - h["rho"]) * d**2
            return lr * d
        if name == "lion":
            d = np.sign(b1 * s["m"] + (1 - b1) * g)
            s["m"] = b2 * s["m"] + (1 - b2) * g
            return lr * (d + h["weight_decay"] * w)
        if t == 1 and name == "yogi":
            s["m"] = s["c"] = np.full_like(w, h["initial_accumulator_value"])
        s["m"] = b1 * s["m"] + sign * (1 - b1) * g
        if name == "adamax":
            s["u"] = np.maximum(b2 * s["u"], np.abs(g) + eps)
            return lr * hat(s["m"], b1, t) / s["u"]
        if name == "yogi":
            s["c"] = s["c"] - (1 - b2) * np.sign(s["c"] - g**2) * g**2
        elif name == "adabelief":
            s["c"] = b2 * s["c"] + (1 - b2) * (g - s["m"]) ** 2 + h["eps_root"]
        else:
            s["c"] = b2 * s["c"] + (1 - b2) * g**2
        if name == "amsgrad":
            s["x"] = np.maximum(s["x"], s["c"])
            return lr * hat(s["m"], b1, t) / root(hat(s["x"], b2, t))
        if name == "nadam":
            mu = [b1 * (1 - 0.5 * 0.96 ** (i * h["momentum_decay"])) for i in range(1, t + 2)]
            past, upcoming = (1 - math.prod(mu[:t]), 1 - math.prod(mu)) if corrected else (1.0, 1.0)
            return lr * (mu[t] * s["m"] / upcoming + (1 - mu[t - 1]) * g / past) / root(hat(s["c"], b2, t))
        if name == "radam":
            longest = 2 / (1 - b2) - 1
            rho = longest - 2 * t * b2**t / (1 - b2**t)
            if rho <= 5:
                return lr * hat(s["m"], b1, t)
            r = math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))
            return lr * hat(s["m"], b1, t) * r * (math.sqrt(1 - b2**t) if corrected else 1.0) / root(s["c"])
        decay = lr * h["weight_decay"] * w if name == "adamw" else 0.0
        return decay + lr * hat(s["m"], b1, t) / root(hat(s["c"], b2, t))

    def start(w):
        w, t = np.array(w), 0
        s = {key: np.zeros_like(w) for key in "vcmux"}

        def step(g):
            nonlocal w, t
            t += 1
            w = w - direction(t, w, g, s)
            return w

        return step

    return start


# ----- runs -----------------------------------------------------------------------------------------------------------


def descend(function, start, w, towards=None):
    step = start(w)
    w = np.array(w)
    for _ in range(STEPS):
        g = gradient(function, w)
        w = step(g if towards is None else np.nextafter(g, towards))
    return w.tolist()


def distance(a, b):
    return max(abs(p - q) for p, q in zip(a, b)) / max(map(abs, b))


def sensitivity(function, start, w, end):
    moved = 0.0
    for towards in (-math.inf, math.inf):
        moved = max(moved, distance(descend(function, start, w, towards), end))
        for i in range(len(w)):
            neighbour = list(w)
            neighbour[i] = math.nextafter(w[i], towards)
            moved = max(moved, distance(descend(function, start, neighbour), end))
    return moved


def run(landscape, name, settings, generator):
    function = LANDSCAPES[landscape]
    in_numpy = numpy_stepper(name, settings)
    if VARIANTS & settings.keys():
        by, start = "numpy", in_numpy
    elif name in TORCH:
        by, start = "torch", torch_stepper(name, settings)
    else:
        by, start = "optax", optax_stepper(name, settings)
    while True:
        w = (BOUND * (2 * torch.rand(2, generator=generator) - 1)).tolist()
        end = descend(function, start, w)
        if not all(map(math.isfinite, end)):
            continue
        moved = sensitivity(function, start, w, end)
        if moved < MOST_SENSITIVE:
            break
    between = distance(descend(function, in_numpy, w), end)
    assert between < 1e-12, (landscape, name, settings, between)
    value = function(torch.tensor(end)).item()
    return {"by": by, "start": w, "settings": settings, "end": end, "value": value, "ulp_sensitivity": moved}


def main():
    landscapes = {}
    for landscape in LANDSCAPES:
        generator = torch.Generator().manual_seed(0)
        landscapes[landscape] = [
            {"optimizer": name, **run(landscape, name, settings, generator)} for name, settings in SETTINGS
        ]
    versions = {"torch": torch.__version__.split("+")[0], "optax": optax.__version__, "jax": jax.__version__}
    out = {**versions, "numpy": np.__version__, "steps": STEPS, "landscapes": landscapes}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
