"""llvm-mca, which runs instructions on a model of a processor."""

import re
import shutil
import subprocess
from dataclasses import dataclass

ITERATIONS = 500

#: The oldest version in which the model of znver3 does two multiply-adds a cycle, as the processor does; in 14 it is one.
OLDEST = 19

VECTOR_MOVE = re.compile(r"^vmov\w+ (%[xyz]mm\d+), (%[xyz]mm\d+)$")
MOVE = re.compile(r"^mov[ql] (%\w+), (%\w+)$")


class Unfit(Exception):
    """Instructions that a processor does not have."""


@dataclass(frozen=True)
class Estimate:
    """Cycles of an iteration, the least that the processor's ports allow, and all that llvm-mca says."""

    cycles: float
    bound: float
    report: str


def newest() -> str:
    """The newest llvm-mca that is installed."""
    names = [name for version in range(40, OLDEST - 1, -1) if shutil.which(name := f"llvm-mca-{version}")]
    return [*names, "llvm-mca"][0]


def version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"version ([\d.]+)", said)[1]


def estimate(program: str, instructions: list[str], processor: str) -> Estimate:
    command = [program, "-mtriple=x86_64", f"-mcpu={processor}", f"-iterations={ITERATIONS}", "-bottleneck-analysis"]
    code = "\n".join(map(kept, instructions) if processor.startswith("znver") else instructions)
    done = subprocess.run(command, input=code, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unfit(done.stderr)
    number = lambda name: float(re.search(rf"^{name}:\s+([\d.]+)", done.stdout, re.MULTILINE)[1])
    return Estimate(number("Total Cycles") / ITERATIONS, number("Block RThroughput"), done.stdout)


def kept(instruction: str) -> str:
    """A move between registers as an operation that does the same.

    llvm-mca eliminates moves on these processors, but takes what is written to the source afterwards for the copy: a copy of
    a constant would wait for whatever its first register is used for next.
    """
    if move := VECTOR_MOVE.match(instruction):
        operation = "vpord" if "%zmm" in instruction else "vorps"
        return f"{operation} {move[1]}, {move[1]}, {move[2]}"
    if move := MOVE.match(instruction):
        return f"lea{instruction[3]} ({wide(move[1])}), {move[2]}"
    return instruction


def wide(register: str) -> str:
    """The register of 64 bits, of which this is all or half."""
    if register.startswith("%e"):
        return "%r" + register[2:]
    return register.removesuffix("d")
