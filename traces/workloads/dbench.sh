#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Four clients of dbench for one second, at a rate that keeps the trace small.
set -eu
dbench --target-rate=12 --timelimit=1 --directory=. --loadfile=/usr/share/dbench/client.txt 4 >/dev/null
ls
