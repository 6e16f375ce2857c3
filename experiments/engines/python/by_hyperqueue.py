"""python by_hyperqueue.py SPEC OUT SHARDS"""

import sys

from hyperqueue import Job, LocalCluster

if __name__ == "__main__":
    spec, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with LocalCluster() as cluster:
        cluster.start_worker()
        client = cluster.client()
        job = Job()
        for i in range(count):
            job.program(["thalweg", "run", spec, "--out", out, "--shard", f"{i}/{count}", "--threads", "1", "--quiet"])
        client.wait_for_jobs([client.submit(job)])
