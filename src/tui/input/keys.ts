// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Bytes of a terminal to keys, in this one file. Ink's own key objects are not used: they call backspace `delete`, set
 * `meta` for Esc, and hand mouse reports and pastes on as if they were typed.
 */

/** One key: `j`, `G`, `ctrl-d`, `alt-x`, `shift-tab`, `enter`, `esc`, `up`, `pagedown`, `space`, ... */
export type KeyPress = {
  readonly kind: 'key';
  readonly name: string;
  /** What it puts into a text, if anything. */
  readonly text: string | undefined;
};

export type Paste = { readonly kind: 'paste'; readonly text: string };

/** One notch of the wheel; other mouse reports are swallowed. */
export type Wheel = { readonly kind: 'wheel'; readonly by: -1 | 1 };

export type InputToken = KeyPress | Paste | Wheel;

const PASTE_BEGIN = '\u001b[200~';
const PASTE_END = '\u001b[201~';
/** A paste longer than this is cut: nothing here takes more than a line, and memory stays bounded. */
const PASTE_LIMIT = 64 * 1024;

const LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'shift-tab',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const NUMBERS: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** Turns chunks of input, cut anywhere, into tokens. */
export class KeyDecoder {
  #rest = '';
  #paste: string | undefined;

  /** Whether the input so far may be the begin of a longer sequence (or a lone Esc): call `flush` after a moment. */
  get pending(): boolean {
    return this.#rest !== '';
  }

  push(chunk: string): InputToken[] {
    this.#rest += chunk;
    const tokens: InputToken[] = [];
    while (this.#rest !== '') {
      const step = this.#paste === undefined ? next(this.#rest) : this.#inPaste();
      if (step === undefined) break;
      this.#rest = this.#rest.slice(step.length);
      if (step.beginsPaste) this.#paste = '';
      if (step.token !== undefined) tokens.push(step.token);
    }
    return tokens;
  }

  /** Takes what is left as it is: a lone Esc is the Esc key, the begin of a sequence that never came is dropped. */
  flush(): InputToken[] {
    if (this.#paste !== undefined) return [];
    const rest = this.#rest;
    this.#rest = '';
    return rest === '\u001b' ? [key('esc')] : [];
  }

  #inPaste(): Step | undefined {
    const end = this.#rest.indexOf(PASTE_END);
    // The end mark itself may be cut in two.
    const take = end >= 0 ? end : Math.max(0, this.#rest.length - PASTE_END.length);
    this.#paste = ((this.#paste ?? '') + this.#rest.slice(0, take)).slice(0, PASTE_LIMIT);
    if (end < 0) return take === 0 ? undefined : { length: take };
    const text = this.#paste;
    this.#paste = undefined;
    return { length: end + PASTE_END.length, token: { kind: 'paste', text } };
  }
}

type Step = { readonly length: number; readonly token?: InputToken; readonly beginsPaste?: true };

/** The first token of a text, or undefined when more input is needed to tell. */
function next(text: string): Step | undefined {
  if (text.startsWith('\u001b')) return escaped(text);
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return { length: character.length, token: plain(character) };
}

function escaped(text: string): Step | undefined {
  if (text.length === 1) return undefined;
  if (text.startsWith(PASTE_BEGIN)) return { length: PASTE_BEGIN.length, beginsPaste: true };
  const introducer = text[1];
  if (introducer === '[') return controlSequence(text);
  if (introducer === 'O') {
    if (text.length < 3) return undefined;
    const name = LETTERS[text[2] ?? ''] ?? (text[2] === 'M' ? 'enter' : undefined);
    return { length: 3, ...(name === undefined ? {} : { token: key(name) }) };
  }
  // Esc pressed twice, or before the Esc that begins a sequence.
  if (introducer === '\u001b') return { length: 1, token: key('esc') };
  const character = String.fromCodePoint(text.codePointAt(1) ?? 0);
  return { length: 1 + character.length, token: key(`alt-${plain(character).name}`) };
}

function controlSequence(text: string): Step | undefined {
  // The oldest mouse report: three bytes that are not part of the sequence's grammar.
  if (text.startsWith('\u001b[M')) return text.length < 6 ? undefined : { length: 6 };
  // The Linux console's function keys.
  if (text.startsWith('\u001b[[')) return text.length < 4 ? undefined : { length: 4 };
  const match = /^\u001b\[([0-?]*)[ -/]*([@-~])/.exec(text);
  if (match === null) {
    // Still of the right shape: the rest is to come. Otherwise no sequence at all: drop the introducer.
    return /^\u001b\[[0-?]*[ -/]*$/.test(text) && text.length < 64 ? undefined : { length: 2 };
  }
  const [whole, parameters = '', final = ''] = match;
  const token = final === 'M' || final === 'm' ? wheel(parameters) : named(parameters, final);
  return { length: whole.length, ...(token === undefined ? {} : { token }) };
}

function named(parameters: string, final: string): KeyPress | undefined {
  const [first = '', modifiers = '1'] = parameters.split(';');
  const prefix = modifierPrefix(modifiers);
  if (final === 'u') return fromCodePoint(Number(first.split(':')[0]), prefix);
  // A key's letter has no number, or 1 and the modifiers; others are reports (of the cursor's place: 24;80R).
  const name = final === '~' ? NUMBERS[first] : first === '' || first === '1' ? LETTERS[final] : undefined;
  if (name === undefined || /^[<=>?]/.test(parameters)) return undefined;
  return key(prefix + name);
}

/** The kitty protocol's form: the key's code point and its modifiers. */
function fromCodePoint(code: number, prefix: string): KeyPress | undefined {
  if (!Number.isInteger(code) || code <= 0 || code > 0x10ffff) return undefined;
  const { name } = code === 27 ? key('esc') : plain(String.fromCodePoint(code));
  if (prefix === 'shift-' && name.length === 1) return plain(name.toUpperCase());
  return prefix === '' ? plain(String.fromCodePoint(code)) : key(prefix + name);
}

function modifierPrefix(text: string): string {
  const bits = Math.max(0, Number.parseInt(text, 10) - 1) || 0;
  return `${bits & 4 ? 'ctrl-' : ''}${bits & 2 ? 'alt-' : ''}${bits & 1 ? 'shift-' : ''}`;
}

function wheel(parameters: string): Wheel | undefined {
  const button = /^<(\d+);/.exec(parameters)?.[1];
  if (button === '64') return { kind: 'wheel', by: -1 };
  return button === '65' ? { kind: 'wheel', by: 1 } : undefined;
}

function plain(character: string): KeyPress {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0d || code === 0x0a) return key('enter');
  if (code === 0x09) return key('tab');
  // Terminals send 0x7f for backspace, some 0x08.
  if (code === 0x7f || code === 0x08) return key('backspace');
  if (code === 0x1b) return key('esc');
  if (code === 0) return key('ctrl-space');
  if (code < 0x1b) return key(`ctrl-${String.fromCharCode(code + 0x60)}`);
  if (code < 0x20) return key(`ctrl-${String.fromCharCode(code + 0x40)}`);
  if (code >= 0x80 && code < 0xa0) return key('unknown');
  return { kind: 'key', name: character === ' ' ? 'space' : character, text: character };
}

function key(name: string): KeyPress {
  return { kind: 'key', name, text: undefined };
}
