// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../src/report/html.js';
import { jsonDocument } from '../../../src/report/json-document.js';
import { type JunitCase, junit } from '../../../src/report/junit.js';
import { escapeAttribute, escapeMarkup } from '../../../src/report/xml-text.js';

const failing: JunitCase = {
  name: 'replay <golden> & "more"',
  className: 'a/b.btr',
  durationNs: 1_500_000_001n,
  outcome: { kind: 'failed', message: 'op 7: size\n4096 -> 0', detail: "]]> it's\u0000 \u001b[31mred" },
  output: 'said \ud800 alone',
};

describe('junit', () => {
  const suites = [
    { name: 'gate', startNs: 0n, properties: { module: 'tiffinfs@HEAD' }, cases: [failing] },
    {
      name: 'canary',
      cases: [
        { name: 'caught', outcome: { kind: 'passed' } as const },
        { name: 'not here', outcome: { kind: 'skipped', reason: 'no device' } as const },
        { name: 'broken', durationNs: 2n, outcome: { kind: 'error', message: 'host crashed' } as const },
      ],
    },
  ];

  it('counts, escapes and keeps times to the nanosecond', () => {
    expect(junit(suites)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="1" skipped="1" time="1.500000003">
  <testsuite name="gate" tests="1" failures="1" errors="0" skipped="0" time="1.500000001" timestamp="1970-01-01T00:00:00.000Z">
    <properties>
      <property name="module" value="tiffinfs@HEAD"/>
    </properties>
    <testcase name="replay &lt;golden&gt; &amp; &quot;more&quot;" classname="a/b.btr" time="1.500000001">
      <failure message="op 7: size&#10;4096 -&gt; 0">]]&gt; it&#39;s\ufffd \ufffd[31mred</failure>
      <system-out>said \ufffd alone</system-out>
    </testcase>
  </testsuite>
  <testsuite name="canary" tests="3" failures="0" errors="1" skipped="1" time="0.000000002">
    <testcase name="caught" classname="bento-rr"/>
    <testcase name="not here" classname="bento-rr">
      <skipped message="no device"/>
    </testcase>
    <testcase name="broken" classname="bento-rr" time="0.000000002">
      <error message="host crashed">host crashed</error>
    </testcase>
  </testsuite>
</testsuites>
`);
  });
});

describe('markup text', () => {
  it('never holds what XML 1.0 forbids', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeMarkup(text)).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff<>"']/);
        expect(escapeMarkup(text)).not.toMatch(/\p{Surrogate}/u);
        expect(escapeAttribute(text)).not.toMatch(/[\t\n\r]/);
      }),
    );
  });
});

describe('html', () => {
  const hostile = '<script>alert(1)</script>';
  const page = htmlReport({ title: hostile, verdict: hostile, tone: 'bad' }, [
    {
      title: hostile,
      tone: 'good',
      blocks: [
        { kind: 'text', text: hostile },
        { kind: 'code', text: hostile },
      ],
    },
    {
      title: 'Checks',
      folded: true,
      blocks: [
        { kind: 'facts', facts: [[hostile, hostile]] },
        { kind: 'table', columns: [hostile, 'n'], numeric: [1], rows: [{ cells: [hostile, '3'], tone: 'bad' }] },
        { kind: 'pair', left: { title: hostile, text: 'a' }, right: { title: 'b', text: hostile } },
      ],
    },
  ]);

  it('shows hostile names as text', () => {
    expect(page).not.toContain('<script');
    expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;')).toHaveLength(13);
  });

  it('loads nothing from anywhere', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/\b(?:src|href)=|url\(|@import|https?:/);
  });

  it('says good and bad by a sign, not by colour alone', () => {
    expect(page).toContain('\u2713 ');
    expect(page).toContain('\u2717 ');
  });
});

describe('json documents', () => {
  it('carry their schema first', () => {
    const document = jsonDocument('bento-rr/replay@1', { verdict: 'same', ops: 3n });
    expect(Object.keys(document)).toEqual(['schema', 'verdict', 'ops']);
    expect(document.schema).toBe('bento-rr/replay@1');
  });

  it('refuse a body that would hide it', () => {
    expect(() => jsonDocument('bento-rr/replay@1', { schema: 'other' })).toThrow('schema of its own');
  });
});
