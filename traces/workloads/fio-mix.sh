#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Four jobs at a time read and write two files that they share, in pieces of 4 KiB, past the page cache; one of them syncs often.
set -eu
fio --output=/dev/null --output-format=json - <<'JOBS'
[global]
directory=.
ioengine=psync
direct=1
filesize=512k
bs=4k
randseed=4711
buffer_pattern=0xb27e
scramble_buffers=0
number_ios=160
fallocate=none
[mix]
filename=shared-a:shared-b
rw=randrw
rwmixread=60
numjobs=3
[syncing]
filename=shared-a:shared-b
rw=randwrite
fsync=8
numjobs=1
JOBS
ls -s
