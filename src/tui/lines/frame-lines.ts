// SPDX-License-Identifier: MIT OR Apache-2.0

/** The lines around the panes: header, status, footer, banner, prompt. */

import { formatCount, formatPlural } from '../../base/format.js';
import { isEnabled } from '../commands/command.js';
import { activeContexts, COMMANDS, commandForKey } from '../commands/table.js';
import { verdictOf } from '../store/selectors.js';
import type { State } from '../store/state.js';
import type { Glyphs } from '../theme/glyphs.js';
import type { Token } from '../theme/theme.js';
import { fitTo, type Line, line, type Span, span, textOf, widthOf } from './line.js';

const VERDICT_TOKENS = { none: 'dim', good: 'good', bad: 'bad', warn: 'warn', busy: 'busy' } as const;
const VERDICT_GLYPHS = { none: ' ', good: '=', bad: '!', warn: '!', busy: '~' } as const;

/** Which trace, and how much of it there is. */
export function headerLine(state: State, width: number, glyphs: Glyphs): Line {
  const { trace } = state;
  const facts = [
    formatPlural(trace.ops, 'op'),
    ...(trace.dropped > 0n ? [`${formatCount(trace.dropped)} missing`] : []),
    ...(trace.complete ? [] : ['incomplete']),
  ];
  const left = [
    span(' bento-rr ', 'titleFocused'),
    span(trace.name, 'strong'),
    span(`  ${facts.join(` ${glyphs.separator} `)}`, trace.complete ? 'dim' : 'warn'),
  ];
  const recorded = trace.revision === '' ? trace.fsName : `${trace.fsName}@${trace.revision.slice(0, 12)}`;
  return ends(left, [[span(`recorded with ${recorded} `, 'dim')]], width, glyphs);
}

/** Module, place, verdict, digest. */
export function statusLine(state: State, width: number, glyphs: Glyphs): Line {
  const { run, scan } = state;
  const verdict = verdictOf(state);
  const sign = verdict.tone === 'bad' ? glyphs.differs : VERDICT_GLYPHS[verdict.tone];
  const module =
    run.module === undefined ? 'no module' : moduleName(run.module.fsName, run.module.revision, run.module.buildId);
  const left: Span[] = [
    span(` ${module}`, run.module === undefined ? 'dim' : 'strong'),
    span(`  ${glyphs.position}${formatCount(run.position)}`, 'position'),
    span(`  ${sign} ${verdict.text}`, VERDICT_TOKENS[verdict.tone]),
  ];
  if (scan !== undefined) left.push(span(`  ${scan.what}: ${formatCount(scan.looked)} ops (Esc stops)`, 'busy'));
  const follow = state.follow ? 'follow' : 'no follow';
  const device = run.digest?.seq === run.position ? run.digest.device.toString(16).padStart(16, '0') : undefined;
  // The whole digest, to compare by eye; where there is no room for it, nothing that could be taken for it.
  const rights = device === undefined ? [follow] : [`device ${device}  ${follow}`, `device ${device}`, device, follow];
  return ends(
    left,
    rights.map((text) => [span(`${text} `, 'dim')]),
    width,
    glyphs,
  );
}

function moduleName(fsName: string, revision: string, buildId: string): string {
  if (revision !== '') return `${fsName}@${revision.length > 13 ? revision.slice(0, 12) : revision}`;
  return buildId === '' ? fsName : `${fsName} (build ${buildId.slice(0, 8)})`;
}

/** A difference just found: where and what. */
export function bannerLine(state: State, width: number, glyphs: Glyphs): Line | undefined {
  const found = state.run.banner;
  if (found === undefined) return undefined;
  const [first] = found.fields;
  const what =
    first === undefined ? found.kind : `${first.field}: recorded ${first.expected}, replayed ${first.actual}`;
  const more = found.fields.length > 1 ? ` (+${found.fields.length - 1} fields)` : '';
  const text = ` ${glyphs.differs} ${found.kind} divergence at op ${formatCount(found.seq)} ${found.op}  ${what}${more}`;
  return { ...fitTo(line(span(text, 'banner')), width, glyphs.ellipsis), over: 'banner' };
}

