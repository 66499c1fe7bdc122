// SPDX-License-Identifier: MIT OR Apache-2.0

import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { spokenLines } from '../lines/spoken-lines.js';
import type { Store } from '../store/store.js';
import { useStateOf } from './use-state-of.js';

/** The screen for a screen reader: whole sentences one below the other, nothing side by side, nothing that moves by itself. */
export function SpokenApp({ store }: { readonly store: Store }): ReactElement {
  const state = useStateOf(store);
  return (
    <Box flexDirection="column">
      {spokenLines(state).map(({ role, text }) => (
        <Box key={`${role} ${text}`}>
          <Text>{text}</Text>
        </Box>
      ))}
    </Box>
  );
}
