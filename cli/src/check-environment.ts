import { BillingConfig } from '@tidegate/billing/billing.config';
import { GatewayConfig } from '@tidegate/gateway/gateway.config';
import { natsTrouble } from '@tidegate/messaging/nats';
import { MonitorAgentConfig } from '@tidegate/monitor-agent/monitor-agent.config';
import { NotifierConfig } from '@tidegate/notifier/notifier.config';
import { loadConfigs } from '@tidegate/runtime/config';
import { mayPass, persist } from '@tidegate/runtime/persist';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { UsageConfig } from '@tidegate/usage/usage.config';
import pg from 'pg';
import { say } from './kernel/installation.ts';

const WITHIN_MS = 20_000;

/** Refuses invalid settings of the platform and of every service before any server is started. */
export function checkEnvironment(env: NodeJS.ProcessEnv): Settings {
  // The addresses of embedded servers are not known yet.
  const embedded = ['DATABASE_URL', 'NATS_URL'].filter((name) => !env[name] && !env[`${name}_FILE`]);
  const given = Object.fromEntries(embedded.map((name) => [name, PLACES[name as keyof typeof PLACES]]));
  const problems: string[] = [];
  const gather = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const settings = gather(() => loadSettings({ ...env, ...given }, []));
  gather(() => loadConfigs(SERVICE_CONFIGS, env));
  if (!settings || problems.length > 0) throw new Error(problems.join('\n'));
  return settings;
}

/** Cheap to load, unlike the services. */
const SERVICE_CONFIGS = [BillingConfig, UsageConfig, MonitorAgentConfig, NotifierConfig, GatewayConfig];

const PLACES = { DATABASE_URL: 'postgresql://localhost/tidegate', NATS_URL: 'nats://localhost' };

/**
 * Waits for an external PostgreSQL or nats-server that is down, since a booting machine starts everything at once; one
 * that refuses us is reported at once, with the name of the setting that points there.
 */
export async function checkExternal(
  { database, nats }: Settings,
  external: { database: boolean; nats: boolean },
  until: number,
): Promise<void> {
  const { adminUrl } = database;
  const checks: [string, () => Promise<Trouble | undefined>][] = [];
  if (external.database && adminUrl) {
    const { host, pathname } = new URL(adminUrl);
    checks.push([`PostgreSQL at ${host}${pathname} (DATABASE_URL)`, () => databaseTrouble(adminUrl)]);
  }
  if (external.nats) {
    checks.push([`nats-server at ${nats.servers.join(', ')} (NATS_URL)`, () => natsTroubleOf(nats)]);
  }
  const troubles = await Promise.all(checks.map(([what, check]) => waitFor(what, check, until)));
  const found = troubles.filter((one) => one !== undefined);
  if (found.length > 0) throw new Error(found.join('\n'));
}

/** What start and doctor print: the mode decides whether customers may reach what listens on this machine. */
export const describeMode = ({ mode }: Settings): string =>
  mode === 'production'
    ? 'production'
    : 'DEVELOPMENT, not for customers: whoever registers may send webhooks to this machine and have its servers\n             watched, and weak secrets are accepted. TIDEGATE_MODE=production changes that.';

interface Trouble {
  reason: string;
  fix: string;
  /** Waiting may help. */
  passes: boolean;
}

const describeTrouble = (what: string, { reason, fix }: Trouble): string =>
  `${what} cannot be used: ${reason}\n  Fix: ${fix}.`;

async function waitFor(
  what: string,
  check: () => Promise<Trouble | undefined>,
  until: number,
): Promise<string | undefined> {
  let trouble: Trouble | undefined;
  const work = async (): Promise<void> => {
    trouble = await check();
    if (trouble) throw new Error(trouble.reason);
  };
  const passes = () => trouble?.passes === true;
  await persist(work, { what, until, fix: '', report: say, passes }).catch(() => undefined);
  return trouble && describeTrouble(what, trouble);
}

async function databaseTrouble(url: string): Promise<Trouble | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: WITHIN_MS });
  client.on('error', () => undefined);
  const { pathname, username } = new URL(url);
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const fix =
      code === '28P01' || code === '28000'
        ? `correct the user (${username}) or password, or pg_hba.conf on the server`
        : code === '3D000'
          ? `createdb ${pathname.slice(1)}, or name a database that exists`
          : 'start that server, correct the address, or unset it for the embedded PostgreSQL';
    return { reason: message || String(code), fix, passes: mayPass(error) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Why the external nats-server cannot be used, and the fix; undefined when it can. */
export async function busTrouble(nats: Settings['nats']): Promise<string | undefined> {
  const trouble = await natsTroubleOf(nats);
  return trouble && describeTrouble(`nats-server at ${nats.servers.join(', ')} (NATS_URL)`, trouble);
}

async function natsTroubleOf({ servers, users }: Settings['nats']): Promise<Trouble | undefined> {
  const reason = await natsTrouble({ servers, ...users.platform }, WITHIN_MS);
  if (reason === undefined) return undefined;
  if (/certificate|self-signed/i.test(reason)) {
    const fix = 'NODE_EXTRA_CA_CERTS=/path/to/ca.pem, the authority that signed its certificate';
    return { reason, fix, passes: false };
  }
  if (/authorization/i.test(reason)) {
    const fix = `set the password of the user ${users.platform.user} there to NATS_PLATFORM_PASSWORD (docs/configuration.md)`;
    return { reason, fix, passes: false };
  }
  return {
    reason,
    fix: 'start that server, correct the address, or unset it for the embedded nats-server',
    passes: true,
  };
}
