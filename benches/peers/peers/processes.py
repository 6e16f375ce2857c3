"""The contestants of a workload, each of which does a round of work when asked."""

import csv
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from .registry import Peer
from .setting import Setting
from .workloads import WORKLOADS, Boundary, Landscape


class Failed(Exception):
    """A contestant that cannot take part, and why."""


@dataclass
class Round:
    """The result of a round: units of work a second, and the workload's answer."""

    rate: float
    answer: float


class Contestant(Protocol):
    name: str
    #: None: ours.
    peer: Peer | None
    units: float
    versions: str
    setting: Setting
    rounds: list[Round]

    def get_ready(self) -> None:
        """Waits until it could start."""

    def start(self) -> None:
        """Starts a round."""

    def finish(self) -> None:
        """Waits for the end of the round."""

    def close(self) -> None: ...


@dataclass
class Theirs:
    """A peer in a process of its own, kept between rounds."""

    peer: Peer
    python: str
    quick: bool
    setting: Setting
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.peer.name
        work = "quick" if self.quick else "full"
        command = [self.python, "-m", "peers.worker", self.peer.name, self.peer.workload, work]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            env=self.setting.environment(self.peer.wide),
            preexec_fn=self.setting.pin,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def get_ready(self) -> None:
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

    def start(self) -> None:
        print("go", file=self.process.stdin, flush=True)

    def finish(self) -> None:
        done = self.read()
        self.rounds.append(Round(self.units / done["seconds"], done["answer"]))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Ours:
    """Thalweg's own command on the shipped spec: the rate that it measures itself, without start-up; or, for the `whole`
    command, that of a user who waits for the prompt."""

    workload: str
    program: Path
    quick: bool
    setting: Setting
    whole: bool = False
    rounds: list[Round] = field(default_factory=list)
    peer: None = None

    def __post_init__(self) -> None:
        self.name = "Thalweg, whole command" if self.whole else "Thalweg"

    def get_ready(self) -> None:
        listed = subprocess.run([self.program, "plan", self.workload], capture_output=True, text=True)
        if listed.returncode != 0:
            raise Failed(f"{self.program} has no spec {self.workload}")
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True)
        self.versions = said.stdout.strip()

    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        threads = str(len(self.setting.cores))
        command = [self.program, "run", self.workload, "--out", self.folder.name, "--threads", threads, "--quiet", "--fresh"]
        if self.quick and self.workload == "w1":
            command += ["--set", "train.seeds=8"]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            env=self.setting.environment(),
            preexec_fn=self.setting.pin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> None:
        _, errors = self.process.communicate()
        seconds = time.perf_counter() - self.started
        with self.folder as folder:
            if self.process.returncode != 0:
                raise Failed((errors.strip().splitlines() or [f"code {self.process.returncode}"])[0])
            provenance = json.loads((Path(folder) / "provenance.json").read_text())
            with (Path(folder) / "runs.csv").open() as file:
                answer = self.answer(list(csv.DictReader(file)))
        workload = WORKLOADS[self.workload]
        steps = workload.steps if isinstance(workload, Landscape) else 1
        self.units = provenance["trials"] * steps
        self.rounds.append(Round(self.units / (seconds if self.whole else provenance["training_seconds"]), answer))

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


@dataclass
class Together:
    """The same contestant once per core, all at the same time; their rates add up."""

    each: list[Theirs | Ours]
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self.each[0]
        self.name, self.peer = first.name, first.peer
        self.setting = Setting(first.setting.isa, tuple(core for one in self.each for core in one.setting.cores))

    def get_ready(self) -> None:
        for one in self.each:
            one.get_ready()
        self.versions = self.each[0].versions

    def start(self) -> None:
        for one in self.each:
            one.start()

    def finish(self) -> None:
        for one in self.each:
            one.finish()
        self.units = self.each[0].units
        last = [one.rounds[-1] for one in self.each]
        self.rounds.append(Round(sum(round.rate for round in last), last[0].answer))

    def close(self) -> None:
        for one in self.each:
            one.close()


def python_for(peer: Peer, torch: str | None) -> str:
    """The interpreter that has the peer's packages."""
    return torch if torch and "torch" in peer.packages else sys.executable
