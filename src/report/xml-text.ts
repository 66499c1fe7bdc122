// SPDX-License-Identifier: MIT OR Apache-2.0

/** Text as XML and HTML can hold it. File names and module messages end up here, so nothing about them is trusted. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Escapes markup, and writes each character that XML 1.0 cannot hold in any form (most control characters, lone
 * surrogates, U+FFFE and U+FFFF) as U+FFFD, so that one odd file name does not make the whole document unreadable.
 */
export function escapeMarkup(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** As {@link escapeMarkup}, with line ends and tabs kept: an XML parser turns bare ones in an attribute into spaces. */
export function escapeAttribute(text: string): string {
  return escapeMarkup(text).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
