// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Env } from '../context.js';

/** What --color and --no-color said, if anything. */
export type ColorChoice = 'always' | 'never' | 'auto';

/**
 * Whether a stream gets colour. The option wins; then NO_COLOR (any non-empty value), FORCE_COLOR and CLICOLOR_FORCE
 * (anything but empty or 0), TERM=dumb, and last whether a person is looking.
 */
export function wantsColor(choice: ColorChoice, env: Env, isTTY: boolean): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (isSet(env.NO_COLOR)) return false;
  if (isOn(env.FORCE_COLOR) || isOn(env.CLICOLOR_FORCE)) return true;
  if (env.FORCE_COLOR === '0' || env.TERM === 'dumb') return false;
  return isTTY;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function isOn(value: string | undefined): boolean {
  return isSet(value) && value !== '0' && value !== 'false';
}
