#!/usr/bin/env bash
# A sweep by Slurm itself, on this machine: slurm/test.sh BINARY
#
# Needs root, and Debian's slurm-wlm and munge. An array of 8 tasks under MaxArraySize=5, one of which is killed and one put back
# into the queue; then two numbers alone; then another number of shards: always the bytes of one machine.
set -euo pipefail
binary=$(realpath "$1") here=$(dirname "$(realpath "$0")")
# shellcheck source=../sweep.sh
. "$here/../sweep.sh"
begin "$binary"
daemons=()
stop() {
    scancel --quiet --user=root 2>/dev/null || true
    for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap stop EXIT
chmod 755 "$scratch"
host=$(hostname -s)
mkdir -p "$scratch/state" "$scratch/spool" /run/munge /var/log/munge
export SLURM_CONF=$scratch/slurm.conf
cat >"$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/ctld.pid
SlurmdPidFile=$scratch/d.pid
SlurmctldLogFile=$scratch/ctld.log
SlurmdLogFile=$scratch/d.log
SlurmctldPort=16817
SlurmdPort=16818
MaxArraySize=5
JobRequeue=1
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
[ -s /etc/munge/munge.key ] || { dd if=/dev/urandom of=/etc/munge/munge.key bs=1 count=1024 2>/dev/null; }
chown -R munge: /etc/munge /run/munge /var/log/munge /var/lib/munge
chmod 400 /etc/munge/munge.key
if ! munge -n >/dev/null 2>&1; then
    su munge -s /bin/sh -c 'munged --force' && daemons+=("$(pgrep -o munged)")
fi
slurmctld -D &>"$scratch/ctld.out" &
daemons+=($!)
slurmd -D -N "$host" &>"$scratch/d.out" &
daemons+=($!)
for ((i = 0; i < 60; i++)); do
    sinfo --noheader --format=%T 2>/dev/null | grep -q idle && break
    sleep 0.5
done
sinfo --noheader --format=%T | grep -q idle || { cat "$scratch"/*.out "$scratch"/*.log; exit 1; }

# submit ARRAY OFFSET OUT SHARDS: puts numbers into the queue.
submit() {
    sbatch --parsable --chdir="$scratch" --array="$1" \
        --export="ALL,PATH=$PATH,SPEC=$spec,OUT=$scratch/$3,SHARDS=$4,OFFSET=$2${5:+,STOP_AFTER=$5}" "$here/sweep.sbatch"
}
# over: waits until the queue is empty.
over() {
    for ((i = 0; i < 240; i++)); do
        [ -z "$(squeue --noheader)" ] && return
        sleep 0.5
    done
    squeue
    return 1
}

# Eight tasks, of which no number may be above 4: the second half by an offset.
first=$(submit 0-3 0 out 8)
second=$(submit 0-3 4 out 8 1s)
sleep 1
# A task of the first is killed, as if its node had died, and one of the second put back into the queue.
scancel --signal=KILL --full "${first}_2" 2>/dev/null || true
scontrol requeue "${second}_1" 2>/dev/null || true
over
if thalweg missing "$scratch/out" --quiet 2>/dev/null; then :; else
    again=$(thalweg missing "$scratch/out" --shards 8 --quiet 2>/dev/null || true)
    printf 'submitted again: %s\n' "$again"
    for number in $(seq 0 7); do
        case ",$again," in *",$number,"*) submit "$((number % 4))" "$((number / 4 * 4))" out 8 >/dev/null ;; esac
    done
    # Ranges, as sbatch takes them.
    case $again in *-*) submit 0-3 0 out 8 >/dev/null && submit 0-3 4 out 8 >/dev/null ;; esac
    over
fi
merged "$scratch/out"

# Two numbers alone, of an array whose count Slurm would tell wrongly; then the rest under another number of shards.
submit 1,3 0 other 4 >/dev/null
over
submit 0-2 0 other 3 >/dev/null
over
merged "$scratch/other"
finish 'Slurm'
