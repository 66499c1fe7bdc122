// SPDX-License-Identifier: MIT OR Apache-2.0

import { EnvironmentError } from '../../base/errors.js';

export type Acceleration = 'kvm' | 'tcg';

/** A disk of the guest: /dev/vda is the first, /dev/vdb the second. */
export type GuestDisk = {
  /** Image on the host, raw. */
  readonly path: string;
  readonly readOnly?: boolean;
};

export type MachineShape = {
  readonly acceleration: Acceleration;
  readonly memoryMib: number;
  readonly cpus: number;
  /** Guest time counts instructions: for measuring. Cores then run in turn on one thread. */
  readonly icount: boolean;
  readonly kernel: string;
  readonly initramfs: string;
  readonly disks: readonly GuestDisk[];
  readonly sockets: Sockets;
  /** qemu's own terminal is the guest's second serial line: for a person. */
  readonly terminal: boolean;
  /** The kernel's own limits are so many times as long. */
  readonly patience: number;
  readonly kernelArguments: readonly string[];
};

/** Unix sockets between a guest and this process. */
export type Sockets = {
  readonly console: string;
  readonly control: string;
  readonly qmp: string;
  /** The host's root. */
  readonly files: string;
  /** The guest's folder. */
  readonly exchange: string;
};

/** An oops ends the guest at once, a task that waits for two minutes too: each leaves its call trace on the console. */
const kernelArguments = (patience: number): readonly string[] => [
  'console=ttyS0',
  'quiet',
  'panic=-1',
  'oops=panic',
  'random.trust_cpu=on',
  // Emulated, they cost a great deal and protect nothing.
  'mitigations=off',
  'sysctl.kernel.hung_task_panic=1',
  `sysctl.kernel.hung_task_timeout_secs=${120 * patience}`,
  // The longest it takes is 60.
  `sysctl.kernel.watchdog_thresh=${Math.min(30 * patience, 60)}`,
  `rcupdate.rcu_cpu_stall_timeout=${Math.min(21 * patience, 300)}`,
  'sysctl.kernel.unknown_nmi_panic=1',
];

/** The words after `qemu-system-x86_64`. */
export function qemuArguments(shape: MachineShape): readonly string[] {
  const { sockets, memoryMib } = shape;
  return [
    ...['-machine', 'pc,memory-backend=mem', ...accelerationArguments(shape)],
    ...['-smp', String(shape.cpus), '-m', String(memoryMib)],
    // virtiofsd maps the guest's memory.
    ...['-object', `memory-backend-memfd,id=mem,size=${memoryMib}M,share=on`],
    // A panic restarts the machine, which here means that qemu ends.
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', shape.kernel, '-initrd', shape.initramfs],
    ...['-append', [...kernelArguments(shape.patience), ...shape.kernelArguments].join(' ')],
    ...['-chardev', `socket,id=console,path=${sockets.console}`, '-serial', 'chardev:console'],
    ...(shape.terminal ? ['-chardev', 'stdio,id=terminal,signal=off', '-serial', 'chardev:terminal'] : []),
    ...['-qmp', `unix:${sockets.qmp},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci', '-chardev', `socket,id=control,path=${sockets.control}`],
    ...['-device', 'virtserialport,chardev=control,name=ctl'],
    ...shareArguments('host', sockets.files),
    ...shareArguments('folder', sockets.exchange),
    ...shape.disks.flatMap(diskArguments),
  ];
}

function shareArguments(tag: string, socket: string): readonly string[] {
  const device = `vhost-user-fs-pci,queue-size=1024,chardev=${tag},tag=${tag}`;
  return ['-chardev', `socket,id=${tag},path=${socket}`, '-device', device];
}

function accelerationArguments({ acceleration, icount }: MachineShape): readonly string[] {
  if (icount) return ['-accel', 'tcg,thread=single', '-icount', 'shift=0,sleep=on', '-cpu', 'max'];
  return acceleration === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'max'];
}

function diskArguments({ path, readOnly }: GuestDisk, index: number): readonly string[] {
  if (path.includes(',')) {
    throw new EnvironmentError('E_ENV_VM_DISK', `qemu cannot take a disk whose path has a comma: ${path}`);
  }
  // Completed writes survive the guest's being killed; what it did not flush may be lost, as with any disk.
  const drive = `file=${path},format=raw,if=none,id=disk${index},cache=writeback,discard=unmap,detect-zeroes=off`;
  const device = `virtio-blk-pci,drive=disk${index},serial=bento${index}`;
  return ['-drive', readOnly === true ? `${drive},readonly=on` : drive, '-device', device];
}
