/*
 * The entry point of one Tidegate process where its servers are somebody else's (a cluster, or `start --services`):
 * hosts the services that ROLES names. The schema is there already (`tidegate migrate`).
 */
import { surviveBrokenOutput } from '@tidegate/cli/broken-output';
import type { ReadyMessage } from '@tidegate/cli/process-group';
import { startRoles } from '@tidegate/cli/roles';
import { stopOnSignals } from '@tidegate/cli/signals';
import { watchUnexpected } from '@tidegate/cli/unexpected';
import { loadSettings } from '@tidegate/runtime/settings';

surviveBrokenOutput();
watchUnexpected();
try {
  const settings = loadSettings(process.env);
  const running = await startRoles(settings);
  stopOnSignals(running.stop, 'stop');
  const ready: ReadyMessage = { ready: true, healthPort: running.opsPort ?? settings.port };
  process.send?.(ready);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
