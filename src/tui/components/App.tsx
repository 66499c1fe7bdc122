// SPDX-License-Identifier: MIT OR Apache-2.0

import { Box } from 'ink';
import type { ReactElement } from 'react';
import { bannerLine, footerLine, headerLine, hintLine, statusLine } from '../lines/frame-lines.js';
import { line, span } from '../lines/line.js';
import { dialogLines, helpLines, paletteLines } from '../lines/overlay-lines.js';
import { type Layout, layoutOf, SMALLEST } from '../store/layout.js';
import { PANES } from '../store/panes.js';
import type { State } from '../store/state.js';
import type { Store } from '../store/store.js';
import { Lines } from './Lines.js';
import { type LookAndFeel, LookContext, useLook } from './look-context.js';
import { PANE_COMPONENTS } from './panes.js';
import { useStateOf } from './use-state-of.js';

type Props = { readonly store: Store; readonly look: LookAndFeel };

/** The whole screen. */
export function App({ store, look }: Props): ReactElement {
  const state = useStateOf(store);
  return (
    <LookContext.Provider value={look}>
      <Frame state={state} layout={layoutOf(state)} />
    </LookContext.Provider>
  );
}

type FrameProps = { readonly state: State; readonly layout: Layout };

function Frame({ state, layout }: FrameProps): ReactElement {
  const { glyphs } = useLook();
  const { width, height } = layout;
  if (layout.shape === 'small') {
    const text = ` ${width}x${state.size.rows} is too small; ${SMALLEST.columns}x${SMALLEST.rows} is enough. q quits.`;
    return <Lines lines={[line(span(text, 'warn'))]} width={width} height={height} />;
  }
  const banner = bannerLine(state, width, glyphs);
  // An overlay takes the footer for its own keys; a message must not hide them.
  const footer = state.mode.kind === 'browse' || state.mode.kind === 'prompt' || state.mode.kind === 'chord';
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Lines lines={[headerLine(state, width, glyphs)]} width={width} height={1} />
      {banner === undefined ? null : <Lines lines={[banner]} width={width} height={1} />}
      <Body state={state} layout={layout} />
      <Lines lines={[statusLine(state, width, glyphs)]} width={width} height={1} />
      <Lines
        lines={[footer ? footerLine(state, width, glyphs) : hintLine(state, width, glyphs)]}
        width={width}
        height={1}
      />
    </Box>
  );
}

function Body({ state, layout }: FrameProps): ReactElement {
  const { glyphs } = useLook();
  const { width, body } = layout;
  const { mode } = state;
  if (mode.kind === 'help') {
    const all = helpLines(width, glyphs);
    const top = Math.min(mode.top, Math.max(0, all.length - body));
    return <Lines lines={all.slice(top)} width={width} height={body} />;
  }
  if (mode.kind === 'dialog') return <Lines lines={dialogLines(state, width, glyphs)} width={width} height={body} />;
  if (mode.kind === 'palette') {
    return <Lines lines={paletteLines(state, width, body, glyphs)} width={width} height={body} />;
  }
  return layout.shape === 'wide' ? <Wide state={state} layout={layout} /> : <Stacked state={state} layout={layout} />;
}

function Stacked({ state, layout }: FrameProps): ReactElement {
  return (
    <Box flexDirection="column" width={layout.width} height={layout.body}>
      {[...layout.panes].map(([id, rect]) => {
        const PaneView = PANE_COMPONENTS[id];
        return <PaneView key={id} state={state} rect={rect} />;
      })}
    </Box>
  );
}

/** The timeline left, everything else at the right. */
function Wide({ state, layout }: FrameProps): ReactElement {
  const { glyphs } = useLook();
  const rule = Array.from({ length: layout.body }, () => line(span(glyphs.bar, 'rule')));
  const view = (id: (typeof PANES)[number]['id']) => {
    const rect = layout.panes.get(id);
    const PaneView = PANE_COMPONENTS[id];
    return rect === undefined ? null : <PaneView key={id} state={state} rect={rect} />;
  };
  return (
    <Box width={layout.width} height={layout.body}>
      {view('ops')}
      <Lines lines={rule} width={1} height={layout.body} />
      <Box flexDirection="column" height={layout.body}>
        {PANES.filter((pane) => pane.id !== 'ops').map((pane) => view(pane.id))}
      </Box>
    </Box>
  );
}
