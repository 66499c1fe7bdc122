// SPDX-License-Identifier: MIT OR Apache-2.0

import { makeStyle, type Style } from '../../base/style.js';
import type { OutputStream } from './sink.js';

/**
 * What is said to the person, on stderr: never data. It does not wait and does not fail: a closed stderr must not
 * stop a recording.
 */
export type Talk = {
  readonly style: Style;
  /** Something the user should know though all went well; silent with -q. */
  readonly note: (text: string) => void;
  /** Something is not as it should be, and the work goes on. Silent with -q. */
  readonly warn: (text: string) => void;
  /** For -v. */
  readonly detail: (text: string) => void;
  /** Always said. */
  readonly error: (text: string) => void;
  /** Rewrites one line in place on a terminal; nothing elsewhere. An empty text removes the line. */
  readonly progress: (text: string) => void;
};

export type TalkOptions = {
  readonly quiet: boolean;
  readonly verbose: number;
  readonly color: boolean;
};

export function makeTalk(stream: OutputStream, options: TalkOptions): Talk {
  const style = makeStyle(options.color);
  let broken = false;
  let progressShown = false;
  stream.on('error', () => {
    broken = true;
  });
  const put = (text: string) => {
    if (!broken) stream.write(text);
  };
  const clear = () => {
    if (progressShown) put('\r\u001b[K');
    progressShown = false;
  };
  const line = (text: string) => {
    clear();
    put(`${text}\n`);
  };
  return {
    style,
    note: (text) => {
      if (!options.quiet) line(text);
    },
    warn: (text) => {
      if (!options.quiet) line(`${style.warn('warning:')} ${text}`);
    },
    detail: (text) => {
      if (options.verbose > 0) line(style.dim(text));
    },
    error: line,
    progress: (text) => {
      if (options.quiet || stream.isTTY !== true) return;
      clear();
      if (text === '') return;
      put(text.slice(0, Math.max(1, (stream.columns ?? 80) - 1)));
      progressShown = true;
    },
  };
}
