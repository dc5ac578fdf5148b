import { secretsFile } from '@tidegate/runtime/secrets-file';
import { externalUrl } from '../external-servers.ts';
import type { Kind } from './kinds.ts';

/** Kinds that mean a login at a server: of one that is yours we do not change any. */
const AT_DATABASE = new Set(['database', 'superuser', 'monitoring']);

/** Where a kind is kept when it is not this installation's own to change. */
export function keptElsewhere({ name, variables }: Kind, dataDir: string, env: NodeJS.ProcessEnv): string | undefined {
  if (name === 'master-keys' || name === 'signing-keys') return undefined;
  const given = variables.find((variable) => env[variable] || env[`${variable}_FILE`]);
  if (given) return env[given] ? `the environment (${given})` : `the file of ${given}_FILE`;
  const isExternal = (url: 'DATABASE_URL' | 'NATS_URL') => externalUrl(url, dataDir, env) !== undefined;
  if (AT_DATABASE.has(name) && isExternal('DATABASE_URL')) return 'your PostgreSQL (DATABASE_URL)';
  if (name === 'nats' && isExternal('NATS_URL')) return 'your nats-server (NATS_URL)';
  // Several machines share what is behind them.
  if (isExternal('DATABASE_URL') || isExternal('NATS_URL')) return `${secretsFile(dataDir)} of each machine`;
  return undefined;
}

export function requireOurs(kind: Kind, dataDir: string, env: NodeJS.ProcessEnv): void {
  const where = keptElsewhere(kind, dataDir, env);
  if (!where) return;
  throw new Error(
    `${kind.name} is kept in ${where}, which is yours to change; nothing was changed.\n  Fix: docs/secrets.md#secrets-that-you-keep-yourself has the steps.`,
  );
}
