// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { type AnyInput, type Command, defineCommand } from '../../../src/cli/command.js';
import { parseCount, parseSeq, parseSize, parseSpan } from '../../../src/cli/parsers.js';
import { parseCommandLine } from '../../../src/cli/program.js';
import { runCli } from './world.js';

const replay = defineCommand({
  name: 'replay',
  summary: 'replay a trace',
  group: 'main',
  args: { trace: { summary: 'the trace', optional: true } },
  options: {
    order: { value: 'ORDER', choices: ['serial', 'exact'], default: 'serial', summary: 'how ops are ordered' },
    until: { value: 'SEQ', summary: 'stop after', parse: parseSeq },
    rule: { value: 'FILE', repeat: true, summary: 'benign rules' },
    noCache: { summary: 'build again' },
    dryRun: { short: 'n', summary: 'only say' },
  },
  examples: [],
  run: async () => 0,
});

const record = defineCommand({
  name: 'record',
  summary: 'record a command',
  group: 'main',
  passThrough: true,
  args: { command: { summary: 'what to run', variadic: true } },
  options: { output: { short: 'o', value: 'FILE', summary: 'where to' } },
  examples: [],
  run: async () => 0,
});

const commands: readonly Command[] = [replay, record];

function parse(line: string) {
  return parseCommandLine(line.split(' '), commands);
}

function inputOf(line: string): AnyInput {
  const request = parse(line);
  if (request.kind !== 'run') throw new Error(request.kind);
  return request.input;
}

describe('a command line', () => {
  it('gives typed arguments and options', () => {
    expect(inputOf('replay a.btr --order exact --until 0x10 --rule x --rule y --no-cache -n')).toEqual({
      args: { trace: 'a.btr' },
      options: { order: 'exact', until: 16n, rule: ['x', 'y'], noCache: true, dryRun: true },
    });
  });

  it('fills in what is absent', () => {
    expect(inputOf('replay')).toEqual({
      args: { trace: undefined },
      options: { order: 'serial', until: undefined, rule: [], noCache: false, dryRun: false },
    });
  });

  it('leaves the options of a program to run alone', () => {
    expect(inputOf('record -o t.btr -- git -C x clone -q --json a')).toEqual({
      args: { command: ['git', '-C', 'x', 'clone', '-q', '--json', 'a'] },
      options: { output: 't.btr' },
    });
    expect(inputOf('record git --help').args).toEqual({ command: ['git', '--help'] });
    expect(parse('record -- git --help').kind).toBe('run');
    expect(parse('record --help').kind).toBe('help');
  });

  it('takes global options before and after the command', () => {
    const globals = (line: string) => {
      const request = parse(line);
      return request.kind === 'run' ? request.globals : request.kind;
    };
    const expected = { json: true, color: 'never', quiet: false, verbose: 3, directory: '/tmp', pager: false };
    expect(globals('--json --no-color -v -C /tmp --no-pager replay -vv')).toEqual(expected);
    expect(globals('-v replay --json -vv --color=never -C /tmp --no-pager')).toEqual(expected);
    expect(globals('--color replay --no-color')).toMatchObject({ color: 'never' });
    expect(globals('replay --color=always')).toMatchObject({ color: 'always', pager: true, directory: undefined });
  });

  it.each([
    ['replay --order serail', /Allowed choices are serial, exact/, undefined],
    ['replay --oder exact', /unknown option '--oder'/, 'did you mean --order?'],
    ['replay --until 0', /0 is no seq/, undefined],
    ['replay --until ten', /"ten" is not a whole number/, undefined],
    ['replay --until', /argument missing/, undefined],
    ['replay a b', /too many arguments/, undefined],
    ['record', /missing required argument 'command'/, 'bento-rr help record shows its usage'],
    ['repaly', /there is no command "repaly"/, 'did you mean "replay"?'],
    ['xyzzy', /there is no command "xyzzy"/, 'bento-rr help lists the commands'],
    ['help repaly', /there is no command "repaly"/, 'did you mean "replay"?'],
    ['--jsno replay', /unknown option '--jsno'/, 'did you mean --json?'],
  ])('%s is refused', (line, message, hint) => {
    const run = () => parse(line);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
    if (hint !== undefined) expect(run).toThrow(expect.objectContaining({ hint }));
  });
});

it('a wrong command line ends with 2, and as a document with --json', async () => {
  const text = await runCli(['replay', '--oder'], { commands });
  expect(text).toEqual({
    code: 2,
    stdout: '',
    stderr: "error: unknown option '--oder'\n hint: did you mean --order?\n",
  });
  const json = await runCli(['replay', '--oder', '--json'], { commands });
  expect(json.code).toBe(2);
  expect(JSON.parse(json.stdout)).toEqual({
    schema: 'bento-rr/error@1',
    error: { code: 'E_USAGE', message: "unknown option '--oder'", hint: 'did you mean --order?', exitCode: 2 },
  });
});

it('no command is a mistake, told with the help', async () => {
  const { code, stdout, stderr } = await runCli([], { commands });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: bento-rr COMMAND');
});

describe('value readers', () => {
  it('read sizes and spans', () => {
    expect([parseSize('4096'), parseSize('64K'), parseSize('16MiB'), parseSize('1g')]).toEqual([
      4096n,
      65536n,
      1n << 24n,
      1n << 30n,
    ]);
    expect([parseSpan('500ms'), parseSpan('1.5s'), parseSpan('2min')]).toEqual([
      500_000_000n,
      1_500_000_000n,
      120_000_000_000n,
    ]);
    expect(parseCount('1,000')).toBe(1000);
  });

  it.each([
    () => parseSize('1X'),
    () => parseSize('99999999999T'),
    () => parseSpan('5'),
    () => parseCount('0'),
    () => parseCount('4294967296'),
  ])('refuse the rest (%#)', (read) => {
    expect(read).toThrow(UsageError);
  });
});
