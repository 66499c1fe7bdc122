// SPDX-License-Identifier: MIT OR Apache-2.0

import { render } from 'ink-testing-library';
import { expect, it } from 'vitest';
import { App } from '../../src/tui/components/App.js';
import { Lines } from '../../src/tui/components/Lines.js';
import { LookContext } from '../../src/tui/components/look-context.js';
import { Pane } from '../../src/tui/components/Pane.js';
import { fitTo, line, span } from '../../src/tui/lines/line.js';
import { Store } from '../../src/tui/store/store.js';
import { chooseGlyphs } from '../../src/tui/theme/glyphs.js';
import { THEME_NAMES, TOKENS, themeNamed } from '../../src/tui/theme/theme.js';
import { someState } from './states.js';

const LOOK = { theme: themeNamed('none'), glyphs: chooseGlyphs(false) };

it('draws lines in as many rows as it is given', () => {
  const lines = ['one', 'two', 'three'].map((text) => line(span(text)));
  expect(render(<Lines lines={lines} width={10} height={2} />).lastFrame()).toBe('one\ntwo');
  expect(render(<Lines lines={lines} width={10} height={5} />).lastFrame()).toBe('one\ntwo\nthree\n\n');
});

it('cuts a line that is too long, wide characters counted as two', () => {
  const { lastFrame } = render(
    <LookContext.Provider value={LOOK}>
      <Lines lines={[fitTo(line(span('日本語のファイル')), 8)]} width={8} height={1} />
    </LookContext.Provider>,
  );
  expect(lastFrame()).toBe('日本語…');
});

it('titles a pane with its number, and marks the focused one without colour', () => {
  const draw = (focused: boolean) =>
    render(
      <LookContext.Provider value={LOOK}>
        <Pane id="detail" focused={focused} width={30} height={3} note="op 7" lines={[line(span('x'))]} />
      </LookContext.Provider>,
    ).lastFrame();
  expect(draw(true)).toBe('─› 2 Detail ──────────── op 7\nx\n');
  expect(draw(false)).toBe('── 2 Detail ──────────── op 7\nx\n');
});

it('follows the store', async () => {
  const store = new Store(someState({ columns: 100, rows: 30 }));
  const { lastFrame } = render(<App store={store} look={LOOK} />);
  expect(lastFrame()).toContain('1 of 10,000,000');
  store.dispatch({ type: 'ops/move', by: 6 });
  await expect.poll(lastFrame).toContain('7 of 10,000,000');
  expect(lastFrame()?.split('\n')).toHaveLength(29);
});

it('shows nothing but a message on a screen that is too small', () => {
  const store = new Store(someState({ columns: 59, rows: 24 }));
  expect(render(<App store={store} look={LOOK} />).lastFrame()).toContain('59x24 is too small; 60x16 is enough');
});

it('has a look for each meaning in each theme, and no colour in "none"', () => {
  for (const name of THEME_NAMES) {
    const { looks } = themeNamed(name);
    for (const token of TOKENS) expect(looks[token], `${name} ${token}`).toBeDefined();
    if (name !== 'none') continue;
    expect(Object.values(looks).some((look) => look.color !== undefined || look.backgroundColor !== undefined)).toBe(
      false,
    );
  }
});
