#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Runs in a guest of its own: every workload on every file system, one disk, made afresh for each file system.
#
#   measure.sh SUBJECTS DISK HOST MODULE INPUT SCALE
#
# SUBJECTS, blank-separated: ext4 journal kernel meta full fuse. INPUT is a folder with repo.git, tree.tar and load.txt. A line for each
# measurement:
#
#   figure SUBJECT WORKLOAD ELAPSED_NS IDLE_NS COLLECTOR_NS OPS
#
# IDLE_NS is how long the processors had nothing to do in that time, COLLECTOR_NS what the recorder's reader took of them: in a guest whose
# clock counts instructions, the difference is the instructions of the work itself. OPS is what the module answered (0: not a module).
set -u -o pipefail

read -ra subjects <<<"$1"
disk=$2 host=$3 module=$4 given=$5 scale=$6
at=/mnt/measured input=/dev/shm/input
mkdir -p "$at"
cp -r "$given" "$input"
fio_options='--ioengine=psync --randseed=42 --allrandrepeat=1 --norandommap --minimal'
git_options='-c gc.auto=0 -c core.fsync=none -c advice.detachedHead=false'

die() { echo "measure: $*" >&2; exit 1; }

# ---- clocks

# Nanoseconds that all processors together were idle since boot.
idle_ns() {
	local lines line sum=0
	mapfile -t lines </proc/timer_list
	for line in "${lines[@]}"; do
		case $line in *idle_sleeptime*|*iowait_sleeptime*) set -- ${line#*:}; sum=$((sum + $1)) ;; esac
	done
	echo "$sum"
}

now_ns() { local us=${EPOCHREALTIME/./}; echo "${us}000"; }

collector_ns() {
	local sum=0 file on
	[ -n "${collector:-}" ] || { echo 0; return; }
	for file in /proc/"$collector"/task/*/schedstat; do read -r on _ <"$file" && sum=$((sum + on)); done
	echo "$sum"
}

ops() {
	local sum=0 count
	[ -n "${mount_id:-}" ] || { echo 0; return; }
	while read -r _ count; do sum=$((sum + count)); done <"/sys/fs/bentofs/mounts/$mount_id/ops"
	echo "$sum"
}

# ---- file systems

set_up() {
	mount_id='' collector='' server=''
	case $1 in
	ext4) mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$disk" && mount -t ext4 -o data=ordered "$disk" "$at" ;;
	journal) mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$disk" && mount -t ext4 -o data=journal "$disk" "$at" ;;
	fuse)
		"$host" mkfs --module "$module" "$disk" >/dev/null || return
		"$host" mount --module "$module" --image "$disk" "$at" >/tmp/fuse.log 2>&1 &
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
	*read-*) [ -f "$at/data" ] || fio $fio_options --name=lay --filename="$at/data" --rw=write --bs=1M --size=$((8 * scale))M --end_fsync=1 >/dev/null ;;
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
	rand-read-4k) fio_job --rw=randread --bs=4k --io_size=$((2 * scale))M ;;
	rand-read-4k-direct) fio_job --rw=randread --bs=4k --io_size=$((2 * scale))M --direct=1 ;;
	storm) (cd /tmp && fs_mark -S 0 -n $((400 * scale)) -s 0 -D 10 -N $((40 * scale)) -d "$at/storm" -l /dev/null) >/dev/null && sync ;;
	fsync) (cd /tmp && fs_mark -S 1 -n $((50 * scale)) -s 16384 -w 4096 -d "$at/mail" -l /dev/null) >/dev/null ;;
	fileserver) dbench --run-once -t 600 -c "$input/load.txt" -D "$at" 1 >/dev/null ;;
	esac
}

all='empty git-clone untar grep-cold grep-warm seq-write-1m seq-write-4k rand-write-4k seq-read-1m seq-read-4k rand-read-4k
	rand-read-4k-direct storm fsync fileserver'

measured() {
	local c0 o0 i0 t0 t1 i1
	before "$2" || die "cannot prepare $2 on $1"
	# Once, so that no program is read from the host's files in the measured time.
	idle_ns >/dev/null
	o0=$(ops) c0=$(collector_ns) i0=$(idle_ns) t0=$(now_ns)
	work "$2" || die "$2 failed on $1"
	t1=$(now_ns) i1=$(idle_ns)
	echo "figure $1 $2 $((t1 - t0)) $((i1 - i0)) $(($(collector_ns) - c0)) $(($(ops) - o0))"
}

# Every program once, from memory's own file system, so that its pages are there.
warm_up() {
	at=/dev/shm/warm
	mkdir "$at"
	for name in $all; do
		case $name in *direct) ;; *) before "$name"; work "$name" ;; esac
	done >/dev/null 2>&1
	rm -rf "$at"
	at=/mnt/measured
}

warm_up
for subject in "${subjects[@]}"; do
	set_up "$subject" || die "cannot mount $subject"
	for workload in $all; do measured "$subject" "$workload"; done
	tear_down "$subject"
done
echo complete
