import { spawnSync } from 'node:child_process';
import { readVariable } from '@tidegate/runtime/config';
import { askNats } from '@tidegate/runtime/embedded/nats-monitor';
import { readSecrets } from '@tidegate/runtime/secrets-file';
import pg from 'pg';
import { databaseUrl } from './embedded.ts';
import { externalUrl } from './external-servers.ts';

/** The administrator's URL of the external PostgreSQL, or of the embedded one on this port. */
export function adminUrl(dataDir: string, env: NodeJS.ProcessEnv, port: number | undefined): string | undefined {
  // A start puts the embedded server's URL there, for its services; its password may have been changed since.
  const external = env['TIDEGATE_EMBEDDED'] === 'true' ? undefined : externalUrl('DATABASE_URL', dataDir, env);
  if (external) return external;
  const password = readVariable(env, 'POSTGRES_PASSWORD') ?? readSecrets(dataDir)['POSTGRES_PASSWORD'];
  return port && password ? databaseUrl(port, password) : undefined;
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

export async function askVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
    return rows[0]?.version ?? 'unknown';
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function natsVersion(monitorPort: number | undefined): Promise<string | null> {
  const version = monitorPort ? (await askNats(monitorPort, '/varz', 2_000))?.['version'] : undefined;
  return typeof version === 'string' ? version : null;
}

/** The version of a nats-server binary, such as `2.9.10`; undefined when it does not run. */
export function binaryVersion(path: string): string | undefined {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 });
  return /v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}
