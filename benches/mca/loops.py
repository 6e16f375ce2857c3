"""The cycles that the hot loops of the kernels take on models of processors, by llvm-mca; README.md says how."""

import argparse
import json
import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import model
from assembly import Flow, functions
from kernels import KERNELS, Kernel

HERE = Path(__file__).resolve().parent
#: What the name of a function for an instruction set contains, and the bytes of a register.
CODE = {"AVX2": ("::v3::V3", 32), "AVX-512": ("::v4::V4", 64)}
BYTES = {"f32": 4, "f64": 8}
PROCESSORS = ["znver3", "skylake-avx512"]
FLAGS = ["--emit=asm", "-C", "symbol-mangling-version=v0"]

Functions = dict[str, list[str]]


class Lost(Exception):
    """A loop that is not there any more."""


def main() -> int:
    options = parse()
    chosen = [kernel for kernel in KERNELS if all(word in kernel.name for word in options.only)]
    if not chosen:
        print("the loops are: " + "; ".join(kernel.name for kernel in KERNELS), file=sys.stderr)
        return 2
    if options.write:
        for kernel in chosen:
            # The code includes its page.
            page = options.root / "kernels" / kernel.page
            page.parent.mkdir(exist_ok=True)
            if not page.exists():
                page.touch()
    try:
        files = compiled(options.root, {kernel.crate for kernel in chosen})
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    assembly = {crate: functions(file) for crate, file in files.items()}
    lost = 0
    for page, kernels in groupby(chosen, key=lambda kernel: kernel.page):
        lines = heading(options)
        for kernel in kernels:
            try:
                lines += [row(kernel, code, assembly[kernel.crate], options) for code in kernel.codes]
            except Lost as loop:
                print(loop, file=sys.stderr)
                lost = 1
        table = "\n".join(lines) + "\n"
        if options.write:
            file = options.root / "kernels" / page
            # A file that stays as it is does not have its crate compiled again.
            if file.read_text() != table:
                file.write_text(table)
        else:
            print(table, flush=True)
    return lost


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=HERE.parents[1], help="the working tree that has the kernels")
    parser.add_argument("--only", nargs="+", default=[], metavar="TEXT", help="only loops with all of these in their names")
    parser.add_argument("--processors", nargs="+", default=PROCESSORS, help="as LLVM calls them [default: %(default)s]")
    parser.add_argument("--mca", default=model.newest(), help="the program [default: the newest, %(default)s]")
    parser.add_argument("--details", type=Path, metavar="FOLDER", help="for each loop and all that llvm-mca says of it")
    parser.add_argument("--write", action="store_true", help="write the tables of the documentation, print none")
    options = parser.parse_args()
    options.root = options.root.resolve()
    if options.write and (options.only or options.processors != PROCESSORS):
        parser.error("the documentation has all loops on the default processors")
    if float(model.version(options.mca).split(".")[0]) < model.OLDEST:
        print(f"{options.mca} counts multiply-adds of znver3 twice; {model.OLDEST} is right", file=sys.stderr)
    return options


