"""The workloads: their networks and landscapes, their data, and how their work is counted.

Everything here is NumPy in single precision and follows from fixed seeds, so that all peers train on the same numbers.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

FLOAT = np.float32


def spread(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of the unit square: evenly spaced in the first coordinate, and by the golden ratio in the second."""
    step = np.arange(count) + 0.5
    return step / count, step * ((5**0.5 - 1) / 2) % 1


def geometric(low: float, high: float, share: np.ndarray) -> np.ndarray:
    """The value at each share of the way from `low` to `high` on a log scale."""
    return (low * (high / low) ** share).astype(FLOAT)


@dataclass(frozen=True)
class Training:
    """Networks that are trained at once and differ in their learning rates; a unit of work is one training run."""

    name: str
    widths: tuple[int, ...]
    activation: str  # "tanh" or "relu"
    loss: str  # "bce" for one output, "cross-entropy" for several
    data: str
    batch: int
    steps: int
    optimizer: str  # "adam" or "momentum"
    population: int  # runs that belong together; momentum's differ in rate and coefficient
    low: float
    high: float
    shared_start: bool = False
    evaluated: int | None = None  # examples that the final loss is taken over, if not all
    unit: str = "runs/s"

    def flops(self) -> float:
        """Per run: 2mnk per product, forward, weight gradients, and input gradients from the second layer on."""
        products = [rows * columns for rows, columns in zip(self.widths, self.widths[1:])]
        return 2.0 * self.batch * self.steps * (2 * sum(products) + sum(products[1:]))

    def examples(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (n, features), and targets: 0 and 1 as floats, or numbers of classes."""
        return _DATA[self.data]()

    def answer(self, losses: np.ndarray) -> float:
        """The mean of the final losses, each counted as at most one and a half times that of a guess.

        It hardly depends on how many runs there are, nor on what diverged runs end with; a median would.
        """
        guess = np.log(max(2, self.widths[-1]))
        return float(np.fmin(losses, 1.5 * guess).mean())

    def final_examples(self) -> tuple[np.ndarray, np.ndarray]:
        """The examples that the final loss is taken over."""
        inputs, targets = self.examples()
        return inputs[: self.evaluated], targets[: self.evaluated]

    def order(self, steps: int | None = None) -> np.ndarray:
        """The examples of each batch, (steps, batch): a new permutation per epoch, without its last partial batch."""
        random = np.random.default_rng(0)
        count = len(self.examples()[0])
        batches: list[np.ndarray] = []
        while len(batches) < self.steps:
            permutation = random.permutation(count)[: count // self.batch * self.batch]
            batches.extend(permutation.reshape(-1, self.batch))
        return np.stack(batches[: steps or self.steps]).astype(np.int32)

    def settings(self, runs: int) -> tuple[np.ndarray, np.ndarray]:
        """Learning rates and momenta, (runs,) each: spread so that any number of them stands for the whole population."""
        if self.optimizer == "momentum" and self.population > 1:
            first, second = spread(runs)
            return geometric(self.low, self.high, first), (0.99 * second).astype(FLOAT)
        return geometric(self.low, self.high, spread(runs)[0]), np.full(runs, 0.9, FLOAT)

    def initial(self, runs: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights (runs, n_in, n_out) from N(0, 1/n_in), and biases (runs, n_out) of zero, for each layer."""
        random = np.random.default_rng(0)
        layers = []
        for rows, columns in zip(self.widths, self.widths[1:]):
            shape = (1 if self.shared_start else runs, rows, columns)
            weights = random.standard_normal(shape).astype(FLOAT) / FLOAT(rows**0.5)
            layers.append((np.repeat(weights, runs // len(weights), 0), np.zeros((runs, columns), FLOAT)))
        return layers


@dataclass(frozen=True)
class Boundary:
    """The boundary of trainability of a network 16-16-1; a unit of work is one pair of learning rates, a pixel."""

    name: str = "w5"
    width: int = 16
    samples: int = 272
    steps: int = 500
    low: float = 1e-3
    high: float = 1e6
    unit: str = "pixels/s"

    def flops(self) -> float:
        return 2.0 * self.samples * self.steps * (2 * (self.width**2 + self.width) + self.width)

    def answer(self, losses: np.ndarray) -> float:
        """The share of pixels that converge: their last 20 losses, (steps, runs), are below their first one on average."""
        relative = np.minimum(np.where(np.isfinite(losses), losses, 1e6) / losses[0], 1e6)
        return float((relative[-20:].mean(0) < 1.0).mean())

    def problem(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Inputs (samples, width), targets (samples,), first weights (width, width) and second ones (width,)."""
        random = np.random.default_rng(5)
        shapes = [(self.samples, self.width), (self.samples,), (self.width, self.width), (self.width,)]
        return tuple(random.standard_normal(shape).astype(FLOAT) for shape in shapes)

    def rates(self, runs: int) -> tuple[np.ndarray, np.ndarray]:
        """Learning rates of the two layers, (runs,) each, spread over the square."""
        first, second = spread(runs)
        return geometric(self.low, self.high, first), geometric(self.low, self.high, second)


@dataclass(frozen=True)
class Landscape:
    """Momentum from a grid of starts; a unit of work is one step of one point."""

    name: str
    function: str
    side: int = 256
    steps: int = 1000
    rate: float = 1e-4
    momentum: float = 0.9
    unit: str = "point-steps/s"

    def flops(self) -> None:
        """Not counted: sines have no agreed number."""

    def answer(self, values: np.ndarray) -> float:
        """The median of the final values; points that left the landscape count as larger than all others."""
        return float(np.median(np.where(np.isfinite(values), values, np.inf)))

    def starts(self) -> tuple[np.ndarray, np.ndarray]:
        axis = np.linspace(-2.0, 2.0, self.side, dtype=FLOAT)
        first, second = np.meshgrid(axis, axis, indexing="ij")
        return first.ravel(), second.ravel()


_IMAGES = ((784, 512, 256, 10), "relu", "cross-entropy", "images", 256, 234)

WORKLOADS = {
    workload.name: workload
    for workload in (
        Training("w1", (2, 16, 1), "tanh", "bce", "moons", 64, 100, "adam", 65_536, 1e-4, 1.0),
        Training("w2", (2, 64, 64, 1), "relu", "bce", "moons", 128, 200, "momentum", 1_024, 1e-4, 1.0, True),
        Training("w3", (64, 128, 64, 10), "relu", "cross-entropy", "digits", 128, 280, "adam", 64, 1e-5, 0.1),
        Training("w4", *_IMAGES, "momentum", 1, 0.01, 0.01, evaluated=256, unit="epochs/s"),
        Boundary(),
        Landscape("w6-rosenbrock", "rosenbrock"),
        Landscape("w6-beale", "beale"),
        Landscape("w6-rastrigin", "rastrigin"),
    )
}


@cache
def _moons() -> tuple[np.ndarray, np.ndarray]:
    """Two half circles with noise of 0.2, as scikit-learn's `make_moons` defines them."""
    random = np.random.default_rng(0)
    angle = np.linspace(0.0, np.pi, 512)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], 1)
    points = np.concatenate([upper, lower]) + 0.2 * random.standard_normal((1024, 2))
    return points.astype(FLOAT), np.repeat([0.0, 1.0], 512).astype(FLOAT)


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """The digits that Thalweg ships: 1,797 images of 8 × 8 pixels from 0 to 16."""
    from pathlib import Path

    path = Path(__file__).parents[3] / "experiments" / "data" / "digits.csv"
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return (table[:, :-1] / 16.0).astype(FLOAT), table[:, -1].astype(np.int32)


@cache
def _images() -> tuple[np.ndarray, np.ndarray]:
    """60,000 images of uniform noise, with random labels."""
    random = np.random.default_rng(0)
    return random.random((60_000, 784), dtype=FLOAT), random.integers(0, 10, 60_000).astype(np.int32)


_DATA = {"moons": _moons, "digits": _digits, "images": _images}

