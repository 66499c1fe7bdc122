// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from '../command.js';
import { completedOptions, singleQuoted, valueKind } from './words.js';

/** A zsh completion file: `_bento-rr` in a folder of fpath. */
export function zshCompletion(commands: readonly Command[]): string {
  const described = commands.map((command) => `    ${singleQuoted(`${command.name}:${command.summary}`)}`).join('\n');
  return `#compdef bento-rr
# bento-rr completion for zsh; made by: bento-rr completion zsh
_bento_rr() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${described}
    'help:show help for a command'
  )
  _arguments -C '(-h --help)'{-h,--help}'[show help]' '(-V --version)'{-V,--version}'[show the version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $line[1] in
        help) _describe -t commands command commands ;;
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _bento-rr ]; then _bento_rr "$@"; else compdef _bento_rr bento-rr; fi
`;
}

function commandCase(command: Command): string {
  const specs = completedOptions(command).flatMap(({ flags, spec }) =>
    flags.map((flag) => {
      const value = spec.value === undefined ? '' : `:${spec.value}:${action(spec)}`;
      return singleQuoted(`${spec.repeat ? '*' : ''}${flag}[${escaped(spec.summary)}]${value}`);
    }),
  );
  const args = Object.entries(command.args ?? {}).map(([name, spec]) =>
    singleQuoted(`${spec.variadic ? '*' : ''}:${name}:${action(spec)}`),
  );
  return `        ${command.name}) _arguments ${[...specs, ...args].join(' ')} ;;`;
}

function action(spec: Parameters<typeof valueKind>[0]): string {
  const kind = valueKind(spec);
  if (kind === 'words') return `(${spec.choices?.join(' ')})`;
  return kind === 'directory' ? '_files -/' : '_files';
}

/** Brackets and colons divide the parts of an _arguments spec. */
function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}
