"""A process that holds one peer: it prepares, and then does a round for every line that it reads.

It answers in lines of JSON: first `{"ready": seconds, "units": …, "versions": …}`, then `{"seconds": …, "answer": …}` per round.
"""

import json
import os
import sys
import time
from importlib.metadata import version

from .registry import PEERS
from .workloads import WORKLOADS


def main() -> None:
    name, workload, quick = sys.argv[1], sys.argv[2], sys.argv[3] == "quick"
    peer = next(peer for peer in PEERS if (peer.name, peer.workload) == (name, workload))
    started = time.perf_counter()
    if "torch" in peer.packages:
        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    work = peer.prepare(quick)
    work()  # caches, and compilers that wait for the first call
    ready = time.perf_counter() - started
    units = peer.units(quick)
    say({"ready": ready, "units": units, "versions": {package: version(package) for package in peer.packages}})
    for _ in sys.stdin:
        started = time.perf_counter()
        outcome = work()
        seconds = time.perf_counter() - started
        say({"seconds": seconds, "answer": WORKLOADS[workload].answer(outcome)})


def say(content: dict) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main()
