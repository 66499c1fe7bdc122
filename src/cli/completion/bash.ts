// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from '../command.js';
import { completedOptions, valueKind } from './words.js';

/** A bash completion function; needs no bash-completion package. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = [...commands.map((command) => command.name), 'help'].join(' ');
  return `# bento-rr completion for bash; made by: bento-rr completion bash
_bento_rr() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -C || $word == --directory ]] && { ((i++)); continue; }
    [[ $word == -- ]] && { COMPREPLY=($(compgen -f -- "$cur")); return; }
    [[ $word != -* ]] && { command=$word; break; }
  done
  case $command in
    '') COMPREPLY=($(compgen -W '${names} --help --version' -- "$cur")); return ;;
    help) COMPREPLY=($(compgen -W '${names}' -- "$cur")); return ;;
${commands.map(commandCase).join('\n')}
  esac
  COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o filenames -F _bento_rr bento-rr
`;
}

function commandCase(command: Command): string {
  const options = completedOptions(command);
  const flags = options.flatMap((option) => option.flags).join(' ');
  const values = options
    .filter((option) => option.spec.value !== undefined)
    .map((option) => `        ${option.flags.join('|')}) ${reply(option.spec)}; return ;;`);
  const first = Object.values(command.args ?? {})[0];
  const words = first?.choices === undefined ? [] : [`      ${reply(first)}; return`];
  return [
    `    ${command.name})`,
    '      case $prev in',
    ...values,
    '      esac',
    `      [[ $cur == -* ]] && { COMPREPLY=($(compgen -W '${flags}' -- "$cur")); return; }`,
    ...words,
    '      ;;',
  ].join('\n');
}

function reply(spec: Parameters<typeof valueKind>[0]): string {
  const kind = valueKind(spec);
  const how = kind === 'words' ? `-W '${spec.choices?.join(' ')}'` : kind === 'directory' ? '-d' : '-f';
  return `COMPREPLY=($(compgen ${how} -- "$cur"))`;
}
