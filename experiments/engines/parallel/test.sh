#!/usr/bin/env bash
# A sweep by GNU parallel, some of whose jobs are killed: parallel/test.sh BINARY
set -euo pipefail
binary=$(realpath "$1") here=$(dirname "$(realpath "$0")")
# shellcheck source=../sweep.sh
. "$here/../sweep.sh"
begin "$binary"
shard() {
    # The third job dies in the middle of its first try.
    if [ "$1" = 2 ] && mkdir "$scratch/killed" 2>/dev/null; then
        thalweg run "$spec" --out "$scratch/out" --shard "$1/8" --threads 1 --quiet &
        sleep 0.02
        kill -9 $! 2>/dev/null || true
        wait $! || return
    fi
    thalweg run "$spec" --out "$scratch/out" --shard "$1/8" --threads 1 --quiet
}
export -f shard
export scratch spec
seq 0 7 | parallel --will-cite --joblog "$scratch/jobs" --retries 3 -j 2 shard
merged "$scratch/out"
# The same jobs again have nothing to do, and number themselves.
seq 0 7 | parallel --will-cite -n0 -j 2 "thalweg run $spec --out $scratch/out --shard auto/8 --threads 1 --quiet"
finish 'GNU parallel'
