#!/usr/bin/env bash
# A sweep by each of the engines, in an environment of its own, a process of which is killed: python/test.sh BINARY [ENVIRONMENT]
set -euo pipefail
binary=$(realpath "$1") here=$(dirname "$(realpath "$0")")
# shellcheck source=../sweep.sh
. "$here/../sweep.sh"
environment=${2:-}
begin "$binary"
if [ -z "$environment" ]; then
    environment=$scratch/environment
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
PATH=$environment/bin:$PATH
cd "$scratch"

# murder FOLDER: kills the first process that computes a shard of this folder.
murder() {
    for ((i = 0; i < 600; i++)); do
        pid=$(pgrep -f "thalweg run .*--out $1 " | head -1) && [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null && return
        sleep 0.02
    done
}

for engine in dask ray hyperqueue snakemake; do
    out=$scratch/$engine
    murder "$out" &
    case $engine in
        snakemake) snakemake --quiet all --cores 2 --snakefile "$here/Snakefile" --config "spec=$spec" "out=$out" shards=9 ;;
        # HyperQueue does not try again what failed.
        *) python "$here/by_$engine.py" "$spec" "$out" 9 2>"$scratch/said" || [ $engine = hyperqueue ] || cat "$scratch/said" ;;
    esac
    kill %% 2>/dev/null || true
    wait || true
    # What is missing is computed here.
    thalweg missing "$out" --quiet 2>/dev/null || thalweg run "$spec" --out "$out" --shard 0/1 --quiet
    merged "$out"
    finish "$engine"
done
