#!/bin/sh
# A shard whose chunks go to a bucket: shard.sh s3://BUCKET/sweep SHARDS. What is there already is left out, whatever number computed it.
set -eu
place=$1 shards=$2
aws s3 cp --only-show-errors "$place/sweep.toml" sweep.toml
aws s3 ls "$place/chunks/" >done || true
exec thalweg run sweep.toml --out sweep --shard "auto/$shards" --done-list done --stop-after 50m --quiet \
    --after-chunk "aws s3 cp --only-show-errors {} $place/chunks/"
