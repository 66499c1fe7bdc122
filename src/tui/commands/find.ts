// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from './command.js';

export const findCommands: readonly Command[] = [
  {
    id: 'view.filter',
    title: 'Filter the ops shown (the replay still takes them all)',
    group: 'find',
    context: 'browse',
    keys: ['/'],
    hint: 'filter',
    takes: { word: 'filter', name: 'EXPRESSION' },
    run: ({ effects, argument }) =>
      argument === undefined ? effects.openPrompt('filter') : effects.setFilter(argument),
  },
  {
    id: 'view.filter-off',
    title: 'Show all ops again',
    group: 'find',
    context: 'browse',
    keys: ['\\'],
    disabledReason: ({ ops }) => (ops.filter === undefined ? 'no filter is set' : undefined),
    run: ({ effects }) => effects.setFilter(''),
  },
  {
    id: 'search.set',
    title: 'Search for ops, in the words of the filter',
    group: 'find',
    context: 'browse',
    keys: ['F'],
    takes: { word: 'search', name: 'EXPRESSION' },
    run: ({ effects, argument }) =>
      argument === undefined ? effects.openPrompt('search') : effects.setSearch(argument),
  },
  {
    id: 'search.next',
    title: 'Go to the next op found',
    group: 'find',
    context: 'browse',
    keys: ['n'],
    run: ({ state, effects }) => (state.search === undefined ? effects.openPrompt('search') : effects.search(1)),
  },
  {
    id: 'search.previous',
    title: 'Go to the previous op found',
    group: 'find',
    context: 'browse',
    keys: ['N'],
    disabledReason: ({ search }) => (search === undefined ? 'nothing has been searched for: F or n does' : undefined),
    run: ({ effects }) => effects.search(-1),
  },
  {
    id: 'mark.set',
    title: 'Mark the selected op with a letter',
    group: 'find',
    context: 'browse',
    keys: ['m'],
    disabledReason: ({ ops }) => (ops.selected < 0 ? 'no op is selected' : undefined),
    run: ({ dispatch }) => dispatch({ type: 'ui/mode', mode: { kind: 'chord', chord: 'mark' } }),
  },
  {
    id: 'mark.jump',
    title: 'Go to a mark',
    group: 'find',
    context: 'browse',
    keys: ["'"],
    disabledReason: ({ marks }) => (marks.size === 0 ? 'no op is marked: m marks one' : undefined),
    run: ({ dispatch }) => dispatch({ type: 'ui/mode', mode: { kind: 'chord', chord: 'jump' } }),
  },
];
