// SPDX-License-Identifier: MIT OR Apache-2.0

/** The built bundle through bin/bento-rr, as a user runs it. */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../tidy/source-files.js';

const BIN = join(ROOT, 'bin/bento-rr');

function run(argv: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(BIN, argv, { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: '/proc/none', ...env } });
}

it('says its version by the short way and by the long one', () => {
  expect(run(['--version']).stdout).toMatch(/^bento-rr \d+\.\d+\.\d+\n$/);
  expect(run(['--version', '--no-color']).stdout).toBe(run(['--version']).stdout);
});

it('gives exit codes and one document', () => {
  const { status, stdout, stderr } = run(['frobnicate', '--json']);
  expect(status).toBe(2);
  expect(JSON.parse(stdout).error.code).toBe('E_USAGE_COMMAND');
  expect(stderr).toContain('error: there is no command "frobnicate"');
});

it('ends quietly when the reader goes away', async () => {
  const child = spawn('bash', ['-c', `"${BIN}" completion bash | true; exit "\${PIPESTATUS[0]}"`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('a checkout that is not built says so and how to build it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bento-rr-unbuilt-'));
  try {
    cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    const { status, stderr } = spawnSync(join(folder, 'bin/bento-rr'), ['doctor'], { encoding: 'utf8' });
    expect(status).toBe(4);
    expect(stderr).toContain('hint: run: npm run setup');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('a plain command loads neither React, ink nor the protobuf runtime', () => {
  const dist = join(ROOT, 'dist');
  const [main] = readdirSync(dist).filter((name) => /^main-.*\.js$/.test(name));
  const loaded = new Set<string>();
  const load = (name: string) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    // Static imports only: `import(...)` is what runs later.
    for (const [, next] of readFileSync(join(dist, name), 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      load(next ?? '');
  };
  load('entry.js');
  load(main ?? '');
  const text = [...loaded].map((name) => readFileSync(join(dist, name), 'utf8')).join('\n');
  expect(text).toContain('E_USAGE_COMMAND');
  for (const mark of ['react.transitional.element', 'yoga', 'protobufjs']) expect(text).not.toContain(mark);
});
