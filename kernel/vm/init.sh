#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
#
# The first process of a guest. It makes the host's files the guest's own world, and starts the agent in it:
#
#   /host   the host's root over virtiofs; nothing ever writes there
#   /world  an overlay: the host's files below, memory above. What the guest changes is gone with it.
#   /world/run/bento-vm  the folder that the guest shares with whoever started it

/bin/busybox --install -s /bin
export PATH=/bin

fail() {
	echo "bento-vm: cannot $1" >/dev/kmsg
	poweroff -f
}

mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t devtmpfs dev /dev || fail "mount the kernel's own file systems"
while read -r module; do
	insmod "/modules/$module" || fail "load $module"
done </modules/order
# What the kernel says from now on is for the console; what it said while booting was noise.
dmesg -n 8

mount -t virtiofs host /host || fail "mount the host's root"
mount -t tmpfs -o mode=755 memory /memory && mkdir /memory/upper /memory/work || fail "mount memory"
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work world /world || fail "lay memory over the host's files"
for fs in proc:proc sysfs:sys devtmpfs:dev tmpfs:run; do
	mount -t "${fs%:*}" "${fs#*:}" "/world/${fs#*:}" || fail "mount ${fs#*:}"
done
installed=/world/lib/modules/$(uname -r)
[ -e "$installed" ] || ln -s "$bento_modules" "$installed"
mkdir -p /world/dev/pts /world/dev/shm /world/run/bento-vm /world/run/lock
mount -t devpts -o ptmxmode=666 devpts /world/dev/pts
mount -t tmpfs shm /world/dev/shm
mount -t debugfs debug /world/sys/kernel/debug
mount -t tracefs trace /world/sys/kernel/tracing
mount -t bpf bpf /world/sys/fs/bpf 2>/dev/null
ln -sf /proc/self/fd /world/dev/fd
mount -t virtiofs folder /world/run/bento-vm || fail "mount the guest's folder"
ip link set lo up
hostname bento-vm

port=$(grep -lx ctl /sys/class/virtio-ports/*/name) || fail "find the control port"
port=${port%/name}
chroot /world /bin/sh /run/bento-vm/agent.sh "/dev/${port##*/}"
# The agent ends when the host says so, or is gone.
sync
poweroff -f
