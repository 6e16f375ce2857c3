#!/usr/bin/env bash
# Builds the crates beside this script, which are outside Thalweg's workspace, tests them, and runs the study of each: on
# two instruction sets, to the same bytes. For CI.
#   experiments/examples/run.sh [TARGET]
set -euo pipefail
cd "$(dirname "$0")"
target=$(realpath -m "${1:-target}")

cargo test --quiet --release --target-dir "$target"
cargo build --quiet --release --target-dir "$target"
for crate in own-optimizer own-method matrix-factorization own-figure; do
    out="$target/results/$crate"
    rm -rf "$out"
    "$target/release/$crate" run "$crate/study.toml" --out "$out" --quiet
    THALWEG_ISA=scalar "$target/release/$crate" run "$crate/study.toml" --out "$out/scalar" --quiet
    cmp "$out/runs.csv" "$out/scalar/runs.csv"
    ls "$out"/figures/*.svg >/dev/null
    printf '%s: %d trials, the same bytes on every instruction set\n' "$crate" "$(($(wc -l <"$out/runs.csv") - 1))"
done
# Its parts stand in lists and errors like those that are built in.
listed=$("$target/release/own-optimizer" list signum)
grep -q 'sign(m)' <<<"$listed"
told=$("$target/release/own-optimizer" plan own-optimizer/study.toml --set optimizer.0.kind='"signun"' 2>&1 || true)
grep -q 'did you mean `signum`' <<<"$told"
