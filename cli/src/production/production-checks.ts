import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isBackupConfigured } from '@tidegate/runtime/backup-state';
import { readVariable } from '@tidegate/runtime/config';
import { listOf } from '@tidegate/runtime/list-of';
import { readSecrets } from '@tidegate/runtime/secrets-file';
import { hostOf, isOnThisMachine, isWeak, localHosts } from '@tidegate/runtime/settings-checks';
import pg from 'pg';
import { checkEnvironment } from '../check-environment.ts';
import { type Check, type Finding, fine, type Installation, problem } from '../doctor-checks.ts';
import { adminPasswordFile } from '../embedded.ts';
import { readMemory } from '../kernel/installation.ts';
import { listed } from '../secrets/list.ts';
import { askVersion, runningAdminUrl } from '../versions.ts';
import { seeCertificate } from './certificate.ts';
import { listening } from './listening.ts';
import { outdatedPostgres } from './versions.rules.ts';

/* What is fine on one's own machine, or for a week, and not in front of customers. */

const RENEW_DAYS = 14;
const CLOCK_MS = 2_000;

function mode({ env, dataDir }: Installation): Finding {
  const { production } = checkEnvironment({ ...env, DATA_DIR: dataDir });
  return production
    ? fine('mode', 'the mode is production')
    : problem(
        'mode',
        'mode_development',
        'the mode is development',
        'PUBLIC_URL=https://… or TIDEGATE_MODE=production',
      );
}

async function tls({ env, dataDir }: Installation): Promise<Finding> {
  const { publicUrl } = checkEnvironment({ ...env, DATA_DIR: dataDir });
  const url = new URL(publicUrl);
  if (url.protocol !== 'https:') {
    const what = `customers reach it without TLS (${publicUrl})`;
    return problem(
      'tls',
      'tls_missing',
      what,
      'PUBLIC_URL=https://… behind a proxy (docs/operations.md#proxy-and-tls)',
    );
  }
  const seen = await seeCertificate(url);
  if ('trouble' in seen) {
    const fix = 'start the proxy, or mend its certificate or the DNS record; a private authority: NODE_EXTRA_CA_CERTS';
    return problem('tls', 'tls_refused', `a browser would refuse ${publicUrl}: ${seen.trouble}`, fix);
  }
  const what = `the certificate of ${url.hostname} is valid for ${seen.days} days`;
  if (seen.days >= RENEW_DAYS) return fine('tls', what);
  return problem('tls', 'tls_ends', what, 'see why the proxy does not renew it: its log');
}

function transport({ env, dataDir }: Installation): Finding {
  const local = localHosts(env);
  const only = ['loopback', ...local].join(', ');
  if (env['ALLOW_INSECURE'] !== 'true' || needsNone({ env, dataDir }))
    return fine('transport', `nothing but ${only} is used without TLS`);
  const what = 'ALLOW_INSECURE lets the database and NATS be reached without TLS';
  return problem(
    'transport',
    'insecure_allowed',
    what,
    'unset it; LOCAL_HOSTS=… for servers on a network of this machine alone',
  );
}

/** Whether ALLOW_INSECURE, which `deploy/compose` sets for the release before, allows nothing: every server is this machine's. */
function needsNone({ env, dataDir }: Pick<Installation, 'env' | 'dataDir'>): boolean {
  if (localHosts(env).length === 0) return false;
  const { publicUrl } = checkEnvironment({ ...env, DATA_DIR: dataDir });
  const secrets = readSecrets(dataDir);
  const servers = ['DATABASE_URL', 'NATS_URL'].flatMap((name) => listOf(readVariable(env, name) ?? secrets[name]));
  return publicUrl.startsWith('https:') && servers.every((server) => isOnThisMachine(hostOf(server), env));
}

function proxy({ env, dataDir }: Installation): Finding {
  const { publicUrl } = checkEnvironment({ ...env, DATA_DIR: dataDir });
  if (!publicUrl.startsWith('https:') || env['TRUST_PROXY']) return fine('proxy', 'addresses of customers are known');
  const what = 'TRUST_PROXY is not set: all customers behind the proxy share one limit, and its address is in the logs';
  return problem('proxy', 'trust_proxy_missing', what, 'TRUST_PROXY=127.0.0.1, or wherever the proxy runs');
}

function weakSecrets({ env, dataDir }: Installation): Finding {
  const secrets = { ...readSecrets(dataDir) };
  const names = new Set([...Object.keys(secrets), ...Object.keys(env)]);
  const weak = [...names].filter((name) => {
    if (!/(_PASSWORD|_SECRET|_TOKEN|_PASSPHRASE)$/.test(name) || /^(SMTP|ADMIN|STRIPE|BACKUP_S3)_/.test(name))
      return false;
    const value = readVariable(env, name) ?? secrets[name];
    return value !== undefined && isWeak(value);
  });
  if (weak.length === 0) return fine('secret-strength', 'no secret is weak');
  const fix = 'npx tidegate secrets list shows how each is changed; openssl rand -base64 32 makes a good one';
  return problem('secret-strength', 'secret_weak', `too weak: ${weak.sort().join(', ')}`, fix);
}

