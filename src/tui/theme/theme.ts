// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a piece of the screen means. Components name these; only the themes below name colours. */
export const TOKENS = [
  'text',
  'dim',
  'strong',
  'title',
  'titleFocused',
  'rule',
  'key',
  'op',
  'name',
  'number',
  'good',
  'bad',
  'warn',
  'busy',
  'added',
  'removed',
  'position',
  'selection',
  'selectionAway',
  'banner',
  'prompt',
] as const;
export type Token = (typeof TOKENS)[number];

/** How it looks, in Ink's terms. */
export type Look = {
  readonly color?: string;
  readonly backgroundColor?: string;
  readonly bold?: true;
  readonly dim?: true;
  readonly inverse?: true;
  readonly underline?: true;
};

export type Theme = { readonly name: ThemeName; readonly looks: Readonly<Record<Token, Look>> };

export const THEME_NAMES = ['dark', 'light', 'high-contrast', 'none'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** Sixteen-colour names only: a person's own palette decides the shades. */
const dark: Theme['looks'] = {
  text: {},
  dim: { color: 'gray' },
  strong: { bold: true },
  title: { color: 'gray', bold: true },
  titleFocused: { color: 'cyan', bold: true },
  rule: { color: 'gray' },
  key: { color: 'cyan', bold: true },
  op: { color: 'blueBright' },
  name: {},
  number: { color: 'gray' },
  good: { color: 'green' },
  bad: { color: 'redBright', bold: true },
  warn: { color: 'yellow' },
  busy: { color: 'cyan' },
  added: { color: 'green' },
  removed: { color: 'redBright' },
  position: { color: 'yellow', bold: true },
  selection: { inverse: true },
  selectionAway: { underline: true },
  banner: { color: 'white', backgroundColor: 'red', bold: true },
  prompt: { color: 'cyan', bold: true },
};

const light: Theme['looks'] = {
  ...dark,
  title: { color: 'blackBright', bold: true },
  titleFocused: { color: 'blue', bold: true },
  key: { color: 'blue', bold: true },
  op: { color: 'blue' },
  bad: { color: 'red', bold: true },
  removed: { color: 'red' },
  warn: { color: 'magenta' },
  busy: { color: 'blue' },
  position: { color: 'magenta', bold: true },
  prompt: { color: 'blue', bold: true },
};

/** Blue and yellow, which every kind of colour vision tells apart; nothing dim. */
const highContrast: Theme['looks'] = {
  ...dark,
  dim: {},
  number: {},
  rule: {},
  title: { bold: true },
  titleFocused: { bold: true, inverse: true },
  op: { bold: true },
  good: { color: 'cyanBright', bold: true },
  bad: { color: 'yellowBright', bold: true, underline: true },
  warn: { color: 'yellowBright' },
  added: { color: 'cyanBright' },
  removed: { color: 'yellowBright', underline: true },
  banner: { color: 'black', backgroundColor: 'yellowBright', bold: true },
};

const none: Theme['looks'] = Object.fromEntries(TOKENS.map((token) => [token, plainLook(token)])) as Theme['looks'];

function plainLook(token: Token): Look {
  switch (token) {
    case 'selection':
    case 'banner':
      return { inverse: true };
    case 'selectionAway':
      return { underline: true };
    case 'strong':
    case 'titleFocused':
    case 'key':
    case 'bad':
      return { bold: true };
    default:
      return {};
  }
}

const LOOKS: Readonly<Record<ThemeName, Theme['looks']>> = { dark, light, 'high-contrast': highContrast, none };

export function themeNamed(name: ThemeName): Theme {
  return { name, looks: LOOKS[name] };
}

/** The theme for a terminal: what was asked for, else by what it says of itself. */
export function chooseTheme(
  asked: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  color: boolean,
): Theme {
  const named = THEME_NAMES.find((name) => name === (asked ?? env.BENTO_RR_THEME));
  if (!color) return themeNamed('none');
  if (named !== undefined) return themeNamed(named);
  // "foreground;background" of some terminals: 7 and 15 are the light backgrounds.
  const background = env.COLORFGBG?.split(';').at(-1);
  return themeNamed(background === '7' || background === '15' ? 'light' : 'dark');
}
