// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../base/errors.js';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { buildWorkTree } from '../../host/modules/build-work-tree.js';
import { runProgram } from '../../host/modules/run-program.js';
import { findToolchain } from '../../host/modules/toolchain.js';
import { jsonDocument } from '../../report/json-document.js';
import { nextLines } from '../../report/replay-report.js';
import type { Context } from '../context.js';
import { namesOf, scaffold, unscaffold } from '../scaffold/file-system.js';
import { buildOptions, shownPath } from '../surroundings.js';

export type NewInput = {
  readonly args: { readonly name: string };
  readonly options: { readonly noBuild: boolean };
};

/** The work of `new`. */
export async function runNew(ctx: Context, { args, options }: NewInput): Promise<ExitCode> {
  const names = namesOf(args.name);
  const workspace = join(ctx.home, 'rust-fs');
  const toolchain = await findToolchain(ctx.env, workspace);
  const manifest = await readFile(join(workspace, 'Cargo.toml'), 'utf8').catch(() => '');
  const files = await scaffold(workspace, names);
  // The lock file has to know the new members before anything is built with --locked; no download is needed for that.
  const locked = await runProgram(toolchain.cargo, ['metadata', '--offline', '--format-version', '1'], {
    cwd: workspace,
    env: toolchain.env,
    signal: ctx.signal,
  });
  if (!locked.ok) {
    await unscaffold(workspace, names, manifest);
    throw new EnvironmentError('E_ENV_CARGO', `cargo does not take ${names.name} into the workspace`, {
      why: locked.stderr.trimEnd().split('\n').slice(-5).join('\n'),
      hint: 'nothing was left behind; npm run setup fetches what the workspace needs',
    });
  }
  const { signal, onLine } = buildOptions(ctx);
  const module = options.noBuild
    ? undefined
    : await buildWorkTree({ name: names.name, home: ctx.home, env: ctx.env, signal, onLine });
  ctx.talk.progress('');
  if (ctx.flags.json) {
    await ctx.out.json(
      jsonDocument('bento-rr/new@1', { verdict: 'made', name: names.name, files, module: module ?? null }),
    );
    return EXIT.ok;
  }
  await ctx.out.line(`${ctx.out.style.good('made')} ${names.name}:`);
  for (const file of files) await ctx.out.line(`  ${shownPath(file, ctx.cwd)}`);
  const next = [
    { run: `bento-rr record --fs ${names.name} -- sh -c 'echo hello > file; ls -l'`, what: 'mount it and record' },
    { run: 'bento-rr replay', what: 'replay that, every answer compared' },
  ];
  for (const line of nextLines({ next }, ctx.out.style)) await ctx.out.line(line);
  return EXIT.ok;
}
