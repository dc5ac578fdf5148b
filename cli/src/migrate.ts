import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { migrateAll } from '@tidegate/runtime/migrate';
import { startServers, stopServers } from './embedded.ts';
import { checkKeys } from './key-fingerprints.ts';
import { loadServices } from './roles.ts';
import { readRun } from './run-file.ts';

/** Safe to run from several places at once: one waits for the other. Servers that it had to start it stops again. */
export async function migrateCommand(): Promise<void> {
  const { settings } = await startServers();
  try {
    const applied = await migrateAll(settings, await loadServices(SERVICE_NAMES));
    await checkKeys(settings);
    process.stdout.write(applied.length > 0 ? `Applied:\n  ${applied.join('\n  ')}\n` : 'Everything is up to date\n');
  } finally {
    if (!readRun(settings.dataDir)) await stopServers(settings.dataDir);
  }
}
