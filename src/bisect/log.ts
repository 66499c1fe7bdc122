// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../base/errors.js';
import type { Verdict } from './search.js';

/** One line of a bisection's log. */
export type LogEntry = {
  readonly verdict: Verdict;
  /** Version.id. */
  readonly id: string;
  /** What decided it, in words. */
  readonly why: string;
};

const HEAD = '# bento-rr bisect log 1';

/** First lines of a log. */
export function logHead(about: Readonly<Record<string, string>>): string {
  const facts = Object.entries(about).map(([name, value]) => `# ${name}: ${value.replaceAll('\n', ' ')}\n`);
  return `${HEAD}\n${facts.join('')}`;
}

/** `bad 1f2e...  # op 417: attr.nlink`, in the manner of git bisect log. */
export function logLine({ verdict, id, why }: LogEntry): string {
  return `${verdict} ${JSON.stringify(id)}${why === '' ? '' : `  # ${why.replaceAll('\n', ' ')}`}\n`;
}

/** Reads a log back; what was written by hand may name versions without quotes. */
export function parseLog(text: string): ReadonlyMap<string, LogEntry> {
  const entries = new Map<string, LogEntry>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^(good|bad|skip)\s+("(?:[^"\\]|\\.)*"|\S+)\s*(?:#\s*(.*))?$/.exec(line.trim());
    if (match === null) {
      throw new UsageError(`line ${index + 1} of the log is no verdict: ${line.trim().slice(0, 80)}`, {
        hint: 'each line is: good, bad or skip, then the version, then # and a reason',
      });
    }
    const [, verdict = '', name = '', why = ''] = match;
    const id: unknown = name.startsWith('"') ? JSON.parse(name) : name;
    entries.set(String(id), { verdict: verdict as Verdict, id: String(id), why });
  }
  return entries;
}
