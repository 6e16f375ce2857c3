#!/usr/bin/env bash
# Kills shards and merges at random moments, and computes shards in all ways that engines do. In the end the merged results
# must be the bytes of one process that nothing ever happened to.
#
#   experiments/tests/kills/shards.sh BINARY [KILLS] [THREADS] [SHARDS]
#
# KILLS is how many rounds with kills there are (default 300), over the sweeps in shards/; THREADS and SHARDS are lists of how
# many there are (default "1 2 3 7" and "1 2 5 16 1000"): for each pair, shards that are tried again, that overlap, and two at once.
set -euo pipefail
binary=$(realpath "$1")
kills=${2:-300}
read -ra threads <<<"${3-1 2 3 7}"
read -ra shards <<<"${4-1 2 5 16 1000}"
here=$(dirname "$(realpath "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
unset THALWEG_ISA
RANDOM=11
failures=0
specs=(networks landscape weights)

# shellcheck source=../../engines/sweep.sh
. "$here/../../engines/sweep.sh" # hashes

# shard NAME FOLDER SHARD THREADS: computes a shard, in place of the shell.
shard() {
    exec "$binary" run "$here/shards/$1.toml" --out "$2" --shard "$3" --threads "$4" --quiet 2>>errors
}

# must WHAT COMMAND...: a command that has to succeed.
must() {
    local what=$1 status=0
    shift
    ("$@") || status=$?
    if ((status != 0)); then
        printf 'FAILED: %s: exit code %d\n' "$what" "$status"
        cat errors
        failures=$((failures + 1))
    fi
    : >errors
}

# merge OUT FOLDER...: the results of all folders, in place of the shell.
merge() {
    local out=$1
    shift
    exec "$binary" merge "$@" --out "$out" --threads 2 --quiet 2>>errors
}

# check NAME WHAT FOLDER...: merges, and compares.
check() {
    local name=$1 what=$2
    shift 2
    must "$what: merge" merge merged "$@"
    if ! diff <(hashes "expected-$name") <(hashes merged) >difference 2>&1; then
        printf 'FAILED: %s: other files\n' "$what"
        head -20 difference
        failures=$((failures + 1))
    fi
    rm -rf merged "$@"
}

# pause MILLISECONDS: a random part of them.
pause() {
    sleep "$(printf '0.%03d' $((RANDOM % $1)))"
}

for name in "${specs[@]}"; do
    "$binary" run "$here/shards/$name.toml" --out "expected-$name" --threads 2 --quiet
    printf '%s: %d files\n' "$name" "$(hashes "expected-$name" | wc -l)"
done

# killed PROCESS: waits for a process that was killed; says nothing of it.
killed() {
    wait "$1" 2>/dev/null || true
}

# One or two processes, in one folder or in one each; one of them, or both, are killed. Then the same shards again, and in every
# other round a merge is killed, too.
counts=(1 2 5 16)
for ((round = 0; round < kills; round++)); do
    name=${specs[round % 3]} of=${counts[RANDOM % 4]} on=$((1 + RANDOM % 3))
    one=$((RANDOM % of)) other=$((RANDOM % of))
    folders=(a)
    if ((RANDOM % 2 == 0)); then folders=(a b); fi
    what="round $round, $name, shards $one and $other of $of, ${#folders[@]} folders"
    shard "$name" a "$one/$of" "$on" &
    first=$!
    shard "$name" "${folders[-1]}" "$other/$of" "$on" &
    second=$!
    pause 250
    kill -KILL "$first" 2>/dev/null || true
    if ((RANDOM % 2 == 0)); then kill -KILL "$second" 2>/dev/null || true; fi
    killed "$first"
    killed "$second"
    for ((i = 0; i < of; i++)); do
        must "$what, again" shard "$name" "${folders[i % ${#folders[@]}]}" "$i/$of" "$on"
    done
    # It may have been killed before it made its folder.
    if [[ ! -d b ]]; then folders=(a); fi
    if ((round % 2 == 0)); then
        merge merged "${folders[@]}" &
        first=$!
        pause 200
        kill -KILL "$first" 2>/dev/null || true
        killed "$first"
    fi
    check "$name" "$what" "${folders[@]}"
done
printf '%d rounds of kills: done\n' "$kills"

# Every number of threads and of shards.
for on in "${threads[@]}"; do
    for of in "${shards[@]}"; do
        for name in "${specs[@]}"; do
            what="$name, $of shards on $on threads"
            # Each is killed once, and tried again.
            for ((i = 0; i < of; i++)); do
                shard "$name" a "$i/$of" "$on" &
                first=$!
                pause $((of < 100 ? 100 : 10))
                kill -KILL "$first" 2>/dev/null || true
                killed "$first"
                must "$what" shard "$name" a "$i/$of" "$on"
            done
            check "$name" "$what, tried again" a
            # All of one division, and some of another.
            for ((i = 0; i < of; i++)); do must "$what" shard "$name" a "$i/$of" "$on"; done
            for ((i = 0; i <= of; i += 2)); do must "$what" shard "$name" b "$i/$((of + 1))" "$on"; done
            check "$name" "$what, overlapping" b a
            # Each twice at once.
            for ((i = 0; i < of; i++)); do
                shard "$name" a "$i/$of" "$on" &
                first=$!
                must "$what" shard "$name" a "$i/$of" "$on"
                wait "$first" || { printf 'FAILED: %s, two at once\n' "$what"; failures=$((failures + 1)); }
            done
            check "$name" "$what, two at once" a
        done
        printf '%d shards on %d threads, tried again, overlapping, two at once: done\n' "$of" "$on"
    done
done

if ((failures > 0)); then
    printf '%d failures\n' "$failures"
    exit 1
fi
printf 'always the bytes of one process\n'
