import { chance, MINUTE_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Session } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import type { WaitGroup } from '../activity/activity.queries.ts';
import { intensity, isThere, type Jam, type MadeUpServer, slowness, waitingIn, workUs } from './fleet.ts';
import { HOLDS_THE_LOCK, type MadeUpStatement } from './workload.ts';

export interface MadeUpActivity {
  at: number;
  spanMs: number;
  total: number;
  active: number;
  idle: number;
  idleInTransaction: number;
  waiting: number;
  longestTransactionUs: number;
  groups: { state: string; role: string; application: string; backend: string; sessions: number }[];
  sessions: Session[];
  locks: LockWait[];
  waits: WaitGroup[];
}

/** As PostgreSQL writes it: 64 bits with a sign. */
export function queryIdOf(server: MadeUpServer, { text }: MadeUpStatement): string {
  const [high, low] = [chance(`${server.database} ${text}`, 1), chance(`${server.database} ${text}`, 2)];
  return BigInt.asIntN(64, (BigInt(Math.floor(high * 2 ** 32)) << 32n) | BigInt(Math.floor(low * 2 ** 32))).toString();
}

/** What the sessions did at an instant. Who works on what follows from the time that each statement takes. */
export function activityAt(
  server: MadeUpServer,
  at: number,
  { spanMs, jams, until }: { spanMs: number; jams: readonly Jam[]; until: number },
): MadeUpActivity {
  const { name, database } = server;
  const busy = intensity(server, at);
  const wanted = (workUs(server, at, until) / 60_000_000) * busy * (0.6 + 0.8 * chance(`${name} look`, at));
  const some = Math.floor(wanted) + (chance(`${name} part`, at) < wanted % 1 ? 1 : 0);
  // Whoever looks at the demo sees somebody at work, also by night.
  const working = at + spanMs >= until ? Math.max(1, some) : some;
  const jam = jams.find((one) => waitingIn(one, at) > 0);
  const waiting = jam ? waitingIn(jam, at) : 0;
  const sessions = Array.from({ length: working }, (_, place) => workingSession(server, at, place, until));
  if (jam) sessions.push(...jammed(server, jam, at, waiting));
  const idleInTransaction = jam ? 1 : chance(`${name} idle`, at) < 0.3 * busy ? 1 : 0;
  const total = Math.round(server.connected * (0.85 + 0.15 * busy)) + waiting;
  const active = working + waiting;
  const idle = Math.max(0, total - active - idleInTransaction);
  const grouped = new Map<string, WaitGroup>();
  for (const { state, waitType, waitEvent, queryId } of sessions) {
    const key = `${state} ${waitType} ${waitEvent} ${queryId}`;
    const known = grouped.get(key);
    if (known) known[5] += 1;
    else grouped.set(key, [state, waitType, waitEvent, queryId, database, 1]);
  }
  const [first] = server.statements;
  const of = { role: first?.role ?? 'app', application: first?.application ?? '', backend: 'client backend' };
  return {
    ...{ at, spanMs, total, active, idle, idleInTransaction, waiting },
    longestTransactionUs: Math.max(
      0,
      ...sessions.map(({ transactionSeconds }) => Math.round((transactionSeconds ?? 0) * 1_000_000)),
    ),
    groups: [
      { state: 'active', ...of, sessions: active },
      { state: 'idle', ...of, sessions: idle },
      { state: 'idle in transaction', ...of, sessions: idleInTransaction },
    ].filter((group) => group.sessions > 0),
    sessions,
    locks: jam ? locksOf(jam, at, waiting) : [],
    waits: [...grouped.values()],
  };
}

