import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import type { Running } from '@tidegate/runtime/run';
import type { Settings } from '@tidegate/runtime/settings';
import { say } from './kernel/installation.ts';
import { bringUpToDate } from './migrate.ts';
import { loadServices, startRoles } from './roles.ts';

/** The usual layout: schemas and streams are brought up to date, and all services run in this process. */
export async function startHere(settings: Settings): Promise<Running> {
  const applied = await bringUpToDate(settings, await loadServices(SERVICE_NAMES));
  if (applied.length > 0) say(`Applied ${applied.length} migrations`);
  say('Waiting for the services …');
  return startRoles(settings);
}

/** Loads the services' code. */
export const warmUp = (): Promise<unknown> => loadServices(SERVICE_NAMES);
