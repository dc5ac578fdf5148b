import { type BackupSettings, readBackupSettings, readIdentityFile } from '@tidegate/backup/backup-settings';
import { type Keys, openKeys } from '@tidegate/backup/kernel/keys';

export interface Place extends Omit<BackupSettings, 'keys'> {
  keys: Keys;
}

export interface PlaceOptions {
  /** Instead of BACKUP_TO. */
  to?: string | undefined;
  /** A file with the private half of the key, instead of BACKUP_IDENTITY. */
  identity?: string | undefined;
  /** Whether a key may be made for a new place. */
  create?: boolean;
}

/** The store that the settings or the command line name, with the keys of its backups. */
export async function openPlace(dataDir: string, env: NodeJS.ProcessEnv, options: PlaceOptions = {}): Promise<Place> {
  const settings = readSettings(dataDir, env, options);
  const keys = await openKeys(settings.store, settings.keys, { create: options.create === true });
  return { ...settings, keys };
}

/** Without keys: for lists, and for comparing checksums. */
export function readSettings(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  { to, identity }: PlaceOptions = {},
): BackupSettings {
  const settings = readBackupSettings({ ...env, ...(to ? { BACKUP_TO: to } : {}) }, dataDir);
  if (identity === undefined) return settings;
  const identities = readIdentityFile(identity);
  if (identities.length === 0)
    throw new Error(`${identity} has no age identity.\n  Fix: name the file with AGE-SECRET-KEY-1….`);
  return { ...settings, keys: { ...settings.keys, identities } };
}
