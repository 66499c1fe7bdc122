// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * A filter over ops: `op=read,write and dur>1ms and not path~/tmp`. It is asked of an op's columns first, and only an
 * op of which they do not tell is decoded.
 */

import type { DecodedChunk } from '../decoded-chunk.js';
import { errnoOf } from '../errno-names.js';
import type { TraceOp } from '../op.js';
import { OP_NAMES, opcodeOf } from '../opcodes.js';
import { FILTER_FIELDS, type FilterContext, type FilterField } from './terms.js';
import { FilterError, type Token, tokenize } from './tokens.js';
import { parseRange, type Range, UNIT_WORDS } from './values.js';

/** What the columns say of an op: yes, no, or that the op itself must be looked at. */
type Known = boolean | undefined;

type Node = {
  readonly head: (chunk: DecodedChunk, index: number, context: FilterContext) => Known;
  readonly full: (op: TraceOp, context: FilterContext) => boolean;
};

export type Filter = {
  readonly text: string;
  /** Whether it asks for paths, so that names must be known up to an op before it is asked. */
  readonly usesPaths: boolean;
  /** What can be told without decoding the op: undefined when it cannot. */
  readonly head: (chunk: DecodedChunk, index: number, context: FilterContext) => Known;
  readonly matches: (op: TraceOp, context: FilterContext) => boolean;
};

/** Understands a filter; throws a FilterError that says where it does not. `startNs` is the begin of the recording. */
export function parseFilter(text: string, startNs: bigint): Filter {
  const parser = new Parser(text, startNs);
  const node = parser.parse();
  return { text, usesPaths: parser.usesPaths, head: node.head, matches: node.full };
}

class Parser {
  usesPaths = false;
  readonly #text: string;
  readonly #startNs: bigint;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, startNs: bigint) {
    this.#text = text;
    this.#startNs = startNs;
    this.#tokens = tokenize(text);
  }

  parse(): Node {
    if (this.#peek().kind === 'end') throw this.#error(this.#peek(), 'it is empty', 'Write something like op=LOOKUP.');
    const node = this.#or(0);
    if (this.#peek().kind !== 'end') throw this.#error(this.#peek(), `"${this.#peek().text}" is one too many`);
    return node;
  }

  #or(depth: number): Node {
    let left = this.#and(depth);
    while (this.#take('or', '||')) left = either(left, this.#and(depth));
    return left;
  }

  #and(depth: number): Node {
    let left = this.#not(depth);
    while (this.#take('and', '&&') || this.#startsTerm()) left = both(left, this.#not(depth));
    return left;
  }

  #not(depth: number): Node {
    // Deeper than any person writes, and less deep than the stack.
    if (depth > 200) throw this.#error(this.#peek(), 'it is nested too deeply');
    if (this.#take('not', '!')) return negated(this.#not(depth + 1));
    const token = this.#next();
    if (token.kind !== 'open') return this.#term(token);
    const inner = this.#or(depth + 1);
    const close = this.#next();
    if (close.kind !== 'close') throw this.#error(close, 'a ")" is missing');
    return inner;
  }

  #term(token: Token): Node {
    if (token.kind === 'string') return textNode(FILTER_FIELDS.name as FilterField, '~', [token.text]);
    if (token.kind !== 'word') {
      throw this.#error(
        token,
        token.kind === 'end' ? 'something is missing' : `"${token.text}" stands where a term should`,
      );
    }
    const follows = this.#peek();
    const isCompared = follows.kind === 'operator' && !['&&', '||', '!'].includes(follows.text);
    if (!isCompared) return this.#short(token);
    const field = FILTER_FIELDS[token.text.toLowerCase()];
    if (field === undefined) {
      const known = Object.keys(FILTER_FIELDS).join(', ');
      throw this.#error(token, `there is no field "${token.text}"`, `The fields are ${known}.`);
    }
    if (token.text.toLowerCase() === 'path') this.usesPaths = true;
    this.#next();
    return field.kind === 'text' ? this.#textual(field, follows) : this.#number(field, follows);
  }

  /** A word alone: an op, an errno, `ok`, `error`, or `#12`. */
  #short(token: Token): Node {
    const word = token.text;
    const errno = FILTER_FIELDS.errno as FilterField;
    if (word === 'ok' || word === 'error')
      return numberNode(errno, word === 'ok' ? '=' : '!=', [{ low: 0n, high: 0n }]);
    const opcode = opcodeOf(word);
    if (opcode !== undefined) return numberNode(FILTER_FIELDS.op as FilterField, '=', [exact(opcode)]);
    const number = errnoOf(word);
    if (number !== undefined) return numberNode(errno, '=', [exact(number)]);
    const inode = /^#([0-9]+)$/.exec(word)?.[1];
    if (inode !== undefined) return numberNode(FILTER_FIELDS.ino as FilterField, '=', [exact(BigInt(inode))]);
    const near = OP_NAMES.find((name) => name.startsWith(word.toUpperCase().slice(0, 4)));
    throw this.#error(
      token,
      `"${word}" is neither op nor errno`,
      near === undefined ? undefined : `Did you mean ${near}? Quote it to look for a name.`,
    );
  }

  #textual(field: FilterField, operator: Token): Node {
    if (!['=', '==', '!=', '~', '!~'].includes(operator.text)) {
      throw this.#error(operator, `"${operator.text}" does not compare texts`, 'Use = (is), != , ~ (holds) or !~ .');
    }
    return textNode(
      field,
      operator.text,
      this.#list((token) => token.text),
    );
  }

  #number(field: Extract<FilterField, { kind: 'number' }>, operator: Token): Node {
    if (operator.text.includes('~')) throw this.#error(operator, `"${operator.text}" compares texts, not numbers`);
    const orders = operator.text.startsWith('<') || operator.text.startsWith('>');
    if (orders && (field.unit === 'op' || field.unit === 'errno'))
      throw this.#error(operator, `"${operator.text}" does not fit a name`);
    const ranges = this.#list((token) => {
      const range = parseRange(token.text, field.unit, this.#startNs);
      if (range === undefined) throw this.#error(token, `"${token.text}" is not ${UNIT_WORDS[field.unit]}`);
      return range;
    });
    return numberNode(field, operator.text, ranges);
  }

  #list<T>(read: (token: Token) => T): readonly T[] {
    const values: T[] = [];
    do {
      const token = this.#next();
      if (token.kind !== 'word' && token.kind !== 'string') throw this.#error(token, 'a value is missing');
      values.push(read(token));
    } while (this.#peek().kind === 'comma' && this.#next());
    return values;
  }

  /** Terms side by side are joined by `and`. */
  #startsTerm(): boolean {
    const { kind, text } = this.#peek();
    if (kind === 'word') return !['or', 'and'].includes(text.toLowerCase());
    return kind === 'string' || kind === 'open' || (kind === 'operator' && text === '!');
  }

  #take(word: string, sign: string): boolean {
    const { kind, text } = this.#peek();
    const fits = (kind === 'word' && text.toLowerCase() === word) || (kind === 'operator' && text === sign);
    if (fits) this.#at++;
    return fits;
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #error(token: Token, problem: string, hint?: string): FilterError {
    return new FilterError(this.#text, token.at, problem, hint);
  }
}

