import { parseArgs } from 'node:util';

export interface Option {
  type: 'boolean' | 'string';
  short?: string;
  about: string;
}

export type Values = Record<string, string | boolean | undefined>;

/** A command as it is typed: `dead-letters replay <id>`. */
export interface Command {
  words: readonly string[];
  /** `<needed>` and `[optional]`. */
  args?: readonly string[];
  options?: Readonly<Record<string, Option>>;
  about: string;
  run(args: string[], values: Values): Promise<unknown>;
}

export const nameOf = ({ words }: Command): string => words.join(' ');

export function usageOf(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, { type, short }]) => {
    const written = short ? `-${short}` : `--${name}`;
    return type === 'string' ? `[${written} ${name.toUpperCase()}]` : `[${written}]`;
  });
  return ['tidegate', ...command.words, ...(command.args ?? []), ...options].join(' ');
}

/** A mistake in the command line, reported without a stack. */
export class UsageError extends Error {}

export interface Understood {
  command: Command;
  args: string[];
  values: Values;
}

/** Every word must be understood: an extra one may mean something that the command would not do. */
export function understand(commands: readonly Command[], argv: readonly string[]): Understood {
  const command = commands
    .filter(({ words }) => words.every((word, index) => argv[index] === word))
    .sort((a, b) => b.words.length - a.words.length)[0];
  if (!command) throw unknownCommand(commands, argv);
  const usage = `\n  Usage: ${usageOf(command)}`;
  const { values, positionals } = parse(command, argv.slice(command.words.length), usage);
  const args = command.args ?? [];
  const missing = args.filter((arg) => arg.startsWith('<'))[positionals.length];
  if (missing) throw new UsageError(`tidegate ${nameOf(command)} needs ${missing}.${usage}`);
  const surplus = positionals[args.length];
  if (surplus !== undefined) {
    throw new UsageError(`tidegate ${nameOf(command)} does not know what to do with "${surplus}".${usage}`);
  }
  return { command, args: positionals, values };
}

function parse(command: Command, argv: readonly string[], usage: string): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(command.options ?? {}).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    return { values: values as Values, positionals };
  } catch (error) {
    // Node's explanation after the first sentence is meant for programmers.
    const what = (error as Error).message.split('. ')[0]?.replace(/\.$/, '');
    throw new UsageError(`tidegate ${nameOf(command)}: ${what}.${usage}`);
  }
}

function unknownCommand(commands: readonly Command[], argv: readonly string[]): UsageError {
  const [first = ''] = argv;
  const alike = commands.filter(({ words }) => words[0] === first);
  if (alike.length > 0) return new UsageError(`Usage:\n${alike.map((one) => `  ${usageOf(one)}`).join('\n')}`);
  return new UsageError(`There is no command "${first}".\n  Fix: npx tidegate help`);
}
