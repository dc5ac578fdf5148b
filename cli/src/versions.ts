import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from '@tidegate/runtime/config';
import { askNats } from '@tidegate/runtime/embedded/nats-monitor';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { readSecrets } from '@tidegate/runtime/secrets-file';
import { databaseUrl } from './embedded.ts';
import { externalUrl } from './external-servers.ts';
import { withClient } from './kernel/with-client.ts';

/** The administrator's URL of the external PostgreSQL, or of the embedded one on this port. */
export function adminUrl(dataDir: string, env: NodeJS.ProcessEnv, port: number | undefined): string | undefined {
  // A start puts the embedded server's URL there, for its services; its password may have been changed since.
  const external = env['TIDEGATE_EMBEDDED'] === 'true' ? undefined : externalUrl('DATABASE_URL', dataDir, env);
  if (external) return external;
  const password = readVariable(env, 'POSTGRES_PASSWORD') ?? readSecrets(dataDir)['POSTGRES_PASSWORD'];
  return port && password ? databaseUrl(port, password) : undefined;
}

/** The same of the PostgreSQL that runs now, external or embedded; undefined where none does. */
export async function runningAdminUrl(dataDir: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const running = existsSync(dataDir) ? await findPostgres(join(dataDir, 'postgres')) : undefined;
  return adminUrl(dataDir, env, running?.port);
}

/** Null when it does not answer. */
export async function postgresVersion(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  port: number | undefined,
): Promise<string | null> {
  try {
    const url = adminUrl(dataDir, env, port);
    return url ? await askVersion(url) : null;
  } catch {
    return null;
  }
}

export const askVersion = (url: string): Promise<string> =>
  withClient({ connectionString: url, connectionTimeoutMillis: 3_000 }, async (client) => {
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
    return rows[0]?.version ?? 'unknown';
  });

export async function natsVersion(monitorPort: number | undefined): Promise<string | null> {
  const version = monitorPort ? (await askNats(monitorPort, '/varz', 2_000))?.['version'] : undefined;
  return typeof version === 'string' ? version : null;
}

/** The version of a nats-server binary, such as `2.9.10`; undefined when it does not run. */
export function binaryVersion(path: string): string | undefined {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 });
  return /v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}
