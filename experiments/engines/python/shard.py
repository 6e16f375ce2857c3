"""A shard of a sweep, in a process of its own."""

import subprocess

AGAIN = 75


def shard(number, count, spec, out, threads=1):
    """Computes a shard; one that was stopped goes on."""
    command = ["thalweg", "run", spec, "--out", out, "--shard", f"{number}/{count}", "--threads", str(threads), "--quiet"]
    while (code := subprocess.run(command).returncode) == AGAIN:
        pass
    if code != 0:
        raise RuntimeError(f"shard {number} of {count}: exit code {code}")
    return number
