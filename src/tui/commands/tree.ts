// SPDX-License-Identifier: MIT OR Apache-2.0

import type { State } from '../store/state.js';
import type { Command } from './command.js';

function selectedNode({ tree }: State) {
  return tree.nodes.get(tree.selected);
}

export const treeCommands: readonly Command[] = [
  {
    id: 'tree.open',
    title: 'Tree: unfold or fold a directory, preview a file',
    group: 'tree',
    context: 'tree',
    keys: ['enter'],
    hint: 'open',
    disabledReason: (state) => {
      const node = selectedNode(state);
      if (node === undefined) return 'nothing is selected in the tree';
      if (node.kind === 'directory' || node.kind === 'file') return undefined;
      return `${node.path} has no content to show`;
    },
    run: ({ state, dispatch, effects }) => {
      const node = selectedNode(state);
      if (node?.kind === 'directory') {
        dispatch({ type: 'tree/expand', path: node.path, open: !state.tree.expanded.has(node.path) });
      } else effects.previewFile();
    },
  },
  {
    id: 'tree.unfold',
    title: 'Tree: unfold a directory',
    group: 'tree',
    context: 'tree',
    keys: ['l', 'right'],
    disabledReason: (state) => (selectedNode(state)?.kind === 'directory' ? undefined : 'not a directory'),
    run: ({ state, dispatch }) => dispatch({ type: 'tree/expand', path: state.tree.selected, open: true }),
  },
  {
    id: 'tree.fold',
    title: 'Tree: fold a directory, or go to the one around',
    group: 'tree',
    context: 'tree',
    keys: ['h', 'left'],
    run: ({ state, dispatch }) => {
      const { tree } = state;
      const node = selectedNode(state);
      if (node?.kind === 'directory' && tree.expanded.has(node.path) && node.path !== '/') {
        dispatch({ type: 'tree/expand', path: node.path, open: false });
        return;
      }
      const around = tree.selected.slice(0, Math.max(1, tree.selected.lastIndexOf('/')));
      if (tree.nodes.has(around)) dispatch({ type: 'tree/select', path: around });
    },
  },
];