function workingSession(server: MadeUpServer, at: number, place: number, until: number): Session {
  const statement = picked(server, chance(`${server.name} works ${place}`, at), at, until);
  const seconds = (statement.meanMs * slowness(statement, at, until) * (0.2 + chance('for', at + place))) / 1_000;
  const waits = statement.waits ?? [];
  const wait =
    chance(`waits ${place}`, at) < 0.55 ? waits[Math.floor(chance(`wait ${place}`, at) * waits.length)] : undefined;
  return {
    pid: 10_000 + Math.floor(chance(`pid ${place}`, at) * 9_000),
    database: server.database,
    role: statement.role,
    application: statement.application,
    client: `10.20.0.${11 + Math.floor(chance(`client ${place}`, at) * 6)}`,
    backend: 'client backend',
    state: 'active',
    waitType: wait?.[0] ?? null,
    waitEvent: wait?.[1] ?? null,
    blockedBy: [],
    querySeconds: rounded(seconds),
    stateSeconds: rounded(seconds),
    transactionSeconds: rounded(seconds * 1.3),
    queryId: queryIdOf(server, statement),
    text: statement.text,
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;

function picked(server: MadeUpServer, share: number, at: number, until: number): MadeUpStatement {
  const weights = server.statements.map((one) =>
    isThere(one, at, until) ? one.calls * one.meanMs * slowness(one, at, until) : 0,
  );
  let left = share * weights.reduce((sum, weight) => sum + weight, 0);
  const place = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return server.statements[Math.max(0, place)] as MadeUpStatement;
}

/** Of the table that everybody updates. */
const updateOf = ({ statements }: MadeUpServer): MadeUpStatement =>
  (statements.find(({ text }) => text.startsWith('UPDATE inventory')) ?? statements[0]) as MadeUpStatement;

export const ROOT = {
  state: 'idle in transaction',
  application: 'shop-worker',
  text: HOLDS_THE_LOCK,
};

function jammed(server: MadeUpServer, jam: Jam, at: number, waiting: number): Session[] {
  const statement = updateOf(server);
  const age = (at - jam.from) / 1_000 + 14;
  const shared = { database: server.database, role: statement.role, client: '10.20.0.17', backend: 'client backend' };
  const root: Session = {
    ...shared,
    ...{ pid: jam.pid, application: ROOT.application, state: ROOT.state, waitType: 'Client', waitEvent: 'ClientRead' },
    ...{ blockedBy: [], querySeconds: null, stateSeconds: rounded(age - 8), transactionSeconds: rounded(age) },
    ...{ queryId: null, text: ROOT.text },
  };
  return [
    root,
    ...Array.from({ length: waiting }, (_, place): Session => {
      const seconds = rounded(Math.max(1, (age * (waiting - place)) / (waiting + 1)));
      return {
        ...shared,
        ...{
          pid: jam.pid + 1 + place,
          application: 'shop-web',
          state: 'active',
          waitType: 'Lock',
          waitEvent: 'transactionid',
        },
        blockedBy: [place === 0 ? jam.pid : jam.pid + place],
        ...{ querySeconds: seconds, stateSeconds: seconds, transactionSeconds: rounded(seconds + 0.2) },
        queryId: queryIdOf(server, statement),
        text: statement.text,
      };
    }),
  ];
}

const locksOf = (jam: Jam, at: number, waiting: number): LockWait[] =>
  Array.from({ length: waiting }, (_, place) => ({
    blocked: jam.pid + 1 + place,
    blocker: place === 0 ? jam.pid : jam.pid + place,
    lockType: place === 0 ? 'transactionid' : 'tuple',
    relation: place === 0 ? null : 'public.inventory',
    wantedMode: place === 0 ? 'ShareLock' : 'ExclusiveLock',
    blockerMode: 'ExclusiveLock',
    held: place === 0,
    waitSeconds: rounded(Math.max(1, ((at - jam.from) / 1_000) * (1 - place / (waiting + 1)))),
    preparedTransaction: null,
  }));

/** Often where people look, and often enough elsewhere; during a jam every half minute. */
export function instantsOf(
  { from, to, until }: { from: number; to: number; until: number },
  jams: readonly Jam[],
): { at: number; spanMs: number }[] {
  const taken: { at: number; spanMs: number }[] = [];
  for (let at = Math.ceil(from / 30_000) * 30_000; at < to; ) {
    const age = until - at;
    const inJam = jams.some((jam) => at >= jam.from - MINUTE_MS && at < jam.to + MINUTE_MS);
    const spanMs =
      inJam || age < 90 * MINUTE_MS ? 30_000 : age < 2 * 1_440 * MINUTE_MS ? 2 * MINUTE_MS : 10 * MINUTE_MS;
    taken.push({ at, spanMs });
    // On the same instants, whatever came before.
    at = Math.floor(at / spanMs) * spanMs + spanMs;
  }
  return taken;
}
