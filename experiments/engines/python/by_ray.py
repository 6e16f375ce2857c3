"""python by_ray.py SPEC OUT SHARDS"""

import sys

import ray

from shard import shard

if __name__ == "__main__":
    spec, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    task = ray.remote(num_cpus=1, max_retries=3, retry_exceptions=True)(shard)
    ray.get([task.remote(i, count, spec, out) for i in range(count)])
