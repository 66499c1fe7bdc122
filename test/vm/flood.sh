#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Far more ops than a recorder can hold: flood.sh FOLDER WRITERS ROUNDS MIB. First MIB of direct writes on each processor, which fill its buffer
# where contents are recorded; then WRITERS processes that each create, rename and remove ROUNDS files. Status 1 at the first op that fails.
set -euo pipefail
folder=$1 writers=$2 rounds=$3 mib=$4

mkdir "$folder"
for ((cpu = 0; cpu < $(nproc); cpu++)); do
	taskset -c "$cpu" dd if=/dev/zero of="$folder/big$cpu" bs=4k count=$((mib * 256)) oflag=direct status=none
done
storm='
	my ($at, $rounds) = @ARGV;
	mkdir $at or die "mkdir: $!";
	for my $n (1 .. $rounds) {
		open my $file, ">", "$at/a$n" or die "create: $!";
		close $file or die "close: $!";
		rename "$at/a$n", "$at/b" or die "rename: $!";
		unlink "$at/b" or die "unlink: $!";
	}
	rmdir $at or die "rmdir: $!"'
pids=()
for ((n = 0; n < writers; n++)); do
	perl -e "$storm" "$folder/$n" "$rounds" &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
rm -r "$folder"