/** The keys that work now, a message, or the prompt. */
export function footerLine(state: State, width: number, glyphs: Glyphs): Line {
  const { mode, toast } = state;
  if (mode.kind === 'prompt') return promptLine(state, width, glyphs);
  if (mode.kind === 'chord') {
    const marks = [...state.marks.keys()].join(' ');
    const text = mode.chord === 'mark' ? ' mark: press a letter' : ` go to mark: ${marks}`;
    return fitTo(line(span(text, 'prompt')), width, glyphs.ellipsis);
  }
  if (toast !== undefined && mode.kind === 'browse') {
    const tokens: Readonly<Record<typeof toast.tone, Token>> = {
      info: 'strong',
      good: 'good',
      warn: 'warn',
      bad: 'bad',
    };
    const hint = toast.hint === undefined ? [] : [span(`  ${glyphs.separator} ${toast.hint}`, 'dim')];
    return fitTo(line(span(` ${toast.text}`, tokens[toast.tone]), ...hint), width, glyphs.ellipsis);
  }
  return hintLine(state, width, glyphs);
}

/** Hints of the commands whose keys work now, as many as fit; help and quit always. */
export function hintLine(state: State, width: number, glyphs: Glyphs): Line {
  const contexts = activeContexts(state);
  const offered = COMMANDS.filter(
    (command) =>
      command.hint !== undefined &&
      contexts.includes(command.context) &&
      isEnabled(command, state) &&
      command.keys.some((key) => commandForKey(state, key) === command),
  );
  const pieces = offered.map((command) => ({
    always: command.id === 'app.help' || command.id === 'app.quit',
    spans: [span(` ${keyLabel(command.keys[0] ?? '')}`, 'key'), span(` ${command.hint}`, 'dim')],
  }));
  const cells = (spans: readonly Span[]) => widthOf(textOf({ spans }));
  let room = width - pieces.filter((piece) => piece.always).reduce((sum, piece) => sum + cells(piece.spans), 0);
  const spans = pieces.flatMap((piece) => {
    if (piece.always) return piece.spans;
    room -= cells(piece.spans);
    return room >= 0 ? piece.spans : [];
  });
  return fitTo({ spans }, width, glyphs.ellipsis);
}

/** How a key is written for people. */
export function keyLabel(key: string): string {
  const names: Readonly<Record<string, string>> = {
    enter: 'Enter',
    esc: 'Esc',
    tab: 'Tab',
    space: 'Space',
    pageup: 'PgUp',
    pagedown: 'PgDn',
    up: 'Up',
    down: 'Down',
    left: 'Left',
    right: 'Right',
    home: 'Home',
    end: 'End',
    backspace: 'Backspace',
    delete: 'Del',
    f1: 'F1',
  };
  return key
    .split(/-(?=.)/)
    .map((part) => ({ ctrl: 'Ctrl', alt: 'Alt', shift: 'Shift' })[part] ?? names[part] ?? part)
    .join('-');
}

const PROMPT_LABELS = { filter: 'filter', search: 'search', goto: 'go to op' } as const;
const PROMPT_HINTS = {
  filter: 'empty shows all',
  search: 'same words as the filter',
  goto: '123, +10, -10, 50%, end',
} as const;

function promptLine(state: State, width: number, glyphs: Glyphs): Line {
  if (state.mode.kind !== 'prompt') return line();
  const { kind, text, cursor, mistake } = state.mode.prompt;
  const [sign, token, note] =
    mistake !== undefined
      ? ([glyphs.failed, 'bad', mistake] as const)
      : text.trim() === ''
        ? (['?', 'dim', PROMPT_HINTS[kind]] as const)
        : (['ok', 'good', ''] as const);
  return fitTo(
    line(
      span(` ${PROMPT_LABELS[kind]}: `, 'prompt'),
      span(text.slice(0, cursor)),
      span(glyphs.textCursor, 'key'),
      span(text.slice(cursor)),
      span(`  ${sign} ${note}`, token),
    ),
    width,
    glyphs.ellipsis,
  );
}

/** Something at each end of a line: at the right the first that there is room for. */
function ends(left: readonly Span[], rights: readonly (readonly Span[])[], width: number, glyphs: Glyphs): Line {
  const cells = (spans: readonly Span[]) => widthOf(textOf({ spans }));
  const right = rights.find((one) => cells(left) + cells(one) < width) ?? [];
  const room = Math.max(0, width - cells(left) - cells(right));
  return fitTo({ spans: [...left, span(' '.repeat(room)), ...right] }, width, glyphs.ellipsis);
}
