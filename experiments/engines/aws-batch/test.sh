#!/usr/bin/env bash
# Shards that meet in a bucket, by the AWS command line and an S3 server on this machine: aws-batch/test.sh BINARY
#
# `aws` and `moto_server` are taken as they are found, or else installed into an environment of their own.
set -euo pipefail
binary=$(realpath "$1") here=$(dirname "$(realpath "$0")")
# shellcheck source=../sweep.sh
. "$here/../sweep.sh"
begin "$binary"
if ! { command -v aws && command -v moto_server; } >/dev/null; then
    python3 -m venv "$scratch/environment"
    "$scratch/environment/bin/pip" install --quiet --requirement "$here/requirements.txt"
    PATH=$scratch/environment/bin:$PATH
fi
# A tenth of the chunks, as each file is a process of the client.
sed -i 's/points = 110/points = 12/' "$spec"
rm -rf "$scratch/local"
thalweg run "$spec" --out "$scratch/local" --quiet

port=15555
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=http://127.0.0.1:$port
export AWS_EC2_METADATA_DISABLED=true
moto_server -p $port >"$scratch/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
for ((i = 0; i < 100; i++)); do
    aws s3 mb s3://bucket >"$scratch/said" 2>&1 && break
    sleep 0.3
done
aws s3 ls | grep -q bucket || { cat "$scratch/said" "$scratch/server.log"; exit 1; }

# What the service's own model says of the two requests.
for request in register-job-definition:definition submit-job:job; do
    aws batch "${request%:*}" --cli-input-json "file://$here/${request#*:}.json" --generate-cli-skeleton output >/dev/null
done

aws s3 cp --quiet "$spec" s3://bucket/sweep/sweep.toml

# child INDEX SIZE: a job of an array, on a disk of its own.
child() (
    rm -rf "$scratch/child-$1"
    mkdir "$scratch/child-$1"
    cd "$scratch/child-$1"
    AWS_BATCH_JOB_ARRAY_INDEX=$1 exec sh "$here/shard.sh" s3://bucket/sweep "$2" 2>"$scratch/child-$1/said"
)

# Three at once, of which one is killed in the middle; then the array again; then one of another size, which finds all done.
children=()
for index in 0 1 2; do
    child $index 3 &
    children+=($!)
done
sleep 4
pkill -KILL -f "thalweg run sweep.toml --out sweep --shard auto/3" --newest || true
lost=0
for pid in "${children[@]}"; do wait "$pid" || lost=$((lost + 1)); done
printf '%d of 3 were lost\n' $lost
children=()
for index in 0 1 2; do
    child $index 3 &
    children+=($!)
done
for pid in "${children[@]}"; do wait "$pid"; done
before=$(aws s3 ls --recursive s3://bucket/sweep/ | wc -l)
child 0 2
[ "$(aws s3 ls --recursive s3://bucket/sweep/ | wc -l)" -eq "$before" ] || { printf 'FAILED: computed again\n'; exit 1; }

aws s3 sync --quiet s3://bucket/sweep "$scratch/sweep"
cp "$scratch/sweep/sweep.toml" "$scratch/sweep/spec.toml"
merged "$scratch/sweep"
finish 'S3'
