// SPDX-License-Identifier: MIT OR Apache-2.0

import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';

const PATIENCE_MS = 30_000;

/** Milliseconds from the start of `bento-rr tui` on a terminal until ops of the trace are on it. */
export function timeToFirstFrame(root: string, trace: string): Promise<number> {
  const { CI: _, NO_COLOR: __, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const terminal = spawn(process.execPath, [join(root, 'bin/bento-rr'), 'tui', trace], {
      cols: 120,
      rows: 40,
      cwd: root,
      env: { ...inherited, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' } as Record<string, string>,
    });
    let seen = '';
    const settle = (act: () => void) => {
      clearTimeout(timer);
      exit.dispose();
      terminal.kill('SIGKILL');
      act();
    };
    const timer = setTimeout(() => settle(() => reject(new Error(`no op on the screen: ${tail(seen)}`))), PATIENCE_MS);
    const exit = terminal.onExit(({ exitCode }) =>
      settle(() => reject(new Error(`bento-rr tui ended with ${exitCode} before it showed an op: ${tail(seen)}`))),
    );
    terminal.onData((data) => {
      seen += stripVTControlCharacters(data);
      // Every trace that is made here begins with these two.
      if (!/\bMKFS\b[\s\S]*\bMOUNT\b/.test(seen)) return;
      const took = Number(process.hrtime.bigint() - begin) / 1e6;
      settle(() => resolve(took));
    });
  });
}

function tail(text: string): string {
  return JSON.stringify(text.slice(-300));
}
