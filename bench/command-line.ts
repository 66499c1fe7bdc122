// SPDX-License-Identifier: MIT OR Apache-2.0

import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../src/base/errors.js';

export type BenchOptions = {
  readonly help: boolean;
  readonly list: boolean;
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly rounds: number | undefined;
  readonly json: boolean;
  readonly output: string | undefined;
  readonly doc: boolean;
  readonly scratch: string | undefined;
  readonly modules: string | undefined;
};

export const HELP = `npm run bench -- [OPTIONS] [NAME...]

Measures bento-rr on this machine, prints a table, and writes the figures as JSON (schema bento-rr/bench@1).

  --quick          smallest sizes, one round: shows that everything works, measures nothing
  --only NAME,...  only these benchmarks (--list names them)
  --list           name the benchmarks
  --rounds N       rounds of each comparison (5)
  -o, --output F   write the JSON here (dist.bench/result.json in the checkout)
  --json           print the JSON instead of the table
  --doc            put the figures into docs/benchmarks.md: of all but the guest, or of guest alone
  --scratch DIR    where images and traces are made (/dev/shm where it has room, otherwise the temporary folder)
  --modules DIR    folder with libbento_tiffinfs.so and libbento_memfs.so (the work tree's builds); BENTO_HOST names the host
`;

/** The options, or a UsageError. */
export function parseCommandLine(argv: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parsed(argv);
  const only = [...positionals, ...(values.only ?? [])]
    .flatMap((names) => names.split(','))
    .filter((name) => name !== '');
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no benchmark ${unknown}`, { hint: `one of ${known.join(', ')}` });
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)) {
    throw new UsageError(`--rounds ${values.rounds} is no number of rounds`, { hint: 'a whole number from 1 to 1000' });
  }
  // Counting instructions needs no long runs, and the page says which sizes there were.
  const guest = only.length === 1 && only[0] === 'guest';
  if (values.doc === true && !guest && (values.quick === true || only.length > 0)) {
    throw new UsageError('--doc wants the figures of a full run', { hint: 'leave out --quick and --only' });
  }
  return {
    help: values.help === true,
    list: values.list === true,
    quick: values.quick === true,
    only,
    rounds,
    json: values.json === true,
    output: values.output,
    doc: values.doc === true,
    scratch: values.scratch,
    modules: values.modules,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        list: { type: 'boolean' },
        quick: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        output: { type: 'string', short: 'o' },
        json: { type: 'boolean' },
        doc: { type: 'boolean' },
        scratch: { type: 'string' },
        modules: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error), { hint: 'npm run bench -- --help' });
  }
}
