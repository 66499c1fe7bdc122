// SPDX-License-Identifier: MIT OR Apache-2.0

import { escapeControl, formatBytes } from '../../base/format.js';
import { formatWallClock } from '../../base/time.js';
import type { TreeNode } from '../ports/replay-engine.js';
import { previewLines, treeLines } from '../store/layout.js';
import { type TreeRow, treeRows } from '../store/reduce-tree.js';
import type { State } from '../store/state.js';
import type { Glyphs } from '../theme/glyphs.js';
import { cutEnd, fitTo, type Line, line, padEnd, padStart, span, wrap } from './line.js';

/** Exactly `height` lines: the tree, and below it what is selected in it. */
export function treePaneLines(state: State, width: number, height: number, glyphs: Glyphs): readonly Line[] {
  const rows = treeRows(state.tree);
  if (rows.length === 0) return wrap(whyEmpty(state), width - 2).map((text) => line(span(` ${text}`, 'dim')));
  const listed = treeLines(height);
  const { top, selected } = state.tree;
  const list = rows.slice(top, top + listed).map((row): Line => {
    const drawn = fitTo(rowLine(row, state, width, glyphs), width, glyphs.ellipsis);
    if (row.node.path !== selected) return drawn;
    return { ...drawn, over: state.focus === 'tree' ? 'selection' : 'selectionAway' };
  });
  const blank = Array.from({ length: Math.max(0, listed - list.length) }, () => line());
  const node = state.tree.nodes.get(selected);
  const about = node === undefined ? [] : nodeLines(node, state, width, glyphs).slice(0, previewLines(height));
  return [...list, ...blank, ...about].map((one) => fitTo(one, width, glyphs.ellipsis));
}

function whyEmpty({ run, tree }: State): string {
  if (tree.trouble?.seq === run.position) return `No tree here: ${tree.trouble.message}`;
  switch (run.phase) {
    case 'none':
    case 'failed':
      return `The tree comes from a replay, and there is none: ${run.trouble?.message ?? 'no module is open'}${run.trouble?.hint === undefined ? '' : ` (${run.trouble.hint})`}`;
    case 'opening':
      return `The tree comes from a replay: ${run.doing}`;
    case 'running':
      return 'Replaying...';
    case 'ready':
      return run.position === 0n
        ? 'The replay stands before the first op: s steps, Enter on an op goes there.'
        : 'Reading the tree...';
  }
}

function rowLine({ node, depth, change }: TreeRow, { tree }: State, width: number, glyphs: Glyphs): Line {
  const isDirectory = node.kind === 'directory';
  const sign = isDirectory ? (tree.expanded.has(node.path) ? glyphs.unfolded : glyphs.folded) : glyphs.leaf;
  const suffix = isDirectory && node.path !== '/' ? '/' : node.kind === 'symlink' ? ` -> ${node.target}` : '';
  const note =
    change === 'new' ? span(glyphs.added, 'added') : change === 'changed' ? span(glyphs.changed, 'warn') : span(' ');
  const size = node.kind === 'file' ? formatBytes(node.size) : tree.cut.has(node.path) ? 'cut' : '';
  const right = `${modeText(node.mode)} ${padStart(size, 9)}`;
  const room = Math.max(4, width - right.length - 3 - 2 * depth - 4);
  return line(
    span(' '),
    note,
    span(`${' '.repeat(1 + 2 * depth)}${sign} `, 'dim'),
    span(padEnd(cutEnd(node.name + suffix, room, glyphs.ellipsis), room), isDirectory ? 'op' : 'name'),
    span(` ${right}`, 'dim'),
  );
}

function nodeLines(node: TreeNode, state: State, width: number, glyphs: Glyphs): readonly Line[] {
  const facts = `ino ${node.ino} ${glyphs.separator} links ${node.nlink} ${glyphs.separator} uid ${node.uid} gid ${node.gid} ${glyphs.separator} ${node.size} bytes ${glyphs.separator} ${formatWallClock(node.mtimeNs)}`;
  const lines: Line[] = [
    line(span(` ${cutEnd(node.path, width - 2, glyphs.ellipsis)}`, 'strong')),
    line(span(` ${facts}`, 'dim')),
    ...node.xattrs.map(({ name, value }) => line(span(` ${name} = `, 'dim'), span(value))),
  ];
  const { preview } = state.tree;
  if (preview?.path === node.path) lines.push(...contentLines(preview.data, width));
  else if (node.kind === 'file' && node.size > 0n) lines.push(line(span(' Enter shows the first bytes', 'dim')));
  return lines;
}

/** The first bytes of a file: as text where they are text, in hex otherwise. */
export function contentLines(data: Uint8Array, width: number): readonly Line[] {
  if (data.length === 0) return [line(span(' empty', 'dim'))];
  const text = asText(data);
  if (text !== undefined) {
    return text.split('\n').map((one) => line(span(` ${escapeControl(one.replaceAll('\t', '    '))}`)));
  }
  const each = width >= 75 ? 16 : 8;
  const lines: Line[] = [];
  for (let at = 0; at < data.length; at += each) {
    const part = data.subarray(at, at + each);
    const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const shown = Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(
      line(
        span(` ${at.toString(16).padStart(6, '0')}  `, 'dim'),
        span(padEnd(hex, each * 3)),
        span(` ${shown}`, 'dim'),
      ),
    );
  }
  return lines;
}

function asText(data: Uint8Array): string | undefined {
  try {
    // The end may cut a character in two.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data, { stream: true });
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** `drwxr-xr-x`. */
export function modeText(mode: number): string {
  const kinds: Readonly<Record<number, string>> = { 1: 'p', 2: 'c', 4: 'd', 6: 'b', 8: '-', 10: 'l', 12: 's' };
  const bits = [6, 3, 0].map((shift) => {
    const three = (mode >> shift) & 7;
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${three & 1 ? 'x' : '-'}`;
  });
  const special = (text: string, bit: number, low: string, high: string) =>
    mode & bit ? text.slice(0, 2) + (text[2] === 'x' ? low : high) : text;
  return (
    (kinds[(mode >> 12) & 15] ?? '?') +
    special(bits[0] ?? '', 0o4000, 's', 'S') +
    special(bits[1] ?? '', 0o2000, 's', 'S') +
    special(bits[2] ?? '', 0o1000, 't', 'T')
  );
}
