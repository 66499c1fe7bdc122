#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Writes, reads back and compares until the file STOP is there: writers.sh FOLDER STOP WRITERS. Ends with status 1 at the first failed op or
# wrong byte. Each writer also appends to one file that it keeps open all the time.
folder=$1 stop=$2 writers=$3

writer() {
	mkdir "$folder/$1" && cd "$folder/$1" || return 1
	exec 4>>kept || return 1
	round=0
	while [ ! -e "$stop" ]; do
		round=$((round + 1))
		name=f$((round % 7))
		rm -f "$name"
		head -c $((round * 977 % 60000 + 1)) /run/noise >"$name" || return 1
		cmp -n $((round * 977 % 60000 + 1)) "$name" /run/noise || return 1
		echo "$round" >&4 || return 1
	done
	exec 4>&-
	seq "$round" | cmp - kept || return 1
	for name in f0 f1 f2 f3 f4 f5 f6; do [ ! -e "$name" ] || cmp -n "$(stat -c %s "$name")" "$name" /run/noise || return 1; done
	echo "writer $1: $round rounds"
}

head -c 65536 /dev/urandom >/run/noise
pids=
for number in $(seq "$writers"); do
	writer "$number" &
	pids="$pids $!"
done
status=0
for pid in $pids; do wait "$pid" || status=1; done
exit $status
