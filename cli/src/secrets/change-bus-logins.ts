import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { whileHeld } from '@tidegate/messaging/hold-calls';
import { connectNats } from '@tidegate/messaging/nats';
import { previousName } from '@tidegate/runtime/current-secrets';
import { askNats } from '@tidegate/runtime/embedded/nats-monitor';
import { findNats, type RunningNats, startNats } from '@tidegate/runtime/embedded/nats-server';
import { CHANGED_LOGINS } from '@tidegate/runtime/nats-login';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS, makePassword, natsNames, readSecrets, type Secrets } from '@tidegate/runtime/secrets-file';
import type { Login } from '@tidegate/runtime/settings';
import { dropPrevious, hasPrevious, putNew } from './change-file.ts';

/*
 * Logins at the embedded nats-server. A name has one password there, so each member alternates between two names:
 *
 *   nats-server has both ──► secrets.json has both ──► connections are made again, one after the other, without a call on its
 *     way (libs/messaging/src/changed-logins.ts) ──► nobody uses the old ones ──► secrets.json and nats-server drop them
 *
 * Interrupted anywhere, the same command finishes the change.
 */
const MOVED_MS = 60_000;
const EVERY_MS = 500;
const SECOND = '-2';

type Member = (typeof BUS_MEMBERS)[number];

const NAMES = BUS_MEMBERS.flatMap((member) => natsNames(member));

export async function changeBusLogins(dataDir: string): Promise<string[]> {
  const nats = await findNats(join(dataDir, 'nats'));
  if (!nats) throw new Error(`nats-server does not run on ${dataDir}.\n  Fix: npm start, or set DATA_DIR.`);
  const resumed = hasPrevious(dataDir, NAMES);
  if (!resumed) {
    const before = Object.fromEntries(BUS_MEMBERS.map((member) => [natsNames(member)[0], member]));
    const made = newLogins({ ...before, ...readSecrets(dataDir) });
    // A connection that breaks meanwhile must not be refused.
    await accept(dataDir, nats, [readSecrets(dataDir), made]);
    putNew(dataDir, made, before);
  }
  const secrets = readSecrets(dataDir);
  const old = previousOf(secrets);
  await accept(dataDir, nats, [secrets, old]);
  await moveAll(
    nats,
    secrets,
    BUS_MEMBERS.map((member) => loginOf(old, member).user),
  );
  dropPrevious(dataDir, NAMES);
  await accept(dataDir, nats, [secrets]);
  return [
    ...(resumed ? ['went on with a change that had been interrupted'] : []),
    `${BUS_MEMBERS.length} logins changed; every connection uses its new one`,
  ];
}

/** The `authorization` block of the embedded server, as secrets.json has it. */
export function busAuthorization(get: (name: string) => string | undefined): string {
  const known = Object.fromEntries(
    NAMES.flatMap((name) => [name, previousName(name)]).map((name) => [name, get(name)]),
  );
  const secrets = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Secrets;
  return authorizationOf([secrets, previousOf(secrets)]);
}

const authorizationOf = (all: readonly Secrets[]): string =>
  natsAuthorization(
    Object.fromEntries(
      BUS_MEMBERS.map((member) => [
        member,
        all.filter((secrets) => secrets[natsNames(member)[1]] !== undefined).map((secrets) => loginOf(secrets, member)),
      ]),
    ) as Record<Member, Login[]>,
  );

function loginOf(secrets: Secrets, member: Member): Login {
  const [user, password] = natsNames(member);
  return { user: secrets[user] ?? member, password: secrets[password] ?? '' };
}

const newLogins = (before: Secrets): Secrets =>
  Object.fromEntries(
    BUS_MEMBERS.flatMap((member) => {
      const [user, password] = natsNames(member);
      return [
        [user, loginOf(before, member).user === member ? `${member}${SECOND}` : member],
        [password, makePassword()],
      ];
    }),
  );

const previousOf = (secrets: Secrets): Secrets =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = secrets[previousName(name)];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The server reads its users again; nobody who still has one is disconnected, and no answer is on its way. */
async function accept(dataDir: string, nats: RunningNats, all: readonly Secrets[]): Promise<void> {
  const nc = await connectAsPlatform(nats, readSecrets(dataDir));
  try {
    const gateways = (await connections(nats.monitorPort)).filter(({ name }) => name === 'tidegate gateway').length;
    await whileHeld(nc, gateways, async () => {
      await startNats({
        dir: join(dataDir, 'nats'),
        port: nats.port,
        monitorPort: nats.monitorPort,
        authorization: authorizationOf(all),
      });
    });
  } finally {
    await nc.close();
  }
}

const connectAsPlatform = (nats: RunningNats, secrets: Secrets) =>
  connectNats({ servers: [nats.url], ...loginOf(secrets, 'platform'), member: 'platform' }, 'cli');

/** Asks every process to connect again, until nobody is connected as before. */
async function moveAll(nats: RunningNats, secrets: Secrets, old: readonly string[]): Promise<void> {
  const nc = await connectAsPlatform(nats, secrets);
  try {
    const until = performance.now() + MOVED_MS;
    for (;;) {
      for (const service of SERVICE_NAMES) nc.publish(`wake.${service}.${CHANGED_LOGINS}`, 'cli');
      await nc.flush();
      await pause(EVERY_MS);
      const left = await connectedAs(nats.monitorPort, old);
      if (left.length === 0) return;
      if (performance.now() > until) throw new Error(stillThere(left));
    }
  } finally {
    await nc.close();
  }
}

async function connectedAs(monitorPort: number, users: readonly string[]): Promise<string[]> {
  return (await connections(monitorPort))
    .filter(({ authorized_user: user }) => user !== undefined && users.includes(user))
    .map(({ authorized_user: user, name }) => `${name ?? 'a connection'} (${user})`);
}

async function connections(monitorPort: number): Promise<{ authorized_user?: string; name?: string }[]> {
  const answer = await askNats(monitorPort, '/connz?auth=true&limit=4096');
  if (!answer) throw new Error('nats-server does not say who is connected.\n  Fix: npx tidegate doctor');
  return answer['connections'] as { authorized_user?: string; name?: string }[];
}

const stillThere = (left: readonly string[]): string =>
  `These are still connected with their old login: ${left.join(', ')}. Both logins count until the change is finished.\n  Fix: restart what they belong to, then run the same command again.`;
