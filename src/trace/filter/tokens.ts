// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../base/errors.js';

export type Token = {
  readonly kind: 'word' | 'string' | 'operator' | 'open' | 'close' | 'comma' | 'end';
  readonly text: string;
  /** Offset of its first character in the filter. */
  readonly at: number;
};

/** A filter that cannot be understood; it knows where, so that an editor can point there. */
export class FilterError extends UsageError {
  readonly position: number;

  constructor(filter: string, position: number, problem: string, hint?: string) {
    super(`filter: ${problem} at character ${position + 1}`, {
      code: 'E_FILTER',
      why: `${filter}\n${' '.repeat(position)}^`,
      hint: hint ?? 'See `bento-rr help dump` for what a filter may say.',
    });
    this.position = position;
  }
}

const OPERATORS = ['==', '!=', '>=', '<=', '!~', '&&', '||', '=', '>', '<', '~', '!'] as const;
const WORD = /[^\s()=!<>~,"'&|]+/y;

export function tokenize(filter: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    const character = filter[at] as string;
    if (/\s/.test(character)) at++;
    else {
      const token = tokenAt(filter, at);
      tokens.push({ kind: token.kind, text: token.text, at });
      at = token.end;
    }
  }
  tokens.push({ kind: 'end', text: '', at: filter.length });
  return tokens;
}

type Scanned = { readonly kind: Token['kind']; readonly text: string; readonly end: number };

function tokenAt(filter: string, at: number): Scanned {
  const character = filter[at] as string;
  if (character === '(') return { kind: 'open', text: '(', end: at + 1 };
  if (character === ')') return { kind: 'close', text: ')', end: at + 1 };
  if (character === ',') return { kind: 'comma', text: ',', end: at + 1 };
  if (character === '"' || character === "'") return stringAt(filter, at, character);
  const operator = OPERATORS.find((text) => filter.startsWith(text, at));
  if (operator !== undefined) return { kind: 'operator', text: operator, end: at + operator.length };
  WORD.lastIndex = at;
  const word = WORD.exec(filter)?.[0];
  if (word === undefined) throw new FilterError(filter, at, `"${character}" means nothing`);
  return { kind: 'word', text: word, end: at + word.length };
}

function stringAt(filter: string, at: number, quote: string): Scanned {
  let text = '';
  for (let end = at + 1; end < filter.length; end++) {
    const character = filter[end] as string;
    if (character === quote) return { kind: 'string', text, end: end + 1 };
    if (character === '\\' && end + 1 < filter.length) text += filter[++end];
    else text += character;
  }
  throw new FilterError(filter, at, `a quote ${quote} is not closed`);
}
