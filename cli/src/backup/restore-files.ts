import { appendFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFile } from '@tidegate/backup/kernel/encrypted-files';
import { layOutWal, recoverySettings, requestRecovery, unpackCluster } from '@tidegate/backup/restore-backup';
import { writeSecrets } from '@tidegate/runtime/secrets-file';
import type { Chosen } from './choose-backup.ts';
import type { Place } from './open-place.ts';

/** The files of a backup, for a PostgreSQL of one's own: started on them, it recovers by itself. Answers its data folder. */
export async function restoreFiles(
  folder: string,
  place: Place,
  { manifest, pieces }: Chosen,
  at: string | undefined,
): Promise<string> {
  const into = resolve(folder);
  if (existsSync(into) && readdirSync(into).length > 0) {
    throw new Error(`${into} is not empty.\n  Fix: name a new folder.`);
  }
  mkdirSync(into, { recursive: true, mode: 0o700 });
  const source = { store: place.store, keys: place.keys, manifest, pieces };
  const cluster = await unpackCluster(source, join(into, 'postgres'));
  const wal = await layOutWal(source, cluster);
  requestRecovery(cluster);
  const settings = Object.entries(recoverySettings({ folder: wal, until: at })).filter(
    ([name]) => name !== 'hot_standby',
  );
  const lines = settings.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`).join('');
  appendFileSync(join(cluster.data, 'postgresql.auto.conf'), `\n# Written by tidegate restore\n${lines}`);
  if (manifest.secrets && place.secretsStore) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of readFile(place.secretsStore, manifest.secrets, place.keys)) chunks.push(chunk);
    writeSecrets(into, JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>);
  }
  return cluster.data;
}
