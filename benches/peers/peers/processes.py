"""The contestants of a workload, each of which does a round of work when asked."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from .registry import Peer
from .workloads import WORKLOADS, Boundary, Landscape

#: One thread each, whatever is installed.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


class Failed(Exception):
    """A contestant that cannot take part, and why."""


@dataclass
class Round:
    """The result of a round: units of work, seconds, and the workload's answer."""

    units: float
    seconds: float
    answer: float


class Contestant(Protocol):
    name: str
    versions: str
    rounds: list[Round]

    def round(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class Theirs:
    """A peer in a process of its own, kept between rounds."""

    peer: Peer
    python: str
    quick: bool
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.peer.name
        work = "quick" if self.quick else "full"
        command = [self.python, "-m", "peers.worker", self.peer.name, self.peer.workload, work]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        ready = self.read()
        self.units = ready["units"]
        self.versions = " ".join(f"{name} {version}" for name, version in ready["versions"].items())

    def read(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines()
            raise Failed(said[-1] if said else f"it ended with code {self.process.returncode}")
        return json.loads(line)

    def round(self) -> None:
        print("go", file=self.process.stdin, flush=True)
        done = self.read()
        self.rounds.append(Round(self.units, done["seconds"], done["answer"]))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Ours:
    """Thalweg's own command on the shipped spec; the rate is the one that it measures, without start-up."""

    workload: str
    program: Path
    quick: bool
    rounds: list[Round] = field(default_factory=list)
    name: str = "Thalweg"

    def __post_init__(self) -> None:
        listed = subprocess.run([self.program, "plan", self.workload], capture_output=True, text=True)
        if listed.returncode != 0:
            raise Failed(f"{self.program} has no spec {self.workload}")
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True)
        self.versions = said.stdout.strip()

    def round(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [self.program, "run", self.workload, "--out", folder, "--threads", "1", "--quiet", "--fresh"]
            if self.quick and self.workload == "w1":
                command += ["--set", "train.seeds=8"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise Failed(done.stderr.strip().splitlines()[0])
            provenance = json.loads((Path(folder) / "provenance.json").read_text())
            with (Path(folder) / "runs.csv").open() as file:
                answer = self.answer(list(csv.DictReader(file)))
        workload = WORKLOADS[self.workload]
        steps = workload.steps if isinstance(workload, Landscape) else 1
        self.rounds.append(Round(provenance["trials"] * steps, provenance["training_seconds"], answer))

    def answer(self, rows: list[dict]) -> float:
        workload = WORKLOADS[self.workload]
        number = lambda row, name: float(row[name] or "inf")
        if isinstance(workload, Boundary):
            ends = [[number(row, name) for row in rows] for name in ("initial_train_loss", "final_train_loss")]
            return workload.answer(np.array(ends)[[0] + [1] * 20])
        name = next(name for name in ("final_value", "final_train_loss") if name in rows[0])
        return workload.answer(np.array([number(row, name) for row in rows]))

    def close(self) -> None:
        pass


def python_for(peer: Peer, torch: str | None) -> str:
    """The interpreter that has the peer's packages."""
    return torch if torch and "torch" in peer.packages else sys.executable
