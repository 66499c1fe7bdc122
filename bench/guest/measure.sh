#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Runs in a guest of its own: every workload on every file system, one disk, made afresh for each file system.
#
#   measure.sh SUBJECTS DISK HOST MODULE INPUT SCALE [WORKLOADS]
#
# SUBJECTS, blank-separated: tmpfs ext4 journal kernel meta full fuse fuse-meta fuse-full (through FUSE, recorded by the host that serves it).
# INPUT is a folder with repo.git and tree.tar. Without WORKLOADS, all but those that only look at recording. A line for each measurement:
#
#   figure SUBJECT WORKLOAD ELAPSED_NS IDLE_NS COLLECTOR_NS OPS
#
# IDLE_NS is how long the processors had nothing to do in that time, COLLECTOR_NS what the recorder's reader took of them: in a guest whose
# clock counts instructions, the difference is the instructions of the work itself. OPS is what the module answered (0: not a module).
set -u -o pipefail

read -ra subjects <<<"$1"
disk=$2 host=$3 module=$4 given=$5 scale=$6 wanted=${7:-}
at=/mnt/measured input=/dev/shm/input
mkdir -p "$at"
# An emulated disk may be slow; that is no hang.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
fio_options='--ioengine=psync --randseed=42 --allrandrepeat=1 --norandommap --minimal'
git_options='-c gc.auto=0 -c core.fsync=none -c advice.detachedHead=false'

die() { echo "measure: $*" >&2; exit 1; }

cp -r "$given" "$input" || die "no input"

# ---- clocks

# "NOW IDLE": nanoseconds since boot, and those that all processors together were idle, at one moment. Both are read at once, since
# between two reads there may be a wait.
clocks() {
	local lines line now=0 idle=0
	mapfile -t lines </proc/timer_list
	for line in "${lines[@]}"; do
		case $line in
		'now at '*) set -- $line; now=$3 ;;
		*idle_sleeptime* | *iowait_sleeptime*) set -- ${line#*:}; idle=$((idle + $1)) ;;
		esac
	done
	echo "$now $idle"
}

# What reads a recording and writes the trace: a process of its own beside the kernel, a thread of the host that serves FUSE.
collector_ns() {
	local sum=0 task on name
	for task in ${collector:+/proc/"$collector"/task/*} ${server:+/proc/"$server"/task/*}; do
		read -r name <"$task/comm"
		[ -n "$collector" ] || [ "$name" = record ] || continue
		read -r on _ <"$task/schedstat" && sum=$((sum + on))
	done
	echo "$sum"
}

served_ops='
	use IO::Socket::UNIX;
	my $at = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
	print $at qq({"command":"status"}\n);
	<$at> =~ /"ops":(\d+)/ or die;
	print "$1\n"'

ops() {
	local sum=0 count
	[ -n "${server:-}" ] && { perl -e "$served_ops" /tmp/control; return; }
	[ -n "${mount_id:-}" ] || { echo 0; return; }
	while read -r _ count; do sum=$((sum + count)); done <"/sys/fs/bentofs/mounts/$mount_id/ops"
	echo "$sum"
}

# ---- file systems

set_up() {
	mount_id='' collector='' server=''
	case $1 in
	tmpfs) mount -t tmpfs none "$at" ;;
	ext4) mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$disk" && mount -t ext4 -o data=ordered "$disk" "$at" ;;
	journal) mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$disk" && mount -t ext4 -o data=journal "$disk" "$at" ;;
	fuse*)
		local record=()
		[ "$1" = fuse-full ] && record=(--record /dev/shm/trace.btr --policy block --data full)
		[ "$1" = fuse-meta ] && record=(--record /dev/shm/trace.btr --policy block --data none)
		"$host" mkfs --module "$module" "$disk" >/dev/null || return
		"$host" mount --module "$module" --image "$disk" --control /tmp/control "${record[@]}" "$at" >/tmp/fuse.log 2>&1 &
		server=$!
		for _ in {1..200}; do mountpoint -q "$at" && return; sleep 0.05; done
		cat /tmp/fuse.log >&2
		return 1
		;;
	*)
		"$host" mkfs --module "$module" "$disk" >/dev/null && mount -t bentoblk -o fs=tiffinfs "$disk" "$at" || return
		for mount_id in /sys/fs/bentofs/mounts/*; do mount_id=${mount_id##*/}; done
		[ "$1" = kernel ] && return
		local data=none recorder=/sys/kernel/debug/bentofs/$mount_id
		[ "$1" = full ] && data=full
		"$host" collect --debugfs "$recorder" --policy block --data "$data" -o /dev/shm/trace.btr >/tmp/collect.log 2>&1 &
		collector=$!
		for _ in {1..200}; do
			[ "$(cat /sys/fs/bentofs/mounts/"$mount_id"/recording)" != 0 ] && return
			sleep 0.05
		done
		cat /tmp/collect.log >&2
		return 1
		;;
	esac
}

tear_down() {
	if [ -n "$collector" ]; then
		kill -TERM "$collector"
		wait "$collector" || { cat /tmp/collect.log >&2; die "the collector failed"; }
	fi
	umount "$at" || die "cannot unmount $1"
	[ -n "$server" ] && wait "$server"
	rm -f /dev/shm/trace.btr
}

