"""Which peers are compared on which workload, and with how many units of work per round.

A peer is a function that prepares, compiling what there is to compile, and returns the function that does a round of work and
returns what came out: final losses or values, one per run or point, or the losses of all steps for pixels.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field

from .workloads import WORKLOADS, Landscape


@dataclass(frozen=True)
class Peer:
    """One way to do a workload: `function` of `module`, which takes the workload and `arguments`."""

    workload: str
    name: str
    packages: tuple[str, ...]
    module: str
    function: str
    arguments: dict = field(default_factory=dict)
    #: What replaces arguments where a round only has to show that everything works.
    quick: dict = field(default_factory=dict)
    #: Whether XLA is told to take registers of 512 bits where there are; it takes 256 by itself.
    wide: bool = False

    def prepare(self, quick: bool) -> Callable:
        prepare = getattr(importlib.import_module(f"{__package__}.{self.module}"), self.function)
        return prepare(WORKLOADS[self.workload], **self.chosen(quick))

    def chosen(self, quick: bool) -> dict:
        return {**self.arguments, **self.quick} if quick else self.arguments

    def units(self, quick: bool) -> float:
        """Units of work in a round: runs, pixels or point-steps, and parts of them where steps are left out."""
        workload = WORKLOADS[self.workload]
        if isinstance(workload, Landscape):
            return workload.side**2 * workload.steps
        chosen = self.chosen(quick)
        if self.module == "sklearn_training":
            from .sklearn_training import epochs

            return chosen["runs"] * epochs(workload)[1] / workload.steps
        return chosen["runs"] * (chosen.get("steps") or workload.steps) / workload.steps


JAX, TORCH, NUMPY, SKLEARN = ("jax", "jaxlib"), ("torch",), ("numpy",), ("scikit-learn",)


def _training(workload: str, runs: int, eager: int, jax: dict, quick: int) -> list[Peer]:
    """The ways of training a population that are common to all networks."""
    few = {"runs": quick}
    return [
        Peer(workload, "JAX, idiomatic", JAX, "jax_training", "idiomatic", jax, {"runs": max(quick, jax["block"])}),
        Peer(workload, "PyTorch, batched", TORCH, "torch_training", "batched", {"runs": runs}, few),
        Peer(workload, "PyTorch, compiled", TORCH, "torch_training", "batched", {"runs": runs, "compiled": True}, few),
        Peer(workload, "PyTorch, eager", TORCH, "torch_training", "eager", {"runs": eager}, {"runs": 4}),
        Peer(workload, "NumPy, batched", NUMPY, "numpy_training", "batched", {"runs": runs}, few),
    ]


_EPOCH = {"runs": 1}
_PART = {"steps": 20}

PEERS: list[Peer] = [
    Peer("w1", "JAX, tuned", JAX, "jax_training", "tuned", {"runs": 4096, "block": 128}, {"runs": 128}, wide=True),
    *_training("w1", runs=256, eager=16, jax={"runs": 4096, "block": 16}, quick=64),
    Peer("w1", "scikit-learn", SKLEARN, "sklearn_training", "one_by_one", {"runs": 16}, {"runs": 4}),
    *_training("w2", runs=64, eager=8, jax={"runs": 64, "block": 8}, quick=16),
    *_training("w3", runs=16, eager=8, jax={"runs": 16, "block": 1}, quick=4),
    Peer("w3", "scikit-learn", SKLEARN, "sklearn_training", "one_by_one", {"runs": 8}, {"runs": 4}),
    Peer("w4", "JAX, idiomatic", JAX, "jax_training", "idiomatic", {**_EPOCH, "block": 1}, _PART),
    Peer("w4", "PyTorch, eager", TORCH, "torch_training", "eager", _EPOCH, _PART),
    Peer("w4", "NumPy, batched", NUMPY, "numpy_training", "batched", _EPOCH, _PART),
    Peer("w5", "JAX, tuned", JAX, "jax_boundary", "tuned", {"runs": 1024, "block": 64}, {"runs": 64}, wide=True),
    Peer("w5", "JAX, idiomatic", JAX, "jax_boundary", "idiomatic", {"runs": 256, "block": 4}, {"runs": 32}),
    Peer("w5", "PyTorch, compiled", TORCH, "torch_boundary", "compiled", {"runs": 64}, {"runs": 32}),
    Peer("w5", "NumPy, batched", NUMPY, "numpy_boundary", "batched", {"runs": 64}, {"runs": 32}),
]
for _name in ("w6-rosenbrock", "w6-beale", "w6-rastrigin"):
    PEERS += [
        Peer(_name, "JAX, idiomatic", JAX, "jax_landscapes", "idiomatic", {"block": 1024}),
        Peer(_name, "NumPy, batched", NUMPY, "numpy_landscapes", "batched", {"block": 4096}),
    ]
