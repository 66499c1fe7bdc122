// SPDX-License-Identifier: MIT OR Apache-2.0

/** One column of a text table. */
export type Column = {
  readonly title: string;
  readonly align?: 'left' | 'right';
};

const ANSI = /\u001b\[[0-9;]*m/g;
// East Asian wide and fullwidth blocks, and emoji: two cells each on every terminal in use.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;
const ZERO_WIDTH = /\p{Mn}|\p{Me}|[\u200b-\u200d]|[\ufe00-\ufe0f]/gu;

/** Cells the text takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  const plain = text.replace(ANSI, '').replace(ZERO_WIDTH, '');
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}

/** Lines of an aligned table: two spaces between columns, no rules, no trailing blanks; greps and pastes well. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const titled = columns.some((column) => column.title !== '');
  const all = titled ? [columns.map((column) => column.title), ...rows] : rows;
  const widths = columns.map((_, index) => Math.max(0, ...all.map((row) => displayWidth(row[index] ?? ''))));
  return all.map((row) =>
    columns
      .map((column, index) => {
        const cell = row[index] ?? '';
        const pad = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
        return column.align === 'right' ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd(),
  );
}