function oldSecrets({ env, dataDir }: Installation): Finding[] {
  const all = listed(dataDir, env);
  const old = all.flatMap(({ name, daysLeft }) =>
    daysLeft !== null && daysLeft < 0
      ? [
          problem(
            'secret-age',
            'secret_old',
            `${name} should have been changed ${-daysLeft} days ago`,
            `npx tidegate secrets rotate ${name}`,
          ),
        ]
      : [],
  );
  const both = all.filter(({ overlaps, daysLeft, everyDays }) => overlaps && everyDays - (daysLeft ?? 0) > 7);
  const kept = both.map(({ name }) =>
    problem(
      'secret-age',
      'secret_overlaps',
      `the ${name} before the last change still counts`,
      'npx tidegate secrets retire',
    ),
  );
  return old.length + kept.length > 0 ? [...old, ...kept] : [fine('secret-age', 'no secret is due to be changed')];
}

function firstPassword({ env, dataDir }: Installation): Finding {
  const file = adminPasswordFile(dataDir, env);
  if (!existsSync(file)) return fine('first-password', 'the first password is not lying around');
  const what = `the first password of admin@localhost is still in ${file}`;
  return problem('first-password', 'first_password_kept', what, `log in, change it, then rm ${file}`);
}

function ports({ env, dataDir }: Installation): Finding {
  const { port, host } = checkEnvironment({ ...env, DATA_DIR: dataDir });
  const memory = readMemory(dataDir).ports;
  const ours = new Map<number, string>([[port, 'the gateway']]);
  const others = { PostgreSQL: memory.postgres, 'nats-server': memory.nats, 'its monitoring': memory.natsMonitor };
  for (const [name, number] of Object.entries(others)) if (number) ours.set(number, name);
  for (const [name, number] of Object.entries(memory.health ?? {})) ours.set(number, `health of ${name}`);
  const open = listening().filter((one) => !one.local && ours.has(one.port));
  // In a container every address is the container's.
  const isContainer = existsSync('/.dockerenv') || existsSync('/run/.containerenv');
  const exposed = [...new Set(open.map((one) => one.port))].filter((one) => !(isContainer && one === port));
  if (exposed.length === 0)
    return fine('exposed-ports', `nothing of ours listens beyond this machine (${host}:${port})`);
  const names = exposed.map((one) => `${ours.get(one)} (${one})`).join(', ');
  const fix = 'HOST=127.0.0.1 behind a proxy, HEALTH_HOST=127.0.0.1; a firewall until then';
  return problem('exposed-ports', 'port_exposed', `reachable from other machines without TLS: ${names}`, fix);
}

function backupsWanted({ env }: Installation): Finding {
  if (isBackupConfigured(env)) return fine('backups-wanted', 'backups are made');
  const fix = 'BACKUP_TO=… BACKUP_PASSPHRASE=… (docs/runbooks/restore.md)';
  return problem('backups-wanted', 'no_backups', 'no backups are made: a lost disk is the end', fix);
}

function mails({ env, dataDir }: Installation): Finding {
  if (env['SMTP_HOST'] || readSecrets(dataDir)['SMTP_HOST']) return fine('mails', 'e-mail addresses are verified');
  const what = 'without a mail server anybody may register with any address, and nobody can reset a password';
  return problem('mails', 'smtp_missing', what, 'SMTP_HOST, SMTP_FROM (docs/configuration.md#notifier)');
}

async function databaseAndClock({ env, dataDir }: Installation): Promise<Finding[]> {
  const url = await runningAdminUrl(dataDir, env);
  if (!url) return [];
  const version = await askVersion(url);
  const why = outdatedPostgres(version, Date.now());
  const age = why
    ? problem(
        'postgres-age',
        'postgres_outdated',
        `PostgreSQL ${version}: ${why}`,
        'move to a newer major version (pg_upgrade)',
      )
    : fine('postgres-age', `PostgreSQL ${version} gets corrections`);
  return [age, await clock(url)];
}

/** Bots, tokens and invoices believe this machine’s clock. */
async function clock(url: string): Promise<Finding> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  const began = Date.now();
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now').finally(() => client.end());
  const ended = Date.now();
  const there = rows[0]?.now.getTime() ?? began;
  const away = Math.max(began - there, there - ended, 0);
  if (away > CLOCK_MS) {
    const what = `the clocks of this machine and of PostgreSQL differ by ${(away / 1_000).toFixed(1)} s`;
    return problem('clock', 'clock_differs', what, 'synchronise both: apt-get install chrony');
  }
  const { stdout } = spawnSync('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  if (stdout?.trim() === 'no')
    return problem(
      'clock',
      'clock_free',
      'nothing keeps this machine’s clock right',
      'timedatectl set-ntp true, or apt-get install chrony',
    );
  return fine(
    'clock',
    stdout?.trim() === 'yes' ? 'the clock is kept right' : 'this machine and PostgreSQL have the same time',
  );
}

export const PRODUCTION: readonly Check[] = [
  mode,
  tls,
  transport,
  proxy,
  weakSecrets,
  oldSecrets,
  firstPassword,
  ports,
  backupsWanted,
  mails,
];

/** Need a running PostgreSQL. */
export const PRODUCTION_SERVERS: readonly Check[] = [databaseAndClock];
