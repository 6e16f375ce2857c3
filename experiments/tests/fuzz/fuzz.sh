#!/usr/bin/env bash
# Runs the command on inputs that are nearly right, and on some that are too large: it ends with 0, 1, 2, 65 or 74, without a
# panic, within 1 GiB and 20 seconds. What fails is kept and named.
#
#     fuzz.sh [BINARY [INPUTS]]
set -euo pipefail
root=$(realpath "$(dirname "$0")/../../..")
binary=$(realpath "${1:-$root/target/release/thalweg}")
cd "$root"
inputs=${2:-200}
folder=$(mktemp -d "${TMPDIR:-/tmp}/fuzz.XXXXXX")
RANDOM=1
declare -A codes

# try CASE ARGUMENTS...: runs the command in the folder of the case.
try() {
    local case=$1 status=0
    shift
    (
        cd "$folder/$case"
        ulimit -v 1048576
        exec timeout --kill-after 5 20 "$binary" "$@"
    ) >/dev/null 2>"$folder/errors" || status=$?
    codes[$status]=$((${codes[$status]:-0} + 1))
    if [[ ! $status =~ ^(0|1|2|65|74)$ ]] || grep -q 'panicked\|overflowed its stack\|memory allocation' "$folder/errors"; then
        printf 'fuzz: %s ends with %d in %s:\n' "$*" "$status" "$folder/$case" >&2
        tail -n 20 "$folder/errors" >&2
        exit 1
    fi
}

# spec NAME PROBLEM: a spec of a problem.
spec() {
    mkdir -p "$folder/$1"
    printf 'name = "%s"\n[problem]\n%s\n[network]\nhidden = [3]\n[train]\nbatch = 1\nsteps = 3\nseeds = 1\n[[optimizer]]\nkind = "sgd"\n' \
        "$1" "$2" >"$folder/$1/spec.toml"
}

csv=$'kind = "csv"\npath = "data.csv"\ntarget = "y"\ntask = "classification"'
spec wide "$csv"
{ seq -f 'x%.0f' -s , 200000 && echo 'y' && echo 1,2; } >"$folder/wide/data.csv"
try wide run spec.toml
spec device "${csv/data.csv//dev/zero}"
try device run spec.toml
spec name "$csv"$'\n'"$(printf 'a%.0s' {1..200000}) = 1"
try name run spec.toml
try name run /dev/zero
try name run "$(printf 'a%.0s' {1..100000})"
spec bomb $'kind = "idx"\nimages = "images"\nlabels = "labels"'
{ printf '\0\0\10\2\0\3\15\100\0\0\3\350' && head -c 200000000 /dev/zero; } | gzip -1 >"$folder/bomb/images"
{ printf '\0\0\10\1\0\3\15\100' && head -c 200000 /dev/zero; } >"$folder/bomb/labels"
try bomb run spec.toml
spec large $'kind = "moons"\nsamples = 100'
sed -i 's/hidden = .*/hidden = [16384, 16384]/' "$folder/large/spec.toml"
try large plan spec.toml

THALWEG_FUZZ=$inputs THALWEG_FUZZ_FOLDER=$folder \
    cargo test --quiet --package thalweg --test fuzz write_inputs -- --ignored >/dev/null
for case in "$folder"/[0-9]*/; do
    case=$(basename "$case")
    try "$case" run spec.toml --out out --threads 2 --quiet
    [[ -e $folder/$case/out/spec.toml ]] || continue
    # One of the files of the results loses its end.
    mapfile -t files < <(find "$folder/$case/out" -type f | sort)
    file=${files[RANDOM % ${#files[@]}]}
    truncate --size $(($(stat --format %s "$file") * RANDOM / 32768)) "$file"
    try "$case" plot out
    try "$case" run spec.toml --out out --threads 2 --quiet
done
rm -r "$folder"
for status in "${!codes[@]}"; do
    printf 'fuzz: exit code %d: %d times\n' "$status" "${codes[$status]}"
done
