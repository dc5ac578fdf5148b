import { type Command, nameOf, UsageError, usageOf } from './arguments.ts';

/** Help for all commands, or for those that begin with these words. */
export function help(commands: readonly Command[], words: readonly string[]): string {
  const fits = commands.filter((command) => words.every((word, index) => command.words[index] === word));
  if (fits.length === 0) throw new UsageError(`There is no command "${words.join(' ')}".\n  Fix: npx tidegate help`);
  return words.length === 0 ? overview(fits) : fits.map(details).join('\n');
}

function overview(commands: readonly Command[]): string {
  const lines = commands.map((command) => {
    const name = [nameOf(command), ...(command.args ?? [])].join(' ');
    return `  ${name.padEnd(34)} ${command.about}`;
  });
  return `tidegate <command>\n\n${lines.join('\n')}\n\ntidegate help <command> lists its options; tidegate --version prints the version.\n`;
}

function details(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, { type, short, about }]) => {
    const written = `${short ? `-${short}, ` : ''}--${name}${type === 'string' ? ` ${name.toUpperCase()}` : ''}`;
    return `  ${written.padEnd(20)} ${about}`;
  });
  return `${[usageOf(command), `  ${command.about}`, ...options].join('\n')}\n`;
}

/** Completion of commands and options for bash, and for zsh through its bashcompinit. */
export function completion(commands: readonly Command[]): string {
  const next = new Map<string, Set<string>>();
  const add = (before: string, word: string): void => {
    next.set(before, (next.get(before) ?? new Set()).add(word));
  };
  for (const command of commands) {
    for (const [index, word] of command.words.entries()) add(command.words.slice(0, index).join(' '), word);
    for (const option of Object.keys(command.options ?? {})) add(nameOf(command), `--${option}`);
  }
  const cases = [...next].map(([before, words]) => `    '${before}') words='${[...words].join(' ')}' ;;`);
  return `# source <(npx tidegate completion)      (bash; zsh too)
[ -n "\${ZSH_VERSION:-}" ] && autoload -U +X bashcompinit && bashcompinit
_tidegate() {
  local words='' before="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  case "\${before%% --*}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tidegate tidegate
`;
}
