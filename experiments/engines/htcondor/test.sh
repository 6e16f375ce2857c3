#!/usr/bin/env bash
# A sweep by HTCondor itself, on this machine: htcondor/test.sh BINARY
#
# Needs Debian 13's condor, or another of version 23. A job that is killed, one that is evicted, and jobs that stop after every
# few chunks and begin again: always the bytes of one machine.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# Daemons of one user need no root, and root may submit nothing.
if ((EUID == 0)); then exec runuser -u nobody -- "$here/$(basename "$0")" "$(realpath "$1")"; fi
binary=$(realpath "$1")
# shellcheck source=../sweep.sh
. "$here/../sweep.sh"
begin "$binary"
export CONDOR_CONFIG=$scratch/condor_config HOME=$scratch
mkdir -p "$scratch"/condor/{log,spool,execute,lock,run}
cat >"$CONDOR_CONFIG" <<END
RELEASE_DIR = /usr
LIBEXEC = $(dirname "$(find /usr/lib*/condor /usr/libexec/condor -name condor_shared_port 2>/dev/null | head -1)")
LOCAL_DIR = $scratch/condor
RUN = \$(LOCAL_DIR)/run
CONDOR_HOST = 127.0.0.1
NETWORK_INTERFACE = 127.0.0.1
SHARED_PORT_PORT = 19618
COLLECTOR_HOST = 127.0.0.1:19618
DAEMON_LIST = MASTER COLLECTOR NEGOTIATOR SCHEDD STARTD
SEC_DEFAULT_AUTHENTICATION = OPTIONAL
SEC_DEFAULT_AUTHENTICATION_METHODS = FS
ALLOW_READ = *
ALLOW_WRITE = *
ALLOW_DAEMON = *
ALLOW_NEGOTIATOR = *
ALLOW_ADMINISTRATOR = *
NUM_CPUS = 8
MEMORY = 8192
NEGOTIATOR_INTERVAL = 2
NEGOTIATOR_CYCLE_DELAY = 1
SCHEDD_INTERVAL = 2
JOB_START_COUNT = 10
START = TRUE
SUSPEND = FALSE
# Neither root nor a namespace of its own.
MOUNT_UNDER_SCRATCH =
STARTER_HIDE_GPU_DEVICES = FALSE
DISCARD_SESSION_KEYRING_ON_STARTUP = FALSE
BASE_CGROUP =
END
condor_master -f >"$scratch/master.out" 2>&1 &
master=$!
stop() {
    condor_rm -all >/dev/null 2>&1 || true
    kill -QUIT $master 2>/dev/null || true
    wait $master 2>/dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
for ((i = 0; i < 120; i++)); do
    condor_status -autoformat State 2>/dev/null | grep -q Unclaimed && break
    sleep 0.5
done
condor_status -autoformat State | grep -q Unclaimed || { tail -n 20 "$scratch"/condor/log/*; exit 1; }

# begin_jobs FOLDER ARGUMENT...: submits the sweep in a folder.
begin_jobs() {
    mkdir "$scratch/$1"
    cp "$binary" "$scratch/$1/thalweg"
    cp "$spec" "$here/sweep.sub" "$scratch/$1/"
    (cd "$scratch/$1" && shift && condor_submit -terse "$@" sweep.sub)
}
# over FOLDER: waits until no job is left.
over() {
    for ((i = 0; i < 600; i++)); do
        [ -z "$(condor_q -allusers -autoformat ClusterId)" ] && return
        if [ -n "$(condor_q -allusers -hold -autoformat HoldReason)" ]; then break; fi
        sleep 0.5
    done
    condor_q -allusers -hold -autoformat HoldReason | head -5
    return 1
}

begin_jobs killed shards=8
for ((i = 0; i < 300; i++)); do
    pkill -KILL -f 'condor_exec.exe run sweep.toml' --newest && printf 'one was killed\n' && break
    pkill -KILL -f 'thalweg run sweep.toml --out shard' --newest && printf 'one was killed\n' && break
    sleep 0.05
done
condor_vacate_job -fast -all >/dev/null 2>&1 || true
over killed
# What is missing is computed here.
cd "$scratch/killed"
thalweg missing shard-* --quiet 2>"$scratch/said" || thalweg run "$spec" --out shard-again --chunks "$(sed -n 's/.*--chunks //p' "$scratch/said")" --quiet
merged shard-*

begin_jobs stopped shards=3 stop_after=50ms
over stopped
printf '%d times a job stopped and began again\n' $(($(grep -c 'Started transferring output' "$scratch/stopped/thalweg.log") - 3))
cd "$scratch/stopped"
merged shard-*
finish 'HTCondor'
