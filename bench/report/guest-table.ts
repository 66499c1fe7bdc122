// SPDX-License-Identifier: MIT OR Apache-2.0

/** The guest's figures for the page: a row a workload, since there are a dozen figures of each. */

import type { Entry } from '../entry.js';
import { formatFigure } from './figures.js';

/** Last part of an entry's name (`guest.WORKLOAD.NAME`), and the column's heading. */
type Column = readonly [name: string, heading: string];

const COUNTED: readonly Column[] = [
  ['count', 'M instructions'],
  ['ext4', '/ ext4 ordered'],
  ['journal', '/ ext4 data=journal'],
  ['fuse', 'FUSE / kernel'],
  ['fuse-above', 'FUSE / kernel, above tmpfs'],
  ['capture-meta', 'capture without contents, insn/op'],
  ['capture-full', 'capture with contents, insn/op'],
];

const TIMED: readonly Column[] = [
  ['time', 'ms'],
  ['ext4', '/ ext4 ordered'],
  ['journal', '/ ext4 data=journal'],
  ['fuse', 'FUSE / kernel'],
  ['meta', 'recorder on without contents / off'],
  ['full', 'recorder on with contents / off'],
];

/** Both tables, and what falls short of its line. */
export function guestTables(entries: readonly Entry[]): string {
  const short = entries.filter(({ verdict }) => verdict === 'short');
  const sentences = short.map(
    ({ what, value, unit, line }) =>
      `- ${what}: ${formatFigure(value, unit)}, the line is ${line?.bound} ${formatFigure(line?.limit ?? 0, unit)} (${line?.text})`,
  );
  return [
    'Instructions, one processor:',
    '',
    ...table('guest', COUNTED, entries),
    '',
    'Times, two processors:',
    '',
    ...table('guest-time', TIMED, entries),
    '',
    ...(short.length === 0 ? ['No figure falls short of its line.'] : ['Short of their lines:', '', ...sentences]),
    '',
  ].join('\n');
}

function table(group: string, columns: readonly Column[], entries: readonly Entry[]): readonly string[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const workloads = [
    ...new Set(entries.map(({ name }) => name.split('.')).flatMap(([of, name]) => (of === group ? [name] : []))),
  ];
  return [
    `| workload | ${columns.map(([, heading]) => heading).join(' | ')} |`,
    `|---|${columns.map(() => '--:').join('|')}|`,
    ...workloads.map((workload) => {
      const cells = columns.map(([name]) => byName.get(`${group}.${workload}.${name}`)).map(cell);
      return `| ${[workload, ...cells].join(' | ')} |`;
    }),
  ];
}

/** Without its unit, which the heading has. */
function cell(entry: Entry | undefined): string {
  return entry === undefined ? '-' : formatFigure(entry.value, entry.unit).replace(/ \S+$/, '');
}
