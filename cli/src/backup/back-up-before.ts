import { isBackupConfigured } from '@tidegate/runtime/backup-state';
import type { Settings } from '@tidegate/runtime/settings';
import { SettingsReader } from '@tidegate/runtime/settings-reader';
import { say } from '../kernel/installation.ts';

/** The way back of an upgrade: a backup of how things were. Where none can be made, it says so before anything changes. */
export async function backUpBefore({ dataDir }: Settings, pending: string[]): Promise<void> {
  const env = process.env;
  const reader = new SettingsReader(env, {});
  const isUnwanted = reader.flag('UPGRADE_WITHOUT_BACKUP');
  reader.refuse();
  if (isUnwanted) return;
  if (!isBackupConfigured(env)) {
    say(
      `\n  ! ${pending.length} migrations change the database, and there is NO BACKUP of how it is now: BACKUP_TO is not set.\n  ! docs/operations.md, *Upgrade*, has the way back without one.\n`,
    );
    return;
  }
  say(`A backup is made before ${pending.length} migrations …`);
  // Only an upgrade loads the code for it.
  const [{ backUp }, { openPlace }] = await Promise.all([import('./back-up.ts'), import('./open-place.ts')]);
  try {
    const { manifest, seconds } = await backUp(dataDir, env, await openPlace(dataDir, env, { create: true }));
    say(`Backup ${manifest.id} in ${seconds.toFixed(1)} s`);
  } catch (error) {
    // Not its cause: an outage there would be taken for one of the database, and waited for.
    throw new Error(
      `No backup could be made before the upgrade, and nothing was changed: ${(error as Error).message}\n  Fix: mend it (npx tidegate backup), or go without: UPGRADE_WITHOUT_BACKUP=true`,
    );
  }
}
