import { loadSettings } from '@tidegate/runtime/settings';
import { surviveBrokenOutput } from './broken-output.ts';
import type { ReadyMessage } from './process-group.ts';
import { startRoles } from './roles.ts';
import { stopOnSignals } from './signals.ts';
import { watchUnexpected } from './unexpected.ts';

/** Hosts the services that ROLES names, until a signal. The schema is there already (`tidegate migrate`). */
export async function hostRoles(): Promise<void> {
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
}
