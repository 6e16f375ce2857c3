"""A process that holds one peer: it prepares, and then does a round for every line that it reads.

It answers in lines of JSON: first `{"ready": seconds, "versions": …}`, then `{"seconds": …, "answer": …, "finite": …}` a round.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy as np

from .registry import PEERS


def main() -> None:
    name, workload, quick = sys.argv[1], sys.argv[2], sys.argv[3] == "quick"
    peer = next(peer for peer in PEERS if (peer.name, peer.workload) == (name, workload))
    started = time.perf_counter()
    if "torch" in peer.packages:
        import torch

        torch.set_num_threads(1)
    work = peer.prepare(quick)
    work()  # caches, and compilers that wait for the first call
    ready = time.perf_counter() - started
    units = peer.units(quick)
    answer({"ready": ready, "units": units, "versions": {package: version(package) for package in peer.packages}})
    for _ in sys.stdin:
        started = time.perf_counter()
        outcome = np.atleast_1d(np.asarray(work(), np.float64))
        seconds = time.perf_counter() - started
        # What is not finite is worse than all else.
        median = float(np.median(np.where(np.isfinite(outcome), outcome, np.inf)))
        answer({"seconds": seconds, "answer": median if np.isfinite(median) else None})


def answer(content: dict) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main()
