"""Functions of an assembly file, and the loops in them."""

import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

LABEL = re.compile(r"^(\.?[\w$.]+):")
JUMP = re.compile(r"^j\w+\s+(\.L\w+)$")
# Vector arithmetic on floating-point numbers; of scalars the mnemonic ends in `ss` or `sd`.
ARITHMETIC = re.compile(r"^v(?:fn?m|add|sub|mul|div|sqrt|min|max|round|rndscale|scalef|getexp|getmant|cmp)\w*p[sd]\b")

#: How often an inner loop turns: as many times as the layer of two inputs has inputs.
TURNS = 2


def functions(path: Path) -> dict[str, list[str]]:
    """The lines of each function by its demangled name, without directives and comments."""
    bodies: dict[str, list[str]] = {}
    body = None
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if label := LABEL.match(line):
            if label[1].startswith("_R"):
                body = bodies.setdefault(label[1], [])
            elif body is not None:
                body.append(label[1] + ":")
        elif line.startswith(".cfi_endproc"):
            body = None
        elif body is not None and line and not line.startswith("."):
            body.append(line.replace("\t", " "))
    names = subprocess.run(
        ["llvm-cxxfilt"], input="\n".join(bodies), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return dict(zip(names, bodies.values(), strict=True))


def arithmetic(instructions: list[str]) -> int:
    """How many of them are vector arithmetic."""
    return sum(bool(ARITHMETIC.match(instruction)) for instruction in instructions)


@dataclass
class Loop:
    """A natural loop: blocks that its header dominates and from which control comes back to it."""

    flow: "Flow"
    header: int
    blocks: set[int]
    inner: list["Loop"] = field(default_factory=list)

    @cached_property
    def own(self) -> set[int]:
        """Its blocks that are in no loop inside it."""
        return self.blocks - {block for loop in self.inner for block in loop.blocks}

    @cached_property
    def arithmetic(self) -> int:
        """That of its own blocks."""
        return sum(arithmetic(self.flow.blocks[block]) for block in self.own)

    def instructions(self) -> list[str]:
        """Those of one iteration, on the way with the most vector arithmetic."""
        inner = {block: loop for loop in self.inner for block in loop.blocks}
        best: dict[int, list[str] | None] = {}

        def way(block: int) -> list[str] | None:
            """From a block to the end of the iteration."""
            if block in best:
                return best[block]
            if loop := inner.get(block):
                here = loop.instructions() * TURNS
                leaving = [to for member in loop.blocks for to in self.flow.successors[member] if to not in loop.blocks]
            else:
                here, leaving = self.flow.blocks[block], self.flow.successors[block]
            ways = [[]] if self.header in leaving else []
            ways += [way(to) for to in leaving if to in self.blocks and to != self.header]
            ways = [rest for rest in ways if rest is not None]
            best[block] = here + max(ways, key=lambda rest: (arithmetic(rest), len(rest))) if ways else None
            return best[block]

        return way(self.header) or []


class Flow:
    """The basic blocks of a function and the loops that they form."""

    def __init__(self, lines: list[str]) -> None:
        self.blocks, names, fresh = [], {}, True
        for line in lines:
            if line.endswith(":"):
                fresh = True
                names[line[:-1]] = len(self.blocks)
                continue
            if fresh:
                self.blocks.append([])
                fresh = False
            self.blocks[-1].append(line)
            fresh = line.startswith(("j", "ret", "ud2"))
        self.successors = []
        for at, block in enumerate(self.blocks):
            to = []
            if (jump := JUMP.match(block[-1])) and names.get(jump[1], len(self.blocks)) < len(self.blocks):
                to.append(names[jump[1]])
            if not block[-1].startswith(("jmp", "ret", "ud2")) and at + 1 < len(self.blocks):
                to.append(at + 1)
            self.successors.append(to)

    @cached_property
    def loops(self) -> list[Loop]:
        """Inner ones before those around them."""
        predecessors = [[] for _ in self.blocks]
        for block, successors in enumerate(self.successors):
            for to in successors:
                predecessors[to].append(block)
        found = {}
        for latch, header in self.back_edges():
            members, todo = {header, latch}, [latch]
            while todo:
                block = todo.pop()
                if block == header:
                    continue
                fresh = [before for before in predecessors[block] if before not in members]
                members.update(fresh)
                todo.extend(fresh)
            found.setdefault(header, set()).update(members)
        loops = sorted((Loop(self, header, blocks) for header, blocks in found.items()), key=lambda x: len(x.blocks))
        for at, loop in enumerate(loops):
            around = next((other for other in loops[at + 1 :] if loop.blocks < other.blocks), None)
            if around:
                around.inner.append(loop)
        return loops

    def back_edges(self) -> list[tuple[int, int]]:
        """Jumps to a block on the path of a depth-first search, which is a loop's header: compilers make no others."""
        edges, state, stack = [], {}, [(0, iter(self.successors[0]))]
        state[0] = "open"
        while stack:
            block, successors = stack[-1]
            for to in successors:
                if state.get(to) == "open":
                    edges.append((block, to))
                elif to not in state:
                    state[to] = "open"
                    stack.append((to, iter(self.successors[to])))
                    break
            else:
                state[block] = "closed"
                stack.pop()
        return edges
