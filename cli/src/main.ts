import '@tidegate/telemetry/own-source-maps';

const { endWithReader } = await import('./broken-output.ts');
const { fail, runCommand } = await import('./run-command.ts');

const argv = process.argv.slice(2);
if (argv[0] !== 'start') endWithReader();
runCommand(argv).catch((error: unknown) => {
  fail(error);
  process.exit(1);
});
