#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Four threads make small files in directories of their own and sync each; then everything is listed and removed.
set -eu
fs_mark -k -n 60 -s 3000 -w 1000 -t 4 -S 1 -D 4 -N 15 -L 1 -l /dev/null -d "$PWD/a" -d "$PWD/b" -d "$PWD/c" -d "$PWD/d" >/dev/null
find . -type f | wc -l
rm -r a b c d