function both(a: Node, b: Node): Node {
  return {
    head: (chunk, index, context) => {
      const left = a.head(chunk, index, context);
      if (left === false) return false;
      const right = b.head(chunk, index, context);
      return right === false ? false : left === true && right === true ? true : undefined;
    },
    full: (op, context) => a.full(op, context) && b.full(op, context),
  };
}

function either(a: Node, b: Node): Node {
  return negated(both(negated(a), negated(b)));
}

function negated(a: Node): Node {
  return {
    head: (chunk, index, context) => {
      const known = a.head(chunk, index, context);
      return known === undefined ? undefined : !known;
    },
    full: (op, context) => !a.full(op, context),
  };
}

function textNode(field: FilterField, operator: string, wanted: readonly string[]): Node {
  const holds = operator.endsWith('~')
    ? (text: string): boolean => wanted.some((part) => text.includes(part))
    : (text: string): boolean => wanted.includes(text);
  const node: Node = {
    head: () => undefined,
    full: (op, context) => field.kind === 'text' && field.values(op, context).some(holds),
  };
  return operator.startsWith('!') ? negated(node) : node;
}

function numberNode(field: FilterField, operator: string, ranges: readonly Range[]): Node {
  if (field.kind !== 'number') throw new Error('internal: a number was asked of a text');
  const holds = comparison(operator, ranges);
  const holdsNumber = comparison(operator, ranges.map(plainRange));
  const { head } = field;
  const node: Node = {
    head: (chunk, index, context) => {
      if (head === undefined) return undefined;
      const value = head(chunk, index, context);
      return typeof value === 'number' ? holdsNumber(value) : holds(value);
    },
    full: (op, context) => valuesOf(field, op, context).some(holds),
  };
  return operator === '!=' ? negated(node) : node;
}

function valuesOf(
  field: Extract<FilterField, { kind: 'number' }>,
  op: TraceOp,
  context: FilterContext,
): readonly bigint[] {
  // An op that is asked whole knows its name, not its opcode.
  return field.unit === 'op' ? [BigInt(opcodeOf(op.name) ?? 0)] : field.values(op, context);
}

/** Ends of a range as doubles; what passes 2^53 passes every 32-bit value all the same. */
function plainRange(range: Range): { readonly low: number; readonly high: number } {
  return { low: Number(range.low), high: Number(range.high) };
}

function comparison<T extends bigint | number>(
  operator: string,
  ranges: readonly { readonly low: T; readonly high: T }[],
): (value: T) => boolean {
  switch (operator) {
    case '<':
      return (value) => ranges.some((range) => value < range.low);
    case '<=':
      return (value) => ranges.some((range) => value <= range.high);
    case '>':
      return (value) => ranges.some((range) => value > range.high);
    case '>=':
      return (value) => ranges.some((range) => value >= range.low);
    default:
      return (value) => ranges.some((range) => value >= range.low && value <= range.high);
  }
}

function exact(value: number | bigint): Range {
  return { low: BigInt(value), high: BigInt(value) };
}
