import { understand } from './arguments.ts';
import { endWithReader } from './broken-output.ts';
import { COMMANDS } from './commands.ts';

/** `--help` anywhere is about the words before it; `--version` alone is the version. */
function meant(argv: string[]): string[] {
  const at = argv.findIndex((word) => word === '--help' || word === '-h');
  if (at >= 0) return ['help', ...argv.slice(0, at).filter((word) => !word.startsWith('-'))];
  if (argv.length === 0) return ['help'];
  return argv[0] === '--version' || argv[0] === '-v' ? ['version', ...argv.slice(1)] : argv;
}

async function main(): Promise<void> {
  const { command, args, values } = understand(COMMANDS, meant(process.argv.slice(2)));
  if (command.words[0] !== 'start') endWithReader();
  await command.run(args, values);
}

main().catch((error: unknown) => {
  const { message, stack } = error as Error;
  process.stderr.write(`\n${process.env['LOG_LEVEL'] === 'debug' ? stack : message}\n`);
  process.exit(1);
});
