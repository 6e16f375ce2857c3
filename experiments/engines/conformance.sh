#!/usr/bin/env bash
# Plays every engine, and what their manuals say may happen: conformance.sh BINARY
#
# Each case ends, after `thalweg merge`, in the bytes of one machine.
set -uo pipefail
binary=$(realpath "$1")
# shellcheck source=sweep.sh
. "$(dirname "$(realpath "$0")")/sweep.sh"
begin "$binary" || exit 1
failures=0
unset THALWEG_ISA

# shard FOLDER SHARD [OPTION...]: a shard on one thread; its exit code is that of the command.
shard() {
    local folder=$1 shard=$2
    shift 2
    thalweg run "$spec" --out "$scratch/$folder" --shard "$shard" --threads 1 --quiet "$@" 2>>"$scratch/errors"
}

# fail TEXT: notes a failure.
fail() {
    printf 'FAILED: %s\n' "$1"
    cat "$scratch/errors"
    failures=$((failures + 1))
}

# case NAME FOLDER...: whether these folders merge into the bytes of one machine.
ends() {
    local name=$1
    shift
    if merged "${@/#/$scratch/}" 2>>"$scratch/errors"; then
        printf 'ok: %s\n' "$name"
    else
        fail "$name"
    fi
    : >"$scratch/errors"
    rm -rf "${@/#/$scratch/}"
}

# expect CODE WHAT COMMAND...: whether a command ends with this exit code.
expect() {
    local code=$1 what=$2 status=0
    shift 2
    "$@" || status=$?
    [ "$status" -eq "$code" ] || fail "$what: exit code $status, not $code"
}

# Every variable, as its engine counts.
while read -r variable first; do
    for ((i = 0; i < 3; i++)); do
        expect 0 "$variable" env "$variable=$((i + first))" "$scratch/bin/thalweg" run "$spec" --out "$scratch/a" \
            --shard auto/3 --threads 1 --quiet
    done
    ends "the number in $variable" a
done <<'END'
JOB_COMPLETION_INDEX 0
AWS_BATCH_JOB_ARRAY_INDEX 0
BATCH_TASK_INDEX 0
CLOUD_RUN_TASK_INDEX 0
LSB_JOBINDEX 1
SGE_TASK_ID 1
PARALLEL_SEQ 1
OAR_ARRAY_INDEX 1
SLURM_ARRAY_TASK_ID 0
PBS_ARRAY_INDEX 0
PBS_ARRAYID 0
HQ_TASK_ID 0
FLUX_JOB_CC 0
END

# What an engine says of how many there are is not read: these numbers alone, again.
for i in 0 1 2 3 4 5 6; do
    [ $i = 3 ] || [ $i = 5 ] || shard a $i/7
done
for i in 3 5; do
    SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=5 shard a auto/7
done
ends 'a part of an array, submitted again' a

expect 2 'two engines at once' env HQ_TASK_ID=1 SLURM_ARRAY_TASK_ID=2 \
    "$scratch/bin/thalweg" run "$spec" --out "$scratch/a" --shard auto/7 --quiet 2>>"$scratch/errors"
expect 2 'no engine' shard a auto/7
expect 2 'a number that no shard has' shard a 7/7
: >"$scratch/errors"

# The same number twice at once, in one folder.
for i in 0 1 2; do
    shard a $i/3 &
    shard a $i/3 &
    wait
done
ends 'each number twice at once' a

# Tries that end in the middle: SIGTERM, and after the time of grace SIGKILL.
for i in 0 1 2 3; do
    for signal in TERM KILL TERM KILL TERM; do
        "$scratch/bin/thalweg" run "$spec" --out "$scratch/a" --shard $i/4 --threads 1 --quiet 2>/dev/null &
        sleep "0.0$((RANDOM % 10))"
        kill -$signal $! 2>/dev/null
        status=0
        wait $! 2>/dev/null || status=$?
        if [ $signal = TERM ] && [ $status != 0 ] && [ $status != 75 ] && [ $status != 143 ]; then
            fail "SIGTERM: exit code $status"
        fi
    done
    expect 0 'after signals' shard a $i/4
done
ends 'numbers that were stopped and killed' a

# A retry under another number of another array, as a layer above the engine does it; in folders of their own.
shard a 0/5
shard b 1/2
shard b 0/2
shard c 4/9
ends 'numbers of several arrays' a b c

# More shards than chunks.
for ((i = 0; i < 100; i++)); do
    expect 0 'a shard that may be empty' shard a $i/100
done
ends 'a hundred shards of fewer chunks' a

# Time that runs out: it goes on where it was.
tries=0
until shard a 0/1 --stop-after 200ms; do
    status=$? tries=$((tries + 1))
    [ $status = 75 ] || fail "time that ran out: exit code $status"
    [ $tries -lt 500 ] || break
done
ends "time that ran out, $tries times" a

# Files that cannot be written: a limit on their size stands for a full disk and a quota.
expect 74 'a disk that is full' bash -c "ulimit -f 4; exec thalweg run '$spec' --out '$scratch/a' --shard 0/1 --quiet" \
    2>>"$scratch/errors"
expect 74 'too few file handles' bash -c "ulimit -n 4; exec thalweg run '$spec' --out '$scratch/a' --shard 0/1 --quiet" \
    2>>"$scratch/errors"
expect 74 'a folder that cannot be written' thalweg run "$spec" --out /proc/sweep --shard 0/1 --quiet 2>>"$scratch/errors"
: >"$scratch/errors"
expect 0 'after a full disk' shard a 0/1
ends 'a disk that was full' a

# A binary of another contract: its chunks do not count, and are named.
shard a 0/1
sed -i 's/^contract = .*/contract = 1/' "$scratch/a/chunks/00000003.toml"
expect 75 'another contract' thalweg missing "$scratch/a" 2>"$scratch/said"
grep -q 'made under contract 1' "$scratch/said" || fail 'another contract is not named'
expect 0 'the chunk of another contract' thalweg run "$scratch/a/spec.toml" --out "$scratch/a" --chunks 3 --quiet
ends 'a binary of another contract' a

# A folder per shard, carried to a meeting place of chunks alone.
mkdir -p "$scratch/bucket/chunks"
cp "$spec" "$scratch/bucket/spec.toml"
for i in 0 1 2; do
    (cd "$scratch/bucket/chunks" && ls) >"$scratch/done"
    shard "own-$i" "$i/3" --done-list "$scratch/done" --after-chunk "cp {} $scratch/bucket/chunks/"
    rm -rf "$scratch/own-$i"
done
ends 'a bucket' bucket

if [ $failures -gt 0 ]; then
    printf 'conformance: %d failures\n' $failures
    exit 1
fi
printf 'conformance: every case ended in the bytes of one machine\n'
