#!/usr/bin/env node
// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Records the golden traces anew: `node traces/record-all.mjs [NAME...]`. With `--digests` the traces stay and only their digests are
 * taken anew: for a change of the format that no answer shows.
 *
 * To be done when a file system's answers or its format change on purpose. Each trace is recorded from real programs on a real
 * mount, replayed at once with the same version (which must answer the same), and gets a text that says how it came about;
 * `expected.json` gets its digests. Needs /dev/fuse and the programs that golden.json names.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TRACES = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(TRACES);
const RR = join(ROOT, 'bin/bento-rr');
/** A trace is part of every clone: small is a promise. */
const LARGEST = 1 << 20;

/** @typedef {{ name: string, fs: string, source?: string, threads?: number, interleaves?: boolean, size?: string, command: string[], what: string, needs: string[] }} Golden */

/** @type {Golden[]} */
const goldens = JSON.parse(readFileSync(join(TRACES, 'golden.json'), 'utf8'));
const wanted = process.argv.slice(2).filter((word) => word !== '--digests');
const digestsOnly = process.argv.includes('--digests');
const unknown = wanted.filter((name) => !goldens.some((golden) => golden.name === name));
if (unknown.length > 0) throw new Error(`golden.json has no trace called ${unknown.join(', ')}`);

const chosen = goldens.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const input = mkdtempSync(join(tmpdir(), 'bento-golden-'));
try {
  if (!digestsOnly) {
    prepareRepository(join(input, 'repo.git'));
    preparePackage(join(input, 'package.tar.gz'));
  }
  for (const golden of chosen) {
    const ops = digestsOnly ? replay(golden) : record(golden);
    process.stdout.write(`${golden.name}: ${ops} ops, ${statSync(join(TRACES, `${golden.name}.btr`)).size} bytes\n`);
  }
} finally {
  rmSync(input, { recursive: true, force: true });
}

/** Records one trace, and answers how many ops it has. @param {Golden} golden */
function record(golden) {
  const { name, fs, source, size, threads, command, what, needs } = golden;
  for (const program of needs) run('sh', ['-c', `command -v ${program}`], `${name} needs the program ${program}`);
  const trace = join(TRACES, `${name}.btr`);
  const [script, ...args] = command;
  const image = size === undefined ? [] : ['--size', size];
  const served = threads === undefined ? [] : ['--threads', String(threads)];
  const from = source === undefined ? [] : ['--source', source];
  const words = ['record', '--fs', fs, ...from, ...image, ...served, '--policy', 'block', '-o', trace];
  const workload = join(TRACES, 'workloads', script ?? '');
  rmSync(trace, { force: true });
  run(RR, [...words, '--', workload, ...args], `${name} was not recorded`);
  const { size: bytes } = statSync(trace);
  if (bytes > LARGEST) throw new Error(`${name}.btr has ${bytes} bytes: make the workload smaller`);
  const ops = replay(golden);
  const shown = ['bento-rr', ...words.slice(0, -1), `traces/${name}.btr`, '--', `traces/workloads/${command.join(' ')}`];
  const text = [
    what,
    '',
    `Recorded with: ${shown.join(' ')}`,
    `By: node traces/record-all.mjs ${name}`,
    `Programs: ${needs.map(version).join('; ')}`,
    `Ops: ${ops}`,
    '',
  ].join('\n');
  writeFileSync(join(TRACES, `${name}.txt`), text);
  return ops;
}

/** Replays a trace in the version of the work tree, which must answer the same, and keeps its digests. @param {Golden} golden */
function replay({ name, fs }) {
  const words = ['replay', join(TRACES, `${name}.btr`), '--module', fs, '--json'];
  const { verdict, ops, digest } = JSON.parse(run(RR, words, `${name} does not replay`));
  if (verdict !== 'same') throw new Error(`${name} replays as "${verdict}" in the version that recorded it`);
  keepDigests(name, { fs, ops, device: digest.device, tree: digest.tree });
  return ops;
}

/** @param {string} name @param {object} entry */
function keepDigests(name, entry) {
  const path = join(TRACES, 'expected.json');
  /** @type {Record<string, object>} */
  let all = {};
  try {
    all = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  all[name] = entry;
  const names = goldens.map((golden) => golden.name).filter((golden) => all[golden] !== undefined);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(names.map((key) => [key, all[key]])), null, 2)}\n`);
}

/** A part of this project's history as a repository of its own: real commits, and small. @param {string} path */
function prepareRepository(path) {
  mkdirSync(path);
  run('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], 'git init');
  const only = ['proto', 'setup', 'bin'];
  const script = `git -C "$1" fast-export --signed-tags=strip HEAD -- ${only.join(' ')} | git -C "$2" fast-import --quiet`;
  run('sh', ['-c', script, 'sh', ROOT, path], 'the history cannot be copied');
  const branches = run('git', ['-C', path, 'for-each-ref', '--format=%(refname)', 'refs/heads'], 'git for-each-ref');
  const [branch = ''] = branches.trim().split('\n');
  run('git', ['-C', path, 'symbolic-ref', 'HEAD', branch], 'git symbolic-ref');
}

/** @param {string} path */
function preparePackage(path) {
  const sources = ['rust-fs/abi', 'rust-fs/libbentoks', 'rust-fs/libbentofs', 'rust-fs/memfs', 'proto', 'LICENSE-APACHE', 'LICENSE-MIT'];
  run('git', ['-C', ROOT, 'archive', '--format=tar.gz', '--prefix=package/', '-o', path, 'HEAD', ...sources], 'git archive');
}

/** @param {string} program */
function version(program) {
  const flag = program === 'fs_mark' || program === 'dbench' ? '-h' : '--version';
  const said = spawnSync(program, [flag], { encoding: 'utf8' });
  const line = `${said.stdout}${said.stderr}`.split('\n').find((text) => /\d/.test(text) && text.length < 80);
  return line?.trim() || program;
}

/** @param {string} program @param {readonly string[]} args @param {string} failure */
function run(program, args, failure) {
  const done = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, INPUT: input }, maxBuffer: 1 << 26 });
  if (done.status === 0) return done.stdout;
  throw new Error(`${failure} (${done.error?.message ?? `status ${done.status}`}):\n${done.stderr}${done.stdout}`);
}
