import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { migrateAll } from '@tidegate/runtime/migrate';
import type { Settings } from '@tidegate/runtime/settings';
import { alsoTo } from '@tidegate/telemetry/log';
import { say } from './installation.ts';
import { LogFile } from './log-file.ts';
import { loadServices, startRoles } from './roles.ts';

/** The usual layout: schemas and streams are brought up to date and all services run here. */
export async function startHere(settings: Settings): Promise<{ stop(): Promise<void> }> {
  const applied = await migrateAll(settings, await loadServices(SERVICE_NAMES));
  if (applied.length > 0) say(`Applied ${applied.length} migrations`);
  alsoTo(new LogFile(settings.dataDir));
  say('Waiting for the services …');
  return startRoles(settings);
}

/** Reads the services' code, which takes as long as the servers take to start. */
export const warmUp = (): Promise<unknown> => loadServices(SERVICE_NAMES);
