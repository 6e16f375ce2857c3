"""What a contestant may use of a machine: an instruction set, cores and threads."""

import os
from dataclasses import dataclass
from pathlib import Path

#: What holds each library to an instruction set; `best` is whatever each of them chooses.
ISAS = {
    "best": {},
    "v4": {"THALWEG_ISA": "v4"},
    "v3": {
        "THALWEG_ISA": "v3",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "TORCHINDUCTOR_CPP_MARCH": "x86-64-v3",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    },
}

#: How they are called in tables.
NAMES = {"best": "the best instruction set", "v4": "AVX-512", "v3": "AVX2"}

#: Where a contestant runs: alone on a core, alone on two of them, or in as many processes at the same time as there are cores.
PLACES = ("one", "two", "all")

#: The places of the workloads that have more than the first.
PLACES_OF = {"w1": PLACES, "w4": PLACES[:2]}


@dataclass(frozen=True)
class Setting:
    """An instruction set, and the cores of a process."""

    isa: str
    cores: tuple[int, ...]

    def environment(self, wide: bool = False) -> dict[str, str]:
        """As many threads as cores, whatever is installed; with `wide`, XLA fills the registers of AVX-512."""
        own = dict(ISAS[self.isa])
        # XLA reads no flag after one that does not start with two dashes, as `intra_op_parallelism_threads` does; the number
        # of its threads is that of the cores.
        flags = [f"--xla_cpu_multi_thread_eigen={str(len(self.cores) > 1).lower()}", own.pop("XLA_FLAGS", "")]
        if wide and self.isa == "v4":
            flags.append("--xla_cpu_prefer_vector_width=512")
        threads = {f"{library}_NUM_THREADS": str(len(self.cores)) for library in ("OMP", "OPENBLAS", "MKL")}
        return {**os.environ, **own, **threads, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": " ".join(filter(None, flags))}

    def pin(self) -> None:
        """Keeps this process to the cores."""
        os.sched_setaffinity(0, self.cores)


def native() -> list[str]:
    """The instruction sets of this machine that tables are made for, the best one first."""
    path = Path("/proc/cpuinfo")
    flags = next((line.split() for line in path.open() if line.startswith("flags")), []) if path.exists() else []
    if "avx512f" in flags:
        return ["v4", "v3"]
    return ["v3"] if "avx2" in flags else ["best"]
