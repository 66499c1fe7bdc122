// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a kernel says on its console, and which of it means trouble. */

export type Trouble = {
  /** What the kernel calls it: the line that began it. */
  readonly what: string;
  /** The line and what followed, call trace included; at most {@link TRACE_LINES}. */
  readonly lines: readonly string[];
};

/** How many lines belong to one trouble at most. */
const TRACE_LINES = 60;
/** Lines kept for a report. */
const KEPT_LINES = 400;

/** Beginnings of what no healthy kernel says. */
const TROUBLE =
  /Kernel panic - not syncing|\bBUG: |\bOops: |WARNING: (?:CPU|possible|suspicious|at|inconsistent|bad)|general protection fault|blocked for more than \d+ seconds|soft lockup|hard LOCKUP|(?:rcu|RCU).*(?:stall|detected stalls)|unable to handle (?:kernel )?page fault|kmemleak: \d+ new suspected|UBSAN:|KASAN:|list_(?:add|del) corruption|refcount_t: |scheduling while atomic|VFS: Busy inodes|double fault|stack guard page|Bad page state|INFO: (?:possible|suspicious)/;

/** Collects lines, and notices trouble as it comes. */
export class ConsoleLog {
  readonly #kept: string[] = [];
  readonly #troubles: { what: string; lines: string[] }[] = [];
  #rest = '';
  #onLine: (line: string) => void;
  #onTrouble: (trouble: Trouble) => void;

  constructor(onLine: (line: string) => void = () => {}, onTrouble: (trouble: Trouble) => void = () => {}) {
    this.#onLine = onLine;
    this.#onTrouble = onTrouble;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.replace(/\r$/, ''));
  }

  /** The last lines, newest last. */
  last(count: number): readonly string[] {
    return [...this.#kept, ...(this.#rest === '' ? [] : [this.#rest])].slice(-count);
  }

  /** All trouble so far. */
  get troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  #line(line: string): void {
    this.#kept.push(line);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
    const open = this.#troubles.at(-1);
    // What follows a line of trouble explains it: registers, the call trace.
    if (open !== undefined && open.lines.length < TRACE_LINES) open.lines.push(line);
    if (TROUBLE.test(line)) {
      const trouble = { what: line.replace(/^\[ *[\d.]+\](?:\[[^\]]*\])? /, ''), lines: [line] };
      this.#troubles.push(trouble);
      this.#onTrouble(trouble);
    }
    this.#onLine(line);
  }
}

/** The first call trace in lines of a console, from its heading to its end, and the task it is of; empty when there is none. */
export function callTrace(lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.includes('Call Trace:'));
  if (begin === -1) return [];
  // A task that waits is named in the line before.
  const rest = lines.slice(/\btask:/.test(lines[begin - 1] ?? '') ? begin - 1 : begin);
  const end = rest.findIndex((line, index) => index > 1 && /<\/TASK>|Modules linked in:|---\[ end trace/.test(line));
  return end === -1 ? rest : rest.slice(0, end + 1);
}
