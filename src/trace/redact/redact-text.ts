// SPDX-License-Identifier: MIT OR Apache-2.0

/** What stands in the place of a text that a person or a program wrote. */
export const REDACTED = 'redacted';

/** Switches and sizes say how a file system was made; a text after `=` may be a path, a label or a key. */
const HARMLESS_VALUE = /^(?:[0-9]+[kKmMgGtT]?|0x[0-9a-fA-F]+|on|off|yes|no|true|false)$/;
/** How an option is spelled; what is spelled otherwise is no option. */
const HARMLESS_KEY = /^[a-z][a-z0-9_-]{0,23}$/;

/** Options, comma separated: keys stay, and values that are numbers or switches; other values go. */
export function redactOptions(options: string): string {
  if (options === '') return '';
  return options
    .split(',')
    .map((option) => {
      const [key = '', ...value] = option.split('=');
      // A word alone may be anything that somebody typed: only a handful of well-known ones are kept.
      if (value.length === 0) return KNOWN_SWITCHES.has(key) ? key : REDACTED;
      if (!HARMLESS_KEY.test(key)) return REDACTED;
      const text = value.join('=');
      return `${key}=${HARMLESS_VALUE.test(text) ? text : REDACTED}`;
    })
    .join(',');
}

const KNOWN_SWITCHES: ReadonlySet<string> = new Set([
  'ro',
  'rw',
  'nodev',
  'nosuid',
  'noexec',
  'noatime',
  'relatime',
  'nodiratime',
  'strictatime',
  'lazytime',
  'sync',
  'dirsync',
  'default_permissions',
  'allow_other',
  'allow_root',
  'auto_unmount',
  'force',
]);
