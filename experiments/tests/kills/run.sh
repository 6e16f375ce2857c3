#!/usr/bin/env bash
# Kills sweeps at random moments and, where strace is there, at every rename, unlink and fsync; alone, and two processes
# in one folder. In the end the same command must give the bytes of a sweep that nothing ever happened to, and leave
# nothing else behind.
#
#   experiments/tests/kills/run.sh BINARY [ALONE] [PAIRS] [CALLS]
#
# ALONE and PAIRS are how many random kills there are (default 300 and 200), CALLS the most kills at system calls of a
# kind (default all).
set -euo pipefail
binary=$(realpath "$1")
alone=${2:-300} pairs=${3:-200} calls=${4:-100000}
here=$(dirname "$(realpath "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
unset THALWEG_ISA
RANDOM=7
specs=("$here"/*.toml)
failures=0

# options SPEC: those of the command that the first line of a spec names.
options() {
    sed -n '1s/^# thalweg run .*\.toml//p' "$1"
}

# run SPEC FOLDER: the sweep, with few lanes, so that it has many blocks.
run() {
    "$binary" run "$1" --out "$2" --threads 2 --quiet $(options "$1")
}

# start SPEC FOLDER: the same in place of the shell, so that a signal reaches it.
start() {
    exec "$binary" run "$1" --out "$2" --threads 2 --quiet $(options "$1") 2>/dev/null
}

# hashes FOLDER: every file of a folder with its hash, but what differs from run to run.
hashes() {
    (cd "$1" && find . -type f ! -name provenance.json -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}

# check SPEC FOLDER WHAT: continues what was killed, and compares.
check() {
    local name
    name=$(basename "$1" .toml)
    if ! run "$1" "$2" 2>"$scratch/error"; then
        printf 'FAILED: %s, %s: the same command does not continue\n' "$name" "$3"
        cat "$scratch/error"
        failures=$((failures + 1))
    elif ! diff <(hashes "expected-$name") <(hashes "$2") >"$scratch/difference"; then
        printf 'FAILED: %s, %s: other files\n' "$name" "$3"
        cat "$scratch/difference"
        failures=$((failures + 1))
    fi
    rm -rf "$2"
}

# milliseconds NAME: how long the sweep of that name takes.
declare -A milliseconds
for spec in "${specs[@]}"; do
    name=$(basename "$spec" .toml)
    start=$(date +%s%N)
    run "$spec" "expected-$name"
    milliseconds[$name]=$((($(date +%s%N) - start) / 1000000 + 1))
    printf '%s: %d ms, %d files\n' "$name" "${milliseconds[$name]}" "$(hashes "expected-$name" | wc -l)"
done

# pause NAME: a part of the time that the sweep takes, half of them near its end.
pause() {
    local most=${milliseconds[$1]} at
    at=$((RANDOM * most / 32768))
    if ((RANDOM % 2 == 0)); then
        at=$((most * 7 / 10 + at * 3 / 10))
    fi
    sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
}

# A block that takes minutes ends within five seconds of a signal.
cat >long.toml <<'END'
name = "long"
problem = { kind = "moons", samples = 20000 }
network = { hidden = [256, 256], activation = "tanh" }
train = { batch = 500, steps = 100000, seeds = 2 }

[[optimizer]]
kind = "sgd"
lr = 0.1
END
for signal in TERM INT; do
    start long.toml folder &
    sleep 1
    begin=$(date +%s%N)
    kill -s "$signal" $!
    wait $! || true
    took=$((($(date +%s%N) - begin) / 1000000))
    printf 'a long block: %s is obeyed after %d ms\n' "$signal" "$took"
    if ((took > 5000)); then failures=$((failures + 1)); fi
    rm -rf folder
done

signals=(KILL TERM INT KILL)
for ((round = 0; round < alone; round++)); do
    spec=${specs[round % ${#specs[@]}]}
    name=$(basename "$spec" .toml)
    signal=${signals[RANDOM % 4]}
    # Once or twice in the same folder.
    for ((again = 0; again <= RANDOM % 2; again++)); do
        start "$spec" folder &
        pause "$name"
        kill -s "$signal" $! 2>/dev/null || true
        wait $! 2>/dev/null || true
    done
    check "$spec" folder "round $round, $signal"
done
printf '%d kills of one process: done\n' "$alone"

for ((round = 0; round < pairs; round++)); do
    spec=${specs[round % ${#specs[@]}]}
    name=$(basename "$spec" .toml)
    signal=${signals[RANDOM % 4]}
    start "$spec" folder &
    first=$!
    pause "$name"
    start "$spec" folder &
    second=$!
    pause "$name"
    victim=$first
    if ((RANDOM % 2 == 0)); then victim=$second; fi
    kill -s "$signal" "$victim" 2>/dev/null || true
    wait "$first" 2>/dev/null || true
    wait "$second" 2>/dev/null || true
    check "$spec" folder "pair $round, $signal"
done
printf '%d kills of one of two processes: done\n' "$pairs"

# at_calls SPEC CALL SET: kills at the first, second, … call of this name, until the sweep ends before.
at_calls() {
    local at=1 status
    while ((at <= calls)); do
        status=0
        # In a shell of its own, which would say of every kill that there was one.
        (
            strace -f -qq -o /dev/null -e trace="$2" -e inject="$2":signal=KILL:when="$at" \
                "$binary" run "$1" --out folder --threads 2 --quiet
            exit $?
        ) 2>/dev/null || status=$?
        if ((status == 0)); then
            rm -rf folder
            break
        fi
        check "$1" folder "$2 $at"
        at=$((at + 1))
    done
    printf '%s: killed at %d calls of %s\n' "$(basename "$1" .toml)" $((at - 1)) "$2"
}

if strace -qq -o /dev/null true 2>/dev/null; then
    for spec in "${specs[@]}"; do
        for call in rename renameat renameat2 unlink unlinkat rmdir fsync mkdir; do
            if strace -qq -o /dev/null -e trace="$call" true 2>/dev/null; then
                at_calls "$spec" "$call"
            fi
        done
    done
else
    printf 'SKIPPED: strace is not installed, so that nothing was killed at a system call\n'
fi

if ((failures > 0)); then
    printf '%d failures\n' "$failures"
    exit 1
fi
printf 'all as if nothing had happened\n'
