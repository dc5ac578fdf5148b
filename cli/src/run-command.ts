import { understand } from './arguments.ts';
import { COMMANDS } from './commands.ts';

/** Runs what was typed. Sets the exit code of the process, or throws what `fail` prints. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const { command, args, values } = understand(COMMANDS, intended(argv));
  await command.run(args, values);
}

/** `--help` anywhere asks about the words before it; `--version` on its own asks for the version. */
function intended(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((word) => word === '--help' || word === '-h');
  if (at >= 0) return ['help', ...argv.slice(0, at).filter((word) => !word.startsWith('-'))];
  if (argv.length === 0) return ['help'];
  return argv[0] === '--version' || argv[0] === '-v' ? ['version', ...argv.slice(1)] : argv;
}

export function fail(error: unknown): void {
  const { message, stack } = error as Error;
  process.stderr.write(`\n${process.env['LOG_LEVEL'] === 'debug' ? stack : message}\n`);
}
