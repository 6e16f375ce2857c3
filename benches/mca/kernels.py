"""The hot loops of the kernels: where each is found, and what one of its iterations gets done."""

from dataclasses import dataclass

# A register that leaves for memory, but not for the stack.
STORE = r"^vmov\w+ %[yz]mm\d+(?:, [^%]*\((?!%rsp))"
MULTIPLY_ADD = r"^vfn?m(?:add|sub)\w+p[sd]"


@dataclass(frozen=True)
class Kernel:
    """A hot loop, which is the one with the most vector arithmetic of its own among those of its function."""

    name: str
    # The crate that has the code, without `thalweg_`.
    crate: str
    # What the function's demangled name contains, as a regular expression.
    function: str
    # A register's numbers are of this type.
    number: str
    # An iteration gets as many registers done as it has instructions of this kind.
    done: str = STORE
    # Whether loops around other loops do not count.
    innermost: bool = False


def elementary(name):
    return [
        Kernel(f"{name}, {number}", "elementary", rf"InPlace<{number}, \w+(\[\w+\])?::math::{name}::", number)
        for number in ("f32", "f64")
    ]


def activation(title, function, number="f32", **more):
    return Kernel(f"{title}, {number}", "functions", rf"activation::{function}{number}\b", number, **more)


KERNELS = [
    *elementary("exp"),
    *elementary("ln"),
    *elementary("sigmoid"),
    *elementary("tanh"),
    activation("layer of two inputs and tanh (forward_layer)", r"fused::.*tanh::Tanh, ", "f32"),
    activation("layer of two inputs and tanh (forward_layer)", r"fused::.*tanh::Tanh, ", "f64"),
]
