import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Written when a restore begins and removed when it has ended. */
export const UNFINISHED_RESTORE = 'restore-unfinished';

/** Half a database may look whole: nothing starts on it. */
export function refuseUnfinishedRestore(dataDir: string): void {
  if (!existsSync(join(dataDir, UNFINISHED_RESTORE))) return;
  throw new Error(`A restore into ${dataDir} was interrupted.\n  Fix: npx tidegate restore, which begins again.`);
}
