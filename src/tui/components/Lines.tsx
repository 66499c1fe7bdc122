// SPDX-License-Identifier: MIT OR Apache-2.0

import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { type Line, textOf } from '../lines/line.js';
import type { Look, Theme, Token } from '../theme/theme.js';
import { useLook } from './look-context.js';

type Props = {
  readonly lines: readonly Line[];
  readonly width: number;
  /** Fewer lines are followed by blank ones, more are cut. */
  readonly height: number;
};

/** Draws lines, one Ink text each. */
export function Lines({ lines, width, height }: Props): ReactElement {
  const { theme, glyphs } = useLook();
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      {lines.slice(0, height).map((one, index) => (
        // A line has no identity but its place: what stands on it is replaced, never moved.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <DrawnLine key={index} line={one} theme={theme} shown={glyphs.shown} />
      ))}
    </Box>
  );
}

type LineProps = { readonly line: Line; readonly theme: Theme; readonly shown: (text: string) => string };

function DrawnLine({ line, theme, shown }: LineProps): ReactElement {
  const over = line.over === undefined ? undefined : theme.looks[line.over];
  if (over !== undefined && (over.inverse === true || over.backgroundColor !== undefined)) {
    // Colours of pieces under an inverse line would make a chequered bar.
    return (
      <Text {...propsOf(over)} wrap="truncate">
        {shown(textOf(line))}
      </Text>
    );
  }
  if (line.spans.length === 0) return <Text> </Text>;
  return (
    <Text {...propsOf(over ?? {})} wrap="truncate">
      {line.spans.map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces are replaced, never moved
        <Piece key={index} text={shown(piece.text)} token={piece.token} theme={theme} />
      ))}
    </Text>
  );
}

type PieceProps = { readonly text: string; readonly token: Token; readonly theme: Theme };

function Piece({ text, token, theme }: PieceProps): ReactElement | string {
  const look = theme.looks[token];
  return Object.keys(look).length === 0 ? text : <Text {...propsOf(look)}>{text}</Text>;
}

function propsOf(look: Look) {
  return {
    ...(look.color === undefined ? {} : { color: look.color }),
    ...(look.backgroundColor === undefined ? {} : { backgroundColor: look.backgroundColor }),
    bold: look.bold === true,
    dimColor: look.dim === true,
    inverse: look.inverse === true,
    underline: look.underline === true,
  };
}