def compiled(root: Path, crates: set[str]) -> dict[str, Path]:
    """The assembly of crates by the release profile; they are compiled in a folder of their own, as the flags differ."""
    wanted = sorted({"numerics" if crate == "elementary" else crate for crate in crates})
    command = ["cargo", "build", "--release", "--target-dir", "target/mca", "--message-format"]
    command += ["json-render-diagnostics"]
    command += [word for crate in wanted for word in ("--package", f"thalweg-{crate}")]
    environment = {**os.environ, "RUSTFLAGS": " ".join(FLAGS)}
    built = subprocess.run(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    libraries: dict[str, Path] = {}
    for message in map(json.loads, built.stdout.splitlines()):
        if message["reason"] == "compiler-artifact":
            files = [Path(file) for file in message["filenames"] if file.endswith(".rlib")]
            libraries |= {message["target"]["name"]: file for file in files}
    paths = {}
    for crate in wanted:
        library = libraries[f"thalweg_{crate}"]
        # The name of the assembly has a hash; so has that of the file to which cargo's is a link.
        names = (library.parent / "deps").glob(f"{library.stem}-*.rlib")
        named = next(name for name in names if name.samefile(library))
        paths[crate] = named.with_name(named.stem.removeprefix("lib") + ".s")
    if "elementary" in crates:
        paths["elementary"] = elementary(root, libraries["thalweg_numerics"])
    return paths


def elementary(root: Path, numerics: Path) -> Path:
    """The assembly of elementary.rs."""
    out = numerics.parent / "elementary.s"
    command = ["rustc", "--edition=2024", "--crate-type=lib", "-C", "opt-level=3", "-C", "codegen-units=1", *FLAGS]
    command += ["-L", f"dependency={numerics.parent / 'deps'}", "--extern", f"thalweg_numerics={numerics}"]
    subprocess.run([*command, "-o", out, HERE / "elementary.rs"], cwd=root, check=True)
    return out


def heading(options: argparse.Namespace) -> list[str]:
    """What stands above the loops of a page."""
    columns = ["loop", "code", "registers", "numbers", "instructions"]
    for processor in options.processors:
        columns += [f"{processor}: cycles", "bound", "a number"]
    version = model.version(options.mca)
    return [
        "# Cycles",
        "",
        "What an iteration of the hot loop gets done, its instructions, the cycles that they take and the least that the ports of",
        f"the processor allow, and the cycles a number; by llvm-mca {version} and `benches/mca/loops.py`.",
        "",
        "| " + " | ".join(columns) + " |",
        "|---|---|" + "---:|" * (len(columns) - 2),
    ]


def row(kernel: Kernel, code: str, assembly: Functions, options: argparse.Namespace) -> str:
    """A line of the table."""
    instructions = iteration(kernel, code, assembly)
    registers = dict(kernel.registers).get(code) or done(kernel, instructions)
    numbers = registers * CODE[code][1] // BYTES[kernel.number]
    cells = [kernel.name, code, registers, numbers, len(instructions)]
    file = re.sub(r"\W+", "-", f"{kernel.name} {code}")
    if options.details:
        options.details.mkdir(parents=True, exist_ok=True)
        (options.details / f"{file}.s").write_text("\n".join(instructions) + "\n")
    for processor in options.processors:
        try:
            estimate = model.estimate(options.mca, instructions, processor)
        except model.Unfit:
            cells += ["", "", ""]
            continue
        cells += [f"{estimate.cycles:.1f}", f"{estimate.bound:.1f}", f"{estimate.cycles / numbers:.3f}"]
        if options.details:
            (options.details / f"{file}.{processor}.txt").write_text(estimate.report)
    return "| " + " | ".join(map(str, cells)) + " |"


def iteration(kernel: Kernel, code: str, assembly: Functions) -> list[str]:
    """The instructions of an iteration of the hot loop."""
    token, wanted = CODE[code][0], re.compile(kernel.pattern(code))
    bodies = [lines for name, lines in assembly.items() if token in name and wanted.search(name)]
    loops = [loop for lines in bodies for loop in Flow(lines).loops]
    if kernel.is_tile:
        # Tiles also stand in loops that add up the rows of A on the way, or copy them.
        ways = [loop.instructions() for loop in loops if not loop.inner]
        ways.sort(key=lambda way: (-done(kernel, way), len(way)))
    else:
        loops.sort(key=lambda loop: -loop.arithmetic)
        # Steps of a walk also stand outside of the loop that makes them one after another.
        ways = [loop.instructions() for loop in loops if not (kernel.registers and loop.inner)]
        if kernel.lacks:
            ways = [way for way in ways if not any(re.match(kernel.lacks, instruction) for instruction in way)]
    if not ways or not kernel.registers and done(kernel, ways[0]) == 0:
        raise Lost(f"{kernel.name}: no such loop for {code}, see {HERE / 'kernels.py'}")
    return ways[0]


def done(kernel: Kernel, instructions: list[str]) -> int:
    """How many registers they get done."""
    return sum(bool(re.match(kernel.done, instruction)) for instruction in instructions) // kernel.per


if __name__ == "__main__":
    sys.exit(main())
