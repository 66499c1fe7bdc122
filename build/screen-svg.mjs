// SPDX-License-Identifier: MIT OR Apache-2.0

/** A terminal's screen as an SVG: text in runs of one look on a grid of cells, so that it can be searched and scaled. */

const CELL = { width: 8.4, height: 18 };
const MARGIN = 12;
const FOREGROUND = '#d0d4dc';
const BACKGROUND = '#15181e';
/** The sixteen colours, on a dark ground. */
const COLOURS = [
  '#2b303b',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#abb2bf',
  '#6b7280',
  '#ff7b86',
  '#b5e890',
  '#ffd68a',
  '#82c4ff',
  '#dd9bf0',
  '#7fdbe6',
  '#ffffff',
];

/**
 * @typedef {{ text: string, column: number, cells: number, color: string, background: string | undefined, bold: boolean, underline: boolean }} Run
 */

/**
 * @param {import('@xterm/headless').Terminal} terminal
 * @returns {string}
 */
export function screenSvg(terminal) {
  const width = Math.ceil(terminal.cols * CELL.width + 2 * MARGIN);
  const height = Math.ceil(terminal.rows * CELL.height + 2 * MARGIN);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="bento-rr tui">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" xml:space="preserve">`,
  ];
  for (let row = 0; row < terminal.rows; row += 1) {
    for (const run of runsOf(terminal, row)) parts.push(...drawn(run, row));
  }
  parts.push('</g>', '</svg>', '');
  return parts.join('\n');
}

/**
 * @param {import('@xterm/headless').Terminal} terminal
 * @param {number} row
 * @returns {readonly Run[]}
 */
function runsOf(terminal, row) {
  const line = terminal.buffer.active.getLine(row);
  /** @type {Run[]} */
  const runs = [];
  for (let column = 0; line !== undefined && column < terminal.cols; column += 1) {
    const cell = line.getCell(column);
    const cells = cell?.getWidth() ?? 0;
    if (cell === undefined || cells === 0) continue;
    const look = lookOf(cell);
    const last = runs.at(-1);
    // A wide character has a run of its own: fonts disagree about its width.
    const joins = last !== undefined && cells === 1 && last.cells === last.text.length && sameLook(last, look);
    if (joins) {
      last.text += cell.getChars() || ' ';
      last.cells += 1;
    } else runs.push({ text: cell.getChars() || ' ', column, cells, ...look });
  }
  return runs;
}

/** @param {import('@xterm/headless').IBufferCell} cell */
function lookOf(cell) {
  const color = cell.isFgDefault() ? FOREGROUND : colour(cell.getFgColor(), cell.isFgRGB());
  const background = cell.isBgDefault() ? undefined : colour(cell.getBgColor(), cell.isBgRGB());
  const inverse = cell.isInverse() !== 0;
  return {
    color: inverse ? (background ?? BACKGROUND) : color,
    background: inverse ? color : background,
    bold: cell.isBold() !== 0,
    underline: cell.isUnderline() !== 0,
  };
}

/**
 * @param {Omit<Run, 'text' | 'column' | 'cells'>} a
 * @param {Omit<Run, 'text' | 'column' | 'cells'>} b
 */
function sameLook(a, b) {
  return a.color === b.color && a.background === b.background && a.bold === b.bold && a.underline === b.underline;
}

/**
 * @param {number} value
 * @param {boolean} isRgb
 */
function colour(value, isRgb) {
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : (COLOURS[value] ?? FOREGROUND);
}

/**
 * @param {Run} run
 * @param {number} row
 */
function drawn({ text, column, cells, color, background, bold, underline }, row) {
  const x = (MARGIN + column * CELL.width).toFixed(1);
  const y = MARGIN + row * CELL.height;
  const width = (cells * CELL.width).toFixed(1);
  const parts = [];
  if (background !== undefined) {
    parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${CELL.height}" fill="${background}"/>`);
  }
  if (text.trim() !== '') {
    const weight = bold ? ' font-weight="bold"' : '';
    const line = underline ? ' text-decoration="underline"' : '';
    parts.push(
      `<text x="${x}" y="${y + 13}" textLength="${width}" fill="${color}"${weight}${line}>${escaped(text)}</text>`,
    );
  }
  return parts;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
