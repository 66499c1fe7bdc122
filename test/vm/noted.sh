# SPDX-License-Identifier: MIT OR Apache-2.0
# noted.sh FOLDER STOP WRITERS: programs at work until STOP exists, some of whose changes are made durable, and which read what testmods/busy
# notes in the attribute of the root meanwhile. Ends with 1 when anything failed.
set -u
folder=$1 stop=$2 writers=$3 root=${1%/*}
mkdir "$folder" || exit 1
writer() {
	local n=0 file
	while [ ! -e "$stop" ]; do
		file=$folder/$1-$((n % 20))
		head -c $((n % 7 * 3000)) /dev/urandom >"$file" || return 1
		[ $((n % 4)) != 0 ] || sync "$file" || return 1
		[ $((n % 3)) != 0 ] || mv "$file" "$folder/moved-$1-$((n % 5))" || return 1
		getfattr --only-values -n user.busy "$root" >/dev/null 2>&1
		n=$((n + 1))
	done
}
pids=()
for w in $(seq "$writers"); do
	writer "$w" & pids+=($!)
done
mkdir "$folder/3"
failed=0
for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
exit $failed
