import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { migrateAll } from '@tidegate/runtime/migrate';
import { startServers } from './embedded.ts';
import { loadServices } from './roles.ts';

/** Safe to run from several places at once: one waits for the other. */
export async function migrateCommand(): Promise<void> {
  const { settings } = await startServers((text) => process.stderr.write(`${text}\n`));
  const applied = await migrateAll(settings, await loadServices(SERVICE_NAMES));
  process.stdout.write(applied.length > 0 ? `Applied:\n  ${applied.join('\n  ')}\n` : 'Everything is up to date\n');
}
