// SPDX-License-Identifier: MIT OR Apache-2.0

import { createContext, useContext } from 'react';
import { chooseGlyphs, type Glyphs } from '../theme/glyphs.js';
import { type Theme, themeNamed } from '../theme/theme.js';

export type LookAndFeel = { readonly theme: Theme; readonly glyphs: Glyphs };

/** Theme and signs, the same for the whole screen. */
export const LookContext = createContext<LookAndFeel>({ theme: themeNamed('none'), glyphs: chooseGlyphs(true) });

export function useLook(): LookAndFeel {
  return useContext(LookContext);
}
