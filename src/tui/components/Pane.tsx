// SPDX-License-Identifier: MIT OR Apache-2.0

import { Box } from 'ink';
import type { ReactElement } from 'react';
import { fitTo, type Line, line, span, widthOf } from '../lines/line.js';
import { PANES, type PaneId, paneNumber } from '../store/panes.js';
import { Lines } from './Lines.js';
import { useLook } from './look-context.js';

type Props = {
  readonly id: PaneId;
  readonly focused: boolean;
  readonly width: number;
  /** With its title. */
  readonly height: number;
  /** At the right of the title. */
  readonly note?: string;
  readonly lines: readonly Line[];
};

/** A titled part of the screen. A rule with the title costs one line where a frame would cost two and two columns. */
export function Pane({ id, focused, width, height, note = '', lines }: Props): ReactElement {
  const { glyphs } = useLook();
  const title = PANES.find((pane) => pane.id === id)?.title ?? id;
  const label = ` ${paneNumber(id)} ${title} `;
  const right = note === '' ? '' : ` ${note} `;
  const sign = focused ? glyphs.cursor : glyphs.rule;
  const rest = Math.max(0, width - 2 - widthOf(label) - widthOf(right));
  const head = fitTo(
    line(
      span(glyphs.rule, 'rule'),
      span(sign, focused ? 'titleFocused' : 'rule'),
      span(label, focused ? 'titleFocused' : 'title'),
      span(glyphs.rule.repeat(rest), 'rule'),
      span(right, 'dim'),
    ),
    width,
    glyphs.ellipsis,
  );
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Lines lines={[head]} width={width} height={1} />
      <Lines lines={lines} width={width} height={Math.max(0, height - 1)} />
    </Box>
  );
}
