# SPDX-License-Identifier: MIT OR Apache-2.0
# Sourced: recordings of the mount `at` by a collector that the test holds in its hands.
sys=$(for m in /sys/fs/bentofs/mounts/*; do [ "$(cat "$m/dev")" != "$(mountpoint -d "$at")" ] || echo "$m"; done)
debugfs=/sys/kernel/debug/bentofs/${sys##*/}

# Ops that ended on the mount, as it counts them itself.
ended() { awk '{ n += $2 } END { print n + 0 }' "$sys/ops"; }

# Nothing that was done before is left to do: no sync is due, which would be an op between two looks at a counter.
quiet() { sync -f "$at"; }

# begin HOST TRACE [OPTIONS]: `collector` is its process when this returns.
begin() {
	local host=$1 trace=$2
	shift 2
	: >/tmp/collected
	"$host" collect --debugfs "$debugfs" -o "$trace" "$@" >/tmp/collected 2>/tmp/collect-errors &
	collector=$!
	until grep -q '"ready":true' /tmp/collected; do
		kill -0 "$collector" || { cat /tmp/collect-errors >&2; return 1; }
		sleep 0.05
	done
}

# The sum of a count over all processors, of an account as the kernel gives it.
counted() { awk -v key="$2" '$1 == "cpu" { for (i = 3; i < NF; i += 2) if ($i == key) n += $(i + 1) } END { print n + 0 }' <<<"$1"; }
