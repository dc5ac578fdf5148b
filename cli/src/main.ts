import { endWithReader } from './broken-output.ts';
import { fail, runCommand } from './run-command.ts';

const argv = process.argv.slice(2);
if (argv[0] !== 'start') endWithReader();
runCommand(argv).catch((error: unknown) => {
  fail(error);
  process.exit(1);
});
