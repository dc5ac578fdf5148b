import { spawnSync } from 'node:child_process';
import { get } from 'node:http';
import { readVariable } from '@tidegate/runtime/config';
import { readSecrets } from '@tidegate/runtime/secrets-file';
import pg from 'pg';
import { databaseUrl } from './embedded.ts';
import { externalUrl } from './external-servers.ts';

/** The administrator's URL: external, or of the embedded PostgreSQL on this port. */
export function adminUrl(dataDir: string, env: NodeJS.ProcessEnv, port: number | undefined): string | undefined {
  const external = externalUrl('DATABASE_URL', dataDir, env);
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

export function natsVersion(monitorPort: number | undefined): Promise<string | null> {
  if (!monitorPort) return Promise.resolve(null);
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port: monitorPort, path: '/varz', timeout: 2_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve((JSON.parse(Buffer.concat(chunks).toString()) as { version: string }).version));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}

/** `2.9.10` of a nats-server binary; undefined when it does not run. */
export function binaryVersion(path: string): string | undefined {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 });
  return /v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}
