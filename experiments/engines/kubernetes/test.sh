#!/usr/bin/env bash
# The manifest by the schemas of Kubernetes; conformance.sh plays what it runs: kubernetes/test.sh
#
# `kubernetes-validate` is taken as it is found, or else installed into an environment of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
if ! command -v kubernetes-validate >/dev/null; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    python3 -m venv "$scratch"
    "$scratch/bin/pip" install --quiet kubernetes-validate==1.37.0
    PATH=$scratch/bin:$PATH
fi
# From the first in which all of the manifest is stable.
for version in 1.33 1.37; do
    kubernetes-validate --strict --kubernetes-version $version "$here/job.yaml"
done
