// SPDX-License-Identifier: MIT OR Apache-2.0

import { assertNever } from '../../base/assert.js';
import type { TreeNode } from '../ports/replay-engine.js';
import type { TreeAction } from './actions.js';
import type { TreeState } from './state.js';

/** `height` is how many lines the pane shows. */
export function reduceTree(tree: TreeState, action: TreeAction, height: number): TreeState {
  switch (action.type) {
    case 'tree/listed':
      return listed(tree, action);
    case 'tree/gone':
      return { ...tree, expanded: without(tree.expanded, action.path), listings: dropped(tree.listings, action.path) };
    case 'tree/failed':
      return { ...tree, trouble: { ...action.trouble, seq: action.seq } };
    case 'tree/move': {
      const rows = treeRows(tree);
      const at = rows.findIndex((row) => row.node.path === tree.selected);
      const next = rows[Math.min(rows.length - 1, Math.max(0, (at < 0 ? 0 : at) + action.by))];
      return next === undefined ? tree : scrolled({ ...tree, selected: next.node.path }, height);
    }
    case 'tree/select':
      return scrolled({ ...tree, selected: action.path }, height);
    case 'tree/expand': {
      const expanded = new Set(tree.expanded);
      if (action.open) expanded.add(action.path);
      else expanded.delete(action.path);
      return { ...tree, expanded };
    }
    case 'tree/preview':
      return { ...tree, preview: { path: action.path, ...action.part } };
    default:
      return assertNever(action, 'action');
  }
}

type Listed = Extract<TreeAction, { readonly type: 'tree/listed' }>;

function listed(tree: TreeState, { seq, path, listing }: Listed): TreeState {
  // The first listing at a new place: what was known before becomes what changes are marked against.
  const moved = tree.seq !== seq;
  const base: TreeState = moved
    ? {
        ...tree,
        seq,
        before: tree.seq === undefined ? undefined : tree.nodes,
        nodes: new Map(),
        listings: new Map(),
        cut: new Set(),
        preview: undefined,
      }
    : tree;
  const nodes = new Map(base.nodes);
  for (const node of listing.nodes) nodes.set(node.path, node);
  const listings = new Map(base.listings);
  listings.set(path, listing.nodes.filter((node) => node.path !== path).sort(byKindAndName));
  const cut = new Set(base.cut);
  if (listing.cut) cut.add(path);
  return { ...base, seq, nodes, listings, cut, trouble: undefined };
}

function byKindAndName(a: TreeNode, b: TreeNode): number {
  const rank = (node: TreeNode) => (node.kind === 'directory' ? 0 : 1);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export type TreeRow = { readonly node: TreeNode; readonly depth: number; readonly change: 'none' | 'new' | 'changed' };

/** The tree as lines, what is folded left out. */
export function treeRows(tree: TreeState): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (node: TreeNode, depth: number) => {
    rows.push({ node, depth, change: changeOf(tree, node) });
    if (!tree.expanded.has(node.path)) return;
    for (const child of tree.listings.get(node.path) ?? []) visit(child, depth + 1);
  };
  const root = tree.nodes.get('/');
  if (root !== undefined) visit(root, 0);
  return rows;
}

function changeOf(tree: TreeState, node: TreeNode): TreeRow['change'] {
  if (tree.before === undefined) return 'none';
  const old = tree.before.get(node.path);
  if (old === undefined) {
    // Only below a directory that was listed before is an unknown name a new one.
    const parent = node.path.slice(0, Math.max(1, node.path.lastIndexOf('/')));
    return [...tree.before.keys()].some((path) => path !== parent && parentOf(path) === parent) ? 'new' : 'none';
  }
  const same =
    old.ino === node.ino &&
    old.mode === node.mode &&
    old.size === node.size &&
    old.nlink === node.nlink &&
    old.mtimeNs === node.mtimeNs &&
    old.uid === node.uid &&
    old.gid === node.gid &&
    old.target === node.target;
  return same ? 'none' : 'changed';
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function scrolled(tree: TreeState, height: number): TreeState {
  const at = treeRows(tree).findIndex((row) => row.node.path === tree.selected);
  if (at < 0 || height <= 0) return tree;
  const top = Math.min(Math.max(tree.top, at - height + 1), at);
  return { ...tree, top };
}

function without(set: ReadonlySet<string>, path: string): ReadonlySet<string> {
  return new Set([...set].filter((one) => one !== path));
}

function dropped<T>(map: ReadonlyMap<string, T>, path: string): ReadonlyMap<string, T> {
  return new Map([...map].filter(([one]) => one !== path));
}
