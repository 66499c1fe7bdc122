// SPDX-License-Identifier: MIT OR Apache-2.0

import { escapeAttribute, escapeMarkup } from './xml-text.js';

/** One check, as a CI page shows it. */
export type JunitCase = {
  readonly name: string;
  /** Groups cases; a trace or a module. */
  readonly className?: string;
  readonly durationNs?: bigint;
  readonly outcome: JunitOutcome;
  /** What the check printed. */
  readonly output?: string;
};

export type JunitOutcome =
  | { readonly kind: 'passed' }
  /** The check said no. */
  | { readonly kind: 'failed'; readonly message: string; readonly detail?: string }
  /** The check could not be made. */
  | { readonly kind: 'error'; readonly message: string; readonly detail?: string }
  | { readonly kind: 'skipped'; readonly reason: string };

export type JunitSuite = {
  readonly name: string;
  readonly cases: readonly JunitCase[];
  readonly properties?: Readonly<Record<string, string>>;
  /** When it began, nanoseconds since 1970. */
  readonly startNs?: bigint;
};

/** A JUnit XML document, in the form that Jenkins, GitLab and GitHub's readers agree on. */
export function junit(suites: readonly JunitSuite[]): string {
  const all = suites.flatMap((suite) => suite.cases);
  const body = suites.map(suiteElement).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${totals(all)}>\n${body}</testsuites>\n`;
}

function suiteElement(suite: JunitSuite): string {
  const start =
    suite.startNs === undefined
      ? ''
      : attribute('timestamp', new Date(Number(suite.startNs / 1_000_000n)).toISOString());
  const properties = Object.entries(suite.properties ?? {}).map(
    ([name, value]) => `      <property${attribute('name', name)}${attribute('value', value)}/>\n`,
  );
  const block = properties.length === 0 ? '' : `    <properties>\n${properties.join('')}    </properties>\n`;
  const cases = suite.cases.map(caseElement).join('');
  return `  <testsuite${attribute('name', suite.name)}${totals(suite.cases)}${start}>\n${block}${cases}  </testsuite>\n`;
}

function caseElement(one: JunitCase): string {
  const open = `    <testcase${attribute('name', one.name)}${attribute('classname', one.className ?? 'bento-rr')}${time(one.durationNs)}`;
  const inner = outcomeElement(one.outcome) + (one.output === undefined ? '' : element('system-out', one.output));
  return inner === '' ? `${open}/>\n` : `${open}>\n${inner}    </testcase>\n`;
}

function outcomeElement(outcome: JunitOutcome): string {
  switch (outcome.kind) {
    case 'passed':
      return '';
    case 'skipped':
      return `      <skipped${attribute('message', outcome.reason)}/>\n`;
    case 'failed':
      return element('failure', outcome.detail ?? outcome.message, attribute('message', outcome.message));
    case 'error':
      return element('error', outcome.detail ?? outcome.message, attribute('message', outcome.message));
  }
}

function element(name: string, text: string, attributes = ''): string {
  return `      <${name}${attributes}>${escapeMarkup(text)}</${name}>\n`;
}

function totals(cases: readonly JunitCase[]): string {
  const count = (kind: JunitOutcome['kind']): string => String(cases.filter((one) => one.outcome.kind === kind).length);
  const spent = cases.reduce((sum, one) => sum + (one.durationNs ?? 0n), 0n);
  return (
    attribute('tests', String(cases.length)) +
    attribute('failures', count('failed')) +
    attribute('errors', count('error')) +
    attribute('skipped', count('skipped')) +
    time(spent)
  );
}

/** Seconds with nanoseconds kept. */
function time(durationNs: bigint | undefined): string {
  if (durationNs === undefined) return '';
  const fraction = (durationNs % 1_000_000_000n).toString().padStart(9, '0');
  return attribute('time', `${durationNs / 1_000_000_000n}.${fraction}`);
}

function attribute(name: string, value: string): string {
  return ` ${name}="${escapeAttribute(value)}"`;
}