# ---- workloads

before() {
	case $1 in
	grep-*) [ -d "$at/tree" ] || { mkdir "$at/tree" && tar -xf "$input/tree.tar" -C "$at/tree"; }
		[ "$1" = grep-warm ] && grep -r nothing-has-this "$at/tree" ;;
	dbench) mkdir "$at/dbench" ;;
	*read-* | *-direct) [ -f "$at/data" ] || fio $fio_options --name=lay --filename="$at/data" --rw=write --bs=1M --size=$((8 * scale))M --end_fsync=1 >/dev/null ;;
	esac
	sync
	[ "$1" = grep-warm ] || echo 3 >/proc/sys/vm/drop_caches
}

fio_job() { fio $fio_options --name=job --filename="$at/data" --size=$((8 * scale))M "$@" >/dev/null; }

# Writes end with a sync, so that what stays in memory is not counted as done.
work() {
	case $1 in
	git-clone) git $git_options clone -q --no-hardlinks "$input/repo.git" "$at/clone" && sync ;;
	untar) mkdir "$at/untar" && tar -xf "$input/tree.tar" -C "$at/untar" && sync ;;
	grep-cold | grep-warm) grep -r nothing-has-this "$at/tree"; [ $? = 1 ] ;;
	seq-write-1m) fio_job --rw=write --bs=1M --end_fsync=1 ;;
	seq-write-4k) fio_job --rw=write --bs=4k --end_fsync=1 ;;
	rand-write-4k) fio_job --rw=randwrite --bs=4k --io_size=$((4 * scale))M --end_fsync=1 ;;
	seq-read-1m) fio_job --rw=read --bs=1M ;;
	seq-read-4k) fio_job --rw=read --bs=4k ;;
	rand-read-4k) fio_job --rw=randread --bs=4k --io_size=$((8 * scale))M ;;
	rand-write-4k-direct) fio_job --rw=randwrite --bs=4k --io_size=$((2 * scale))M --direct=1 ;;
	dbench) (cd /tmp && dbench -c "$client" -t $((2 + scale / 2)) -D "$at/dbench" 4) >/dev/null ;;
	rand-read-4k-direct) fio_job --rw=randread --bs=4k --io_size=$((8 * scale))M --direct=1 ;;
	storm) (cd /tmp && fs_mark -S 0 -n $((400 * scale)) -s 0 -D 10 -N $((40 * scale)) -d "$at/storm" -l /dev/null) >/dev/null && sync ;;
	fsync) (cd /tmp && fs_mark -S 1 -n $((50 * scale)) -s 16384 -w 4096 -d "$at/mail" -l /dev/null) >/dev/null ;;
	fileserver) mkdir -p "$at/server" && fio $fio_options --name=server --directory="$at/server" --nrfiles=$((20 * scale)) \
		--filesize=64k --rw=randrw --rwmixread=50 --bssplit=4k/50:16k/30:64k/20 --file_service_type=random --openfiles=8 \
		--io_size=$((2 * scale))M --end_fsync=1 >/dev/null ;;
	fio-nothing) fio $fio_options --name=job --ioengine=null --size=4k >/dev/null ;;
	esac
}

client=/usr/share/dbench/client.txt
all='empty fio-nothing git-clone untar grep-cold grep-warm seq-write-1m seq-write-4k rand-write-4k seq-read-1m seq-read-4k rand-read-4k
	rand-read-4k-direct storm fsync fileserver'

measured() {
	local c0 o0 t0 i0 t1 i1
	before "$2" || die "cannot prepare $2 on $1"
	clocks >/dev/null
	o0=$(ops) c0=$(collector_ns)
	read -r t0 i0 <<<"$(clocks)"
	work "$2" || die "$2 failed on $1"
	read -r t1 i1 <<<"$(clocks)"
	echo "figure $1 $2 $((t1 - t0)) $((i1 - i0)) $(($(collector_ns) - c0)) $(($(ops) - o0))"
}

# Programs and their libraries lie in memory, so that dropping the caches does not send them back to the host's files.
bring_programs() {
	local name lib
	mkdir /dev/shm/programs /dev/shm/libraries
	for name in git grep tar fio fs_mark mkdir sync ${wanted:+dbench}; do
		cp -L "$(command -v "$name")" /dev/shm/programs/ || die "no $name"
		for lib in $(ldd "$(command -v "$name")" | grep -o '=> /[^ ]*' | cut -c4-); do cp -Lu "$lib" /dev/shm/libraries/; done
	done
	ln -s git /dev/shm/programs/git-upload-pack
	export PATH=/dev/shm/programs:$PATH LD_LIBRARY_PATH=/dev/shm/libraries GIT_EXEC_PATH=/dev/shm/programs GIT_CONFIG_NOSYSTEM=1
	hash -r
}

bring_programs
for subject in "${subjects[@]}"; do
	set_up "$subject" || die "cannot mount $subject"
	for workload in ${wanted:-$all}; do
		# tmpfs of this kernel has no direct I/O.
		[[ $subject/$workload = tmpfs/*-direct ]] || measured "$subject" "$workload"
	done
	tear_down "$subject"
done
echo complete
