import { setTimeout } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { EVENTS_STREAM } from '@tidegate/contracts/kernel/event';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';
import { waitForWriters } from '@tidegate/database/deleted-organisations';
import { findMoving, freeze, park, thaw, unsent } from '@tidegate/database/move/moving-organisations';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { connectNats, natsTrouble } from '@tidegate/messaging/nats';
import { operatorSettings } from '../operator.ts';
import { countedUntil } from './move.rows.ts';
import { type MovingService, serviceOf } from './moving-services.ts';

/*
 * Nothing of the organisation changes here any more, and every service knows the same:
 *   frozen in each service → who wrote meanwhile has ended → its queues are parked → its events are sent, and handled by
 *   all → its usage is counted
 * Interrupted anywhere it stays frozen; the same command goes on, `organisations thaw` ends it.
 */
const WITHIN_MS = 120_000;
const POLL_MS = 200;
const ANSWER_MS = 5_000;
/** More than events that one leads to: organisation → subscription → entitlements → limits. */
const ROUNDS = 5;

/** A short transaction beside what freezes the organisation. */
export async function moving<T>(tenants: TenantDatabase, orgId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const transaction = tenants.moving(orgId);
  return transaction.run(work);
}

export async function freezeOrganisation(services: readonly MovingService[], orgId: string): Promise<void> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const settled = await settlement(services, orgId);
  try {
    for (const { tenants } of services) await moving(tenants, orgId, (tx) => freeze(tx, orgId));
    for (const { service, tenants } of services) {
      const { state } = (await findMoving(tenants.reader({}), orgId)) ?? {};
      if (state !== 'frozen') throw new Error(`${service} says that ${orgId} is ${state ?? 'not'} moving.`);
      if (!(await waitForWriters(tenants.reader({}), signal))) throw late('a transaction that writes for it');
    }
    for (const { tenants, queues } of services) await moving(tenants, orgId, (tx) => park(tx, orgId, queues));
    await settled.reached(signal);
  } finally {
    await settled.close();
  }
}

/** Its work is back in the queues before the last service lets anybody write. */
export async function thawOrganisation(services: readonly MovingService[], orgId: string): Promise<boolean> {
  let thawed = false;
  for (const { tenants, queues } of services)
    thawed = (await moving(tenants, orgId, (tx) => thaw(tx, orgId, queues))) || thawed;
  return thawed;
}

const late = (what: string): Error =>
  new Error(
    `The organisation is frozen, but ${what} did not end within ${WITHIN_MS / 1_000} s.\n  Fix: npx tidegate status; then the same command again, or npx tidegate organisations thaw.`,
  );

/** Asks the running installation how far it is. */
async function settlement(services: readonly MovingService[], orgId: string) {
  const { nats } = await operatorSettings();
  const login = { servers: nats.servers, ...nats.users.platform };
  const trouble = await natsTrouble(login, ANSWER_MS);
  if (trouble)
    throw new Error(`NATS at ${nats.servers.join(', ')} cannot be used: ${trouble}\n  Fix: npx tidegate doctor`);
  const nc = await connectNats(login, 'move');
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const waitUntil = async (signal: AbortSignal, what: string, done: () => Promise<boolean>): Promise<void> => {
    while (!(await done())) {
      if (signal.aborted) throw late(what);
      await setTimeout(POLL_MS);
    }
  };
  const allSent = async (): Promise<boolean> => {
    for (const { tenants } of services) if ((await unsent(tenants.reader({}), orgId)) > 0) return false;
    return true;
  };
  /** Of every consumer: nothing up to that message waits or is under way. */
  const handled = async (sequence: number): Promise<boolean> => {
    for await (const { num_pending, num_ack_pending, ack_floor } of manager.consumers.list(EVENTS_STREAM))
      if (ack_floor.stream_seq < sequence && num_pending + num_ack_pending > 0) return false;
    return true;
  };
  const last = async (stream: string): Promise<number> => (await manager.streams.info(stream)).state.last_seq;
  return {
    async reached(signal: AbortSignal): Promise<void> {
      // An event may lead to others, and those to others again.
      for (let round = 0; round < ROUNDS; round += 1) {
        await waitUntil(signal, 'sending its events', allSent);
        const now = await last(EVENTS_STREAM);
        await waitUntil(signal, 'handling its events', () => handled(now));
      }
      const used = await last(USAGE_STREAM);
      const { tenants } = serviceOf(services, 'usage');
      await waitUntil(
        signal,
        'counting its usage',
        async () => (await countedUntil(tenants.reader({}), USAGE_STREAM)) >= used,
      );
    },
    close: () => nc.close(),
  };
}
