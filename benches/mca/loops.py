"""Prints how many cycles the hot loops of the kernels take, by the model of a processor in llvm-mca: see README.md."""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from assembly import Flow, functions
from kernels import KERNELS

HERE = Path(__file__).resolve().parent
# Instruction sets as the kernels call them, with the bytes of a register, and the processors that they are looked at on.
CODE = {"AVX2": ("v3::V3", 32, ["znver3", "skylake-avx512"]), "AVX-512": ("v4::V4", 64, ["skylake-avx512"])}
BYTES = {"f32": 4, "f64": 8}
ITERATIONS = 500


def main():
    arguments = parsed()
    chosen = [kernel for kernel in KERNELS if all(word in kernel.name for word in arguments.only)]
    if not chosen:
        sys.exit("there is no such loop: " + ", ".join(kernel.name for kernel in KERNELS))
    assemblies = {}
    for crate, path in compiled(arguments.root.resolve(), {kernel.crate for kernel in chosen}).items():
        assemblies[crate] = functions(path)
    print(HEADER)
    for kernel in chosen:
        for code in CODE:
            print(row(kernel, code, assemblies[kernel.crate], arguments.details), flush=True)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=HERE.parents[1], help="the working tree whose kernels to look at")
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help="loops with this in their names")
    parser.add_argument("--details", type=Path, metavar="FOLDER", help="where to write each loop and llvm-mca's report")
    return parser.parse_args()


def compiled(root, crates):
    """The assembly of each crate, by the release profile, in a target directory of its own."""
    wanted = sorted((crates - {"elementary"}) | ({"numerics"} if "elementary" in crates else set()))
    command = ["cargo", "build", "--release", "--target-dir", "target/mca", "--message-format", "json"]
    command += [argument for crate in wanted for argument in ("--package", f"thalweg-{crate}")]
    flags = "--emit=asm -C symbol-mangling-version=v0"
    built = subprocess.run(command, cwd=root, env=os.environ | {"RUSTFLAGS": flags}, stdout=subprocess.PIPE, check=True)
    libraries = {}
    for message in map(json.loads, built.stdout.splitlines()):
        if message["reason"] == "compiler-artifact" and message["target"]["kind"] == ["lib"]:
            library = next(Path(file) for file in message["filenames"] if file.endswith(".rlib"))
            libraries[message["target"]["name"]] = library
    assembly = {}
    for crate in wanted:
        library = libraries[f"thalweg_{crate}"]
        dependencies = library.parent / "deps"
        # cargo's rlib outside `deps` is a link to the one that has the hash in its name.
        same = [file for file in dependencies.glob(f"{library.stem}-*.rlib") if file.samefile(library)]
        assembly[crate] = dependencies / (same[0].stem.removeprefix("lib") + ".s")
    if "elementary" in crates:
        library = libraries["thalweg_numerics"]
        assembly["elementary"] = library.parent / "elementary.s"
        command = ["rustc", "--edition", "2024", "--crate-type", "lib", "-C", "opt-level=3", "-C", "codegen-units=1"]
        command += ["-L", f"dependency={library.parent / 'deps'}", "--extern", f"thalweg_numerics={library}"]
        command += [*flags.split(), "-o", assembly["elementary"], HERE / "elementary.rs"]
        subprocess.run(command, cwd=root, check=True)
    return assembly


HEADER = """\
| loop | code | numbers an iteration | instructions | znver3: cycles | bound | skylake-avx512: cycles | bound \
| cycles a register |
|---|---|---:|---:|---:|---:|---:|---:|---:|"""


def row(kernel, code, assembly, details):
    """A line of the table."""
    token, width, processors = CODE[code]
    instructions = body(kernel, token, assembly)
    registers = sum(bool(re.match(kernel.done, line)) for line in instructions)
    cells = [kernel.name, code, registers * width // BYTES[kernel.number], len(instructions)]
    each = []
    for processor in CODE["AVX2"][2]:
        if processor not in processors:
            cells += ["", ""]
            continue
        cycles, bound, report = model(instructions, processor)
        cells += [f"{cycles:.1f}", f"{bound:.1f}"]
        each.append(f"{cycles / registers:.1f}" if registers else "?")
        if details:
            details.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"\W+", "-", f"{kernel.name} {code}")
            (details / f"{name}.s").write_text("\n".join(instructions) + "\n")
            (details / f"{name}.{processor}.txt").write_text(report)
    cells.append(", ".join(each))
    return "| " + " | ".join(map(str, cells)) + " |"


def body(kernel, token, assembly):
    """The instructions of an iteration of the hot loop."""
    wanted = re.compile(kernel.function)
    loops = [
        loop
        for name, lines in assembly.items()
        if token in name and wanted.search(name)
        for loop in Flow(lines).loops
        if not (kernel.innermost and loop.inner)
    ]
    if not loops:
        sys.exit(f"no loop of {kernel.name} for {token}: the name of its function has changed")
    return max(loops, key=lambda loop: loop.arithmetic).instructions(turns=2)


def model(instructions, processor):
    """The cycles of an iteration, and the least that its ports allow."""
    command = ["llvm-mca", "-mtriple=x86_64", f"-mcpu={processor}", f"-iterations={ITERATIONS}", "-bottleneck-analysis"]
    done = subprocess.run(command, input="\n".join(instructions), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    value = lambda name: float(re.search(rf"^{name}:\s+([\d.]+)", done.stdout, re.MULTILINE)[1])
    return value("Total Cycles") / ITERATIONS, value("Block RThroughput"), done.stdout


if __name__ == "__main__":
    main()
