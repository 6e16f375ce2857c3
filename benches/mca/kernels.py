"""The hot loops of the kernels: where each is found, and what one of its iterations gets done."""

from dataclasses import dataclass

#: A register that leaves for memory, but not for the stack.
STORE = r"vmov\w+ %[yz]mm\d+, (?!.*%rsp).*\("
MULTIPLY_ADD = r"vfn?m(?:add|sub)\w+p[sd]"


@dataclass(frozen=True)
class Kernel:
    """A hot loop: the one with the most vector arithmetic of its own in its function."""

    name: str
    #: The crate that has the code, without `thalweg_`.
    crate: str
    #: What the function's demangled name contains, as a regular expression; `TILE` stands for the tile.
    function: str
    #: The type of the numbers.
    number: str
    #: The file of the table, in `kernels`.
    page: str
    #: Of instructions that match this, an iteration has `per` for each register that it gets done.
    done: str = STORE
    per: int = 1
    #: Rows and registers of a tile by instruction set: the largest that are asked for.
    tiles: tuple[tuple[str, str], ...] = ()
    #: Whether it is the innermost loop of a tile, of which there are several.
    is_tile: bool = False

    def pattern(self, code: str) -> str:
        return self.function.replace("TILE", dict(self.tiles).get(code, ""))


def elementary(name: str, number: str) -> Kernel:
    function = rf"::InPlace<{number}, .*::math::{name}::"
    return Kernel(f"{name}, {number}", "elementary", function, number, "numerics/src/math/loops.md")


def activation(name: str, function: str, number: str, **more) -> Kernel:
    function = rf"::activation::{function}"
    return Kernel(f"{name}, {number}", "functions", function, number, "functions/src/activation/loops.md", **more)


def loss(name: str, function: str) -> Kernel:
    return Kernel(f"{name}, f32", "functions", rf"::loss::{function}, f32>", "f32", "functions/src/loss/loops.md")


def product(name: str, form: str, avx512: str) -> Kernel:
    tiles = (("AVX2", "6, 2"), ("AVX-512", avx512))
    function = rf"::tile::Strip<.*, f32, .*::{form}, .*, TILE>"
    return Kernel(
        f"{name}, f32", "products", function, "f32", "products/src/loops.md", MULTIPLY_ADD, 1, tiles, is_tile=True
    )


def dense(name: str, along_terms: str) -> Kernel:
    tiles = (("AVX2", "6, 2"), ("AVX-512", "6, 4"))
    function = rf"::panel::Run<.*, f32, TILE, {along_terms}>"
    return Kernel(f"{name}, f32", "dense", function, "f32", "dense/src/loops.md", MULTIPLY_ADD, 1, tiles, is_tile=True)


def update(name: str, rule: str, arrays: int) -> Kernel:
    """A register of weights is stored with those of the state."""
    function = rf"::update::Op<.*::{rule}, f32>"
    return Kernel(f"{name}, f32", "optimizers", function, "f32", "optimizers/src/loops.md", per=arrays)


def walk(landscape: str) -> Kernel:
    """Its points stay in registers; whether one is still finite is asked once a step."""
    function = rf"::walk::Op<.*::{landscape}, .*::Momentum, f32>"
    return Kernel(f"{landscape}, momentum, f32", "walks", function, "f32", "walks/src/loops.md", r"vcmp(?:eq|ord|unord)p")


BELOW_OUTPUT = r"below_output::weight_gradient_from_output::.*::Tanh, "

KERNELS = [
    *(elementary(name, number) for name in ("exp", "ln", "sigmoid", "tanh") for number in ("f32", "f64")),
    activation("layer of two inputs and tanh", r"fused::forward_layer::.*::Tanh, f32", "f32"),
    activation("layer of two inputs and tanh", r"fused::forward_layer::.*::Tanh, f64", "f64"),
    # A register's share of the gradient of the bias is added once.
    activation("gradient of such a layer below one output", rf"{BELOW_OUTPUT}f32, 2>", "f32", done=r"vaddp"),
    activation("gradient of such a layer below one output", rf"{BELOW_OUTPUT}f64, 2>", "f64", done=r"vaddp"),
    loss("bce, gradient", "gradient::Op<.*::Bce"),
    loss("bce, value", "value::Op<.*::Bce"),
    loss("softmax-cross-entropy, gradient", "gradient::Op<.*::SoftmaxCrossEntropy"),
    product("forward, inputs shared", "Forward<true>", "4, 4"),
    product("forward, inputs per lane", "Forward<false>", "6, 4"),
    product("weight gradient, inputs shared", "WeightGradient<true>", "4, 4"),
    product("weight gradient, inputs per lane", "WeightGradient<false>", "6, 4"),
    product("input gradient, weights cached", "SmallInputGradient", "4, 2"),
    product("input gradient", "InputGradient", "6, 4"),
    dense("terms contiguous in A", "true"),
    dense("rows contiguous in A", "false"),
    update("adam", "Adam", arrays=3),
    update("momentum", "Momentum", arrays=2),
    walk("Rosenbrock"),
    walk("Beale"),
    walk("Rastrigin"),
]
