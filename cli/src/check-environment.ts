import { natsTrouble } from '@tidegate/messaging/nats';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import pg from 'pg';

const WITHIN_MS = 5_000;

/** Refuses settings that cannot be right, all at once, before any server is started because of them. */
export function checkEnvironment(env: NodeJS.ProcessEnv): void {
  // The addresses of embedded servers are not known yet.
  const embedded = ['DATABASE_URL', 'NATS_URL'].filter((name) => !env[name] && !env[`${name}_FILE`]);
  const given = Object.fromEntries(embedded.map((name) => [name, PLACES[name as keyof typeof PLACES]]));
  loadSettings({ ...env, ...given }, []);
}

const PLACES = { DATABASE_URL: 'postgresql://localhost/tidegate', NATS_URL: 'nats://localhost' };

/** Tells of an external PostgreSQL or nats-server that cannot be used, by the name of the setting that leads there. */
export async function checkExternal({ database, nats }: Settings, external: { database: boolean; nats: boolean }) {
  const troubles = await Promise.all([
    external.database && database.adminUrl ? databaseTrouble(database.adminUrl) : undefined,
    external.nats ? busTrouble(nats) : undefined,
  ]);
  const found = troubles.filter((one) => one !== undefined);
  if (found.length > 0) throw new Error(found.join('\n'));
}

async function databaseTrouble(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: WITHIN_MS });
  const { host, pathname, username } = new URL(url);
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const fix =
      code === '28P01' || code === '28000'
        ? `mend user (${username}) or password, or pg_hba.conf on the server`
        : code === '3D000'
          ? `createdb ${pathname.slice(1)}, or name a database that exists`
          : 'start that server, mend the address, or unset it for the embedded PostgreSQL';
    return `PostgreSQL at ${host}${pathname} (DATABASE_URL) cannot be used: ${message}\n  Fix: ${fix}.`;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Why the external nats-server cannot be used, and the fix; undefined when it can. */
export async function busTrouble({ servers, users }: Settings['nats']): Promise<string | undefined> {
  const reason = await natsTrouble({ servers, ...users.platform }, WITHIN_MS);
  if (reason === undefined) return undefined;
  const fix = /certificate|self-signed/i.test(reason)
    ? 'NODE_EXTRA_CA_CERTS=/path/to/ca.pem, the authority that signed its certificate'
    : /authorization/i.test(reason)
      ? `give the user ${users.platform.user} there the password NATS_PLATFORM_PASSWORD (docs/configuration.md)`
      : 'start that server, mend the address, or unset it for the embedded nats-server';
  return `nats-server at ${servers.join(', ')} (NATS_URL) cannot be used: ${reason}\n  Fix: ${fix}.`;
}
