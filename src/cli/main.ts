// SPDX-License-Identifier: MIT OR Apache-2.0

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAbort, UsageError } from '../base/errors.js';
import { EXIT, type ExitCode } from '../base/exit-codes.js';
import type { Command } from './command.js';
import { commandTable } from './command-table.js';
import type { Context, World } from './context.js';
import { failureDocument, failureText, toAppError } from './failure.js';
import { commandHelp, programHelp } from './help.js';
import { Interrupted } from './interrupted.js';
import { type ColorChoice, wantsColor } from './output/color.js';
import { Output } from './output/output.js';
import { OutputClosed } from './output/sink.js';
import { makeTalk } from './output/talk.js';
import { makePaths } from './paths.js';
import { type GlobalValues, parseCommandLine, type Request } from './program.js';
import { readVersion } from './version.js';

/** Runs one command line in a world and gives the exit code. Throws nothing. */
export async function main(world: World, commands: readonly Command[] = commandTable): Promise<ExitCode> {
  let context = makeContext(world, guessGlobals(world.argv));
  try {
    const request = parseCommandLine(world.argv, commands);
    if (request.kind === 'run' || request.kind === 'help') context = makeContext(world, request.globals);
    return await answer(request, context, commands);
  } catch (error) {
    return await fail(error, context);
  } finally {
    context.talk.progress('');
  }
}

async function answer(request: Request, context: Context, commands: readonly Command[]): Promise<ExitCode> {
  switch (request.kind) {
    case 'version':
      await context.out.line(`bento-rr ${readVersion(context.home)}`);
      return EXIT.ok;
    case 'help': {
      const { style } = context.out;
      const { command } = request;
      const text = command ? commandHelp(command, style) : programHelp(commands, readVersion(context.home), style);
      await context.out.write(text);
      return EXIT.ok;
    }
    case 'nothing':
      context.talk.error(programHelp(commands, readVersion(context.home), context.talk.style).trimEnd());
      return EXIT.usage;
    case 'run':
      await checkDirectory(context.cwd);
      return await request.command.run(context, request.input);
  }
}

async function fail(thrown: unknown, context: Context): Promise<ExitCode> {
  // The reader has what it wanted: as for any program in a pipe, that is no failure.
  if (thrown instanceof OutputClosed) return EXIT.ok;
  if (isAbort(thrown) && context.signal.aborted) {
    const { reason } = context.signal;
    return reason instanceof Interrupted ? reason.exitCode : EXIT.interrupted;
  }
  const error = toAppError(thrown);
  context.talk.error(failureText(error, context.talk.style));
  if (context.env.BENTO_RR_DEBUG === '1' && thrown instanceof Error) context.talk.error(thrown.stack ?? '');
  if (context.flags.json) {
    try {
      await context.out.json(failureDocument(error));
    } catch {
      // Nobody reads stdout any more; stderr and the exit code have told it.
    }
  }
  return error.exitCode;
}

function makeContext(world: World, globals: GlobalValues): Context {
  const color = (stream: { readonly isTTY?: boolean }) => wantsColor(globals.color, world.env, stream.isTTY === true);
  return {
    ...world,
    cwd: globals.directory === undefined ? world.cwd : resolve(world.cwd, globals.directory),
    flags: { json: globals.json, quiet: globals.quiet, verbose: globals.verbose, pager: globals.pager },
    out: new Output(world.stdout, {
      env: world.env,
      color: color(world.stdout),
      pager: globals.pager && !globals.json,
    }),
    talk: makeTalk(world.stderr, { quiet: globals.quiet, verbose: globals.verbose, color: color(world.stderr) }),
    paths: makePaths(world.env),
  };
}

/** For telling a mistake on a command line that could not be parsed: the options that decide how it is told. */
function guessGlobals(argv: readonly string[]): GlobalValues {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const color: ColorChoice = own.includes('--no-color') ? 'never' : own.includes('--color') ? 'always' : 'auto';
  return { json: own.includes('--json'), color, quiet: false, verbose: 0, directory: undefined, pager: false };
}

async function checkDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new UsageError(`cannot work in ${directory}`, {
    why: found === undefined ? 'it does not exist' : 'it is not a directory',
    hint: 'give an existing directory to -C',
  });
}
