#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs commands in the guest for the host. A job is a folder that the host made, with a script `run` in it; its output goes to files
# beside that, which the host sees grow. The port $1 carries a line each way:
#
#   host:  run JOB | kill JOB SIGNAL | hung | off
#   guest: ready | done JOB STATUS | told
#
# The port closing, as it does when the host's process dies, means off.

jobs=/run/bento-vm/jobs
exec 3<>"$1"
export HOME=/root LC_ALL=C.UTF-8 TMPDIR=/tmp
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ulimit -c 0

run() {
	# A session of its own, so that a signal reaches all of it; -w, since what is awaited is its end. A shell has what it
	# runs in the background ignore ^C, and whoever inherits that cannot even ask for it.
	setsid -w env --default-signal=INT,QUIT /bin/sh -c 'echo $$ >"$0/pid"; exec /bin/sh "$0/run"' "$jobs/$1" \
		3>&- </dev/null >"$jobs/$1/out" 2>"$jobs/$1/err"
	echo "done $1 $?" >&3
}

echo ready >&3
while read -r verb job signal <&3; do
	case $verb in
	run)
		run "$job" &
		;;
	kill)
		read -r pid <"$jobs/$job/pid" && kill -s "$signal" -- "-$pid"
		;;
	hung)
		# Tasks that wait, and what each core is at: with call traces, on the console.
		echo w >/proc/sysrq-trigger
		echo l >/proc/sysrq-trigger
		echo told >&3
		;;
	off)
		exit
		;;
	esac
done
