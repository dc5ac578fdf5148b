import { migrateAll } from '@tidegate/runtime/migrate';
import { persist } from '@tidegate/runtime/persist';
import type { ServiceDefinition } from '@tidegate/runtime/service';
import type { Settings } from '@tidegate/runtime/settings';
import { backUpBefore } from './backup/back-up-before.ts';
import { checkKeys, waitForDatabase } from './check-keys.ts';
import { startServers, stopServers } from './embedded.ts';
import { makeDataDir } from './kernel/installation.ts';
import { loadServices } from './roles.ts';
import { claimFolder, readRun } from './run-file.ts';

/**
 * Safe to run from several places at once: one waits for the other. Servers that it started are stopped again. ROLES names the
 * services whose database it is, where each has its own.
 */
export async function migrateCommand(): Promise<void> {
  const dataDir = makeDataDir(process.env);
  // While this runs, no start may claim the folder: it would lose its servers when this command ends.
  const release = readRun(dataDir) ? undefined : claimFolder(dataDir);
  try {
    const { settings } = await startServers();
    const applied = await bringUpToDate(settings, await loadServices(settings.roles));
    await checkKeys(settings);
    process.stdout.write(applied.length > 0 ? `Applied:\n  ${applied.join('\n  ')}\n` : 'Everything is up to date\n');
  } finally {
    if (release) await stopServers(dataDir);
    release?.();
  }
}

/** Every file runs once and in a transaction, so the whole may be retried. */
export function bringUpToDate(settings: Settings, definitions: ServiceDefinition[]): Promise<string[]> {
  const { what, ...patience } = waitForDatabase(settings);
  const servers = `${what} or NATS at ${settings.nats.servers.join(', ')}, for the migrations,`;
  return persist(() => migrateAll(settings, definitions, (pending) => backUpBefore(settings, pending)), {
    ...patience,
    what: servers,
  });
}
