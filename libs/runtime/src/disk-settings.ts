import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { RoomLimits } from './disk-room.ts';
import { place } from './embedded/postgres.ts';
import { listOf } from './list-of.ts';
import type { SettingsReader } from './settings-reader.ts';

/** Who deletes samples, and who tells customers. */
export const asksForRoom = (role: ServiceName): boolean => role === 'monitor-agent' || role === 'gateway';

/** Undefined where the servers keep their data on disks of which nothing is known here. `asks`: whether this process does. */
export function readDiskRoom(
  reader: SettingsReader,
  { env, dataDir, asks }: { env: NodeJS.ProcessEnv; dataDir: string; asks: boolean },
): RoomLimits | undefined {
  const lowPercent = reader.integer('DISK_LOW_PERCENT', 10, 0, 50);
  const nonePercent = reader.integer('DISK_FULL_PERCENT', 5, 0, 50);
  if (nonePercent > lowPercent) reader.problems.push('DISK_FULL_PERCENT must not be larger than DISK_LOW_PERCENT');
  const folders = listOf(reader.get('DISK_FOLDERS')).map((folder) => resolve(folder));
  // A name with a mistake would be a rule that never holds, and nobody would know.
  for (const folder of asks ? folders : [])
    if (!existsSync(folder)) reader.problems.push(`DISK_FOLDERS: there is no folder ${folder}`);
  if (folders.length > 0) return { folders, lowPercent, nonePercent };
  if (env['TIDEGATE_EMBEDDED'] !== 'true') return undefined;
  return { folders: [dataDir, place(join(dataDir, 'postgres')).data], lowPercent, nonePercent };
}
