// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { runCli } from './world.js';

it('says what is missing, and ends with 4, in text and as a document', async () => {
  const env = { HOME: '/dev/null/home', PATH: '/nowhere', BENTO_RR_HOST: '/no/host' };
  const { code, stdout } = await runCli(['doctor', '--json'], { env });
  expect(code).toBe(4);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ schema: 'bento-rr/doctor@1', verdict: 'missing' });
  const named = (name: string) => document.checks.find((one: { name: string }) => one.name === name);
  expect(named('host')).toMatchObject({ state: 'missing', fix: 'npm run setup' });
  expect(named('programs').fix).toMatch(/^apt-get install .*\bgit\b/);
  expect(named('trace folder').state).toBe('missing');

  const text = await runCli(['doctor'], { env });
  expect(text.code).toBe(4);
  expect(text.stdout).toMatch(/^host +missing +\/no\/host is not there/m);
  expect(text.stdout).toMatch(/^ +fix: npm run setup$/m);
});
