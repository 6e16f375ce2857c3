# What the tests of engines have in common: a sweep of some hundred chunks, and its results by one process.

# begin BINARY: makes $scratch, the sweep $spec in it, and the results $scratch/local; `thalweg` is the binary.
begin() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    mkdir "$scratch/bin"
    ln -s "$1" "$scratch/bin/thalweg"
    PATH=$scratch/bin:$PATH
    spec=$scratch/sweep.toml
    cp "$(dirname "${BASH_SOURCE[0]}")/sweep.toml" "$spec"
    thalweg run "$spec" --out "$scratch/local" --quiet
}

# hashes FOLDER: the files of results, but what differs from run to run.
hashes() {
    (cd "$1" && find . \( -path ./chunks -o -path ./provenance \) -prune -o -type f ! -name provenance.json ! -name read.sql -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum)
}

# merged FOLDER...: merges into $scratch/merged, and compares with the results of one process.
merged() {
    rm -rf "$scratch/merged"
    thalweg merge "$@" --out "$scratch/merged" --quiet || return 1
    diff <(hashes "$scratch/local") <(hashes "$scratch/merged") >/dev/null || {
        printf 'FAILED: other bytes than those of one machine\n' >&2
        return 1
    }
}

finish() {
    printf '%s: the bytes of one machine\n' "$1"
}
