"""python by_dask.py SPEC OUT SHARDS"""

import sys

from dask.distributed import Client, LocalCluster

from shard import shard

if __name__ == "__main__":
    spec, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.gather([client.submit(shard, i, count, spec, out, pure=False, retries=3) for i in range(count)])
