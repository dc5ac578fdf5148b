import '@tidegate/telemetry/own-source-maps';

const { endWithReader } = await import('./broken-output.ts');
const { fail, runCommand } = await import('./run-command.ts');

const { adoptSettings, becomeOwner } = await import('./systemd/beside-service.ts');
const { ROOT } = await import('./kernel/installation.ts');

const argv = process.argv.slice(2);
// Only installing a service is root's own.
if (argv[0] !== 'install') {
  adoptSettings(ROOT, process.env);
  becomeOwner(process.env);
}
if (argv[0] !== 'start') endWithReader();
runCommand(argv).catch((error: unknown) => {
  fail(error);
  process.exit(1);
});
