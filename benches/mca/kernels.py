"""The hot loops of the kernels: where each is found, and what one of its iterations gets done."""

from dataclasses import dataclass, replace

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
    #: What no instruction of the loop matches, if the function has others with more arithmetic.
    lacks: str = ""
    #: The instruction sets on which there is such a loop.
    codes: tuple[str, ...] = ("AVX2", "AVX-512")
    #: The registers that an iteration gets done, where no instruction tells.
    registers: tuple[tuple[str, int], ...] = ()

    def pattern(self, code: str) -> str:
        return self.function.replace("TILE", dict(self.tiles).get(code, ""))


def elementary(name: str, number: str) -> Kernel:
    function = rf"::in_place::Op<{number}, .*::math::{name}::"
    return Kernel(f"{name}, {number}", "elementary", function, number, f"numerics/src/math/loops/{name}.md")


def forward_layer(number: str) -> Kernel:
    function = rf"::activation::fused::forward_layer::.*::Tanh, {number}"
    name = f"layer of two inputs and tanh, {number}"
    return Kernel(name, "functions", function, number, "functions/src/activation/loops/forward_layer.md")


def first_half(number: str) -> Kernel:
    """On AVX2 the layer above is two loops, of which that is the second; this one keeps its results on the stack."""
    layer = forward_layer(number)
    return replace(layer, name=f"{layer.name}: the first half", done=r"vminp", lacks="vdivp", codes=("AVX2",))


def shallow_gradient(number: str) -> Kernel:
    """A register's share of the gradient of a bias is added once."""
    function = rf"::activation::below_output::shallow_gradient::.*::Tanh, {number}, 2>"
    name, page = f"gradient of a layer of two inputs and tanh, {number}", "shallow_gradient.md"
    return Kernel(name, "functions", function, number, f"functions/src/activation/loops/{page}", r"vaddp")


def loss(kernel: str, name: str) -> Kernel:
    function = rf"::loss::kernels::{kernel}::Op<.*::loss::{name}::\w+, f32>"
    return Kernel(f"{name}, {kernel}, f32", "functions", function, "f32", f"functions/src/loss/loops/{name}.md")


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
    return Kernel(f"{name}, f32", "optimizers", function, "f32", f"optimizers/src/loops/{name}.md", per=arrays)


def walk(landscape: str, groups: tuple[int, int], together: bool = True) -> Kernel:
    """Its points stay in registers; of the groups that the walk's type names, all may share an iteration, or one has it."""
    function = rf"::walk::Op<.*::{landscape}, .*::Momentum<true>, f32, {groups[0]}, {groups[1]}>"
    registers = (("AVX2", groups[0] if together else 1), ("AVX-512", groups[1] if together else 1))
    name = f"{landscape}, momentum, f32"
    return Kernel(name, "walks", function, "f32", "walks/src/loops.md", registers=registers)


KERNELS = [
    *(elementary(name, number) for name in ("exp", "ln", "sigmoid", "tanh") for number in ("f32", "f64")),
    *map(forward_layer, ("f32", "f64")),
    *map(first_half, ("f32", "f64")),
    *map(shallow_gradient, ("f32", "f64")),
    loss("gradient", "bce"),
    loss("value", "bce"),
    # Its exponentials.
    loss("gradient", "softmax_cross_entropy"),
    product("forward, inputs shared", "Forward<true>", "4, 4"),
    product("forward, inputs per lane", "Forward<false>", "6, 4"),
    product("weight gradient, inputs shared", "WeightGradient<true>", "4, 4"),
    product("weight gradient, inputs per lane", "WeightGradient<false>", "6, 4"),
    product("input gradient, by inputs", "InputGradientByInputs", "4, 2"),
    product("input gradient, by examples", "InputGradientByExamples", "6, 4"),
    dense("terms contiguous in A", "true"),
    dense("rows contiguous in A", "false"),
    update("adam", "Adam", arrays=3),
    update("momentum", "Momentum", arrays=2),
    walk("Rosenbrock", (3, 4)),
    walk("Beale", (5, 4)),
    walk("Rastrigin", (3, 4), together=False),
]
