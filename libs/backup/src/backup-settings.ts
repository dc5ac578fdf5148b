import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { readSecrets } from '@tidegate/runtime/secrets-file';
import { SettingsReader } from '@tidegate/runtime/settings-reader';
import type { KeySettings } from './kernel/keys.ts';
import type { Retention } from './retention.rules.ts';
import { FolderStore } from './store/folder-store.ts';
import { S3Store } from './store/s3-store.ts';
import type { Store } from './store/store.ts';

export interface BackupSettings {
  store: Store;
  /** Where secrets.json is stored; undefined when it is not. */
  secretsStore: Store | undefined;
  keys: KeySettings;
  retention: Retention;
  everyHours: number;
  /** 0: no drills. */
  drillEveryDays: number;
  walSeconds: number;
}

/** All problems are reported at once. */
export function readBackupSettings(env: NodeJS.ProcessEnv, dataDir: string): BackupSettings {
  const reader = new SettingsReader(env, readSecrets(dataDir));
  const to = reader.get('BACKUP_TO');
  if (!to) {
    throw new Error(
      'There is no place for backups.\n  Fix: set BACKUP_TO to a folder on another disk, or to s3://bucket/prefix (docs/runbooks/restore.md).',
    );
  }
  const secretsTo = reader.get('BACKUP_SECRETS_TO') ?? to;
  const store = openStore('BACKUP_TO', to, reader, dataDir);
  const settings = {
    store,
    secretsStore: secretsTo === 'none' ? undefined : openStore('BACKUP_SECRETS_TO', secretsTo, reader, dataDir),
    keys: readKeys(reader),
    retention: {
      daily: reader.integer('BACKUP_KEEP_DAILY', 7, 1, 1_000),
      weekly: reader.integer('BACKUP_KEEP_WEEKLY', 4, 0, 1_000),
      monthly: reader.integer('BACKUP_KEEP_MONTHLY', 6, 0, 1_000),
      walDays: reader.integer('BACKUP_KEEP_WAL_DAYS', 30, 0, 1_000),
    },
    everyHours: reader.integer('BACKUP_EVERY_HOURS', 24, 1, 720),
    drillEveryDays: reader.integer('BACKUP_DRILL_EVERY_DAYS', 7, 0, 365),
    walSeconds: reader.integer('BACKUP_WAL_SECONDS', 30, 1, 3_600),
  };
  reader.refuse();
  return settings;
}

function readKeys(reader: SettingsReader): KeySettings {
  const list = (text: string | undefined): string[] =>
    (text ?? '')
      .split(/[\s,]+/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const recipients = list(reader.get('BACKUP_RECIPIENTS'));
  for (const one of recipients) {
    if (!/^age1[a-z0-9]{58}$/.test(one))
      reader.problems.push(`BACKUP_RECIPIENTS has "${one}", which is no age recipient (age1…)`);
  }
  // As `tidegate backup key` and age-keygen print it: with comments.
  const identities = list(reader.get('BACKUP_IDENTITY')).filter((word) => word.startsWith('AGE-SECRET-KEY-'));
  return { passphrase: reader.get('BACKUP_PASSPHRASE'), recipients, identities };
}

function openStore(variable: string, text: string, reader: SettingsReader, dataDir: string): Store {
  if (!text.includes('://')) return new FolderStore(folder(variable, text, reader, dataDir));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 's3:' || url.hostname === '') {
    reader.problems.push(`${variable} must be a folder or s3://bucket/prefix, not "${text}"`);
  }
  const region = reader.get('BACKUP_S3_REGION') ?? 'us-east-1';
  const endpoint = reader.get('BACKUP_S3_ENDPOINT') ?? `https://s3.${region}.amazonaws.com`;
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    reader.problems.push(`BACKUP_S3_ENDPOINT must be a URL, not "${endpoint}"`);
  }
  const prefix = (url?.pathname ?? '').replaceAll(/^\/+|\/+$/g, '');
  if (!/^[\w./-]*$/.test(prefix))
    reader.problems.push(`${variable}: use letters, digits and ._-/ only after the bucket`);
  return new S3Store({
    endpoint: (URL.canParse(endpoint) ? endpoint : 'http://localhost').replace(/\/+$/, ''),
    region,
    bucket: url?.hostname ?? '',
    prefix,
    accessKeyId: reader.need('BACKUP_S3_ACCESS_KEY_ID'),
    secretAccessKey: reader.need('BACKUP_S3_SECRET_ACCESS_KEY'),
  });
}

/** A mount point whose disk is missing would be filled with backups: the folder must be there. */
function folder(variable: string, path: string, reader: SettingsReader, dataDir: string): string {
  if (!isAbsolute(path)) reader.problems.push(`${variable} must be a whole path, not "${path}"`);
  else if (!existsSync(path))
    reader.problems.push(`${variable} names ${path}, which does not exist: create it, or mount its disk`);
  else if (resolve(path) === resolve(dataDir)) reader.problems.push(`${variable} must be another folder than DATA_DIR`);
  return resolve(path);
}

/** The identity that a file has, as age-keygen writes it: for `--identity FILE`. */
export const readIdentityFile = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split(/\s+/)
    .filter((word) => word.startsWith('AGE-SECRET-KEY-'));
