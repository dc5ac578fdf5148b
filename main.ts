/*
 * The entry point of one Tidegate process where its servers are somebody else's (a cluster, or `start --services`):
 * hosts the services that ROLES names. The schema is there already (`tidegate migrate`).
 */
import { startRoles, stopOnSignals } from '@tidegate/cli/roles';
import { loadSettings } from '@tidegate/runtime/settings';

try {
  const running = await startRoles(loadSettings(process.env));
  stopOnSignals(running.stop);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
