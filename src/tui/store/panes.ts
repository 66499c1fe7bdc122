// SPDX-License-Identifier: MIT OR Apache-2.0

/** The panes, as data: their keys, titles and places come from here. A pane to come is one more entry. */
export const PANES = [
  { id: 'ops', title: 'Ops', about: 'the timeline' },
  { id: 'detail', title: 'Detail', about: 'request and answers of the selected op' },
  { id: 'tree', title: 'Tree', about: 'the file system at the place of the replay' },
] as const;

export type PaneId = (typeof PANES)[number]['id'];

/** Number of a pane on its title and its key. */
export function paneNumber(id: PaneId): number {
  return PANES.findIndex((pane) => pane.id === id) + 1;
}
