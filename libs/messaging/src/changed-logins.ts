import type { NatsConnection } from '@nats-io/nats-core';
import { Log } from '@tidegate/telemetry/log';
import { watchOf } from './nats-watch.ts';

/*
 * The login of a service is changed while it runs: the bus accepts both for a while, and each connection is made again with
 * the new one. Whatever is on its way then would be lost, so another connection stands in:
 *
 *   another, with the new login ──► calls and operations go over it too ──► no answer is owed over the old one
 *     ──► the old one is made again ──► everything is back on it ──► the other is closed
 *
 * A caller or a receiver of operations takes part by `standIn`. Events, wakes and live topics survive a broken connection by
 * themselves.
 */
export interface StandIn {
  /** Goes over `beside` too; resolves when nothing is owed over the connection itself. */
  begin(beside: NatsConnection): Promise<void>;
  /** Back on the connection; resolves when nothing is owed over the other. */
  end(): Promise<void>;
}

interface Changeable {
  isCurrent: () => boolean;
  another: () => Promise<NatsConnection>;
}

const RECONNECT_MS = 10_000;
const standIns = new WeakMap<NatsConnection, Set<StandIn>>();
const changeable = new Map<NatsConnection, Changeable>();
const log = new Log({ part: 'nats' });
let changing: Promise<void> | undefined;

export function standIn(nc: NatsConnection, part: StandIn): void {
  standIns.set(nc, (standIns.get(nc) ?? new Set()).add(part));
}

/** `isCurrent`: whether the connection was made with the login that counts now. `another`: one like it, made now. */
export function mayChange(nc: NatsConnection, how: Changeable): void {
  changeable.set(nc, how);
  void nc.closed().then(() => changeable.delete(nc));
}

/** Makes the connections of this process again whose login has changed, one after the other. */
export function useCurrentLogins(): Promise<void> {
  changing ??= changeAll().finally(() => {
    changing = undefined;
  });
  return changing;
}

async function changeAll(): Promise<void> {
  for (const [nc, how] of [...changeable]) {
    if (nc.isClosed() || how.isCurrent() || !watchOf(nc).connected) continue;
    await change(nc, how).catch((error: unknown) => log.error({ error }, 'A connection kept its old login'));
  }
}

async function change(nc: NatsConnection, { another }: Changeable): Promise<void> {
  const beside = await another();
  const parts = [...(standIns.get(nc) ?? [])];
  try {
    await Promise.all(parts.map((part) => part.begin(beside)));
    await nc.flush();
    const connected = new Promise<void>((resolve) => watchOf(nc).onReconnect(resolve));
    await nc.reconnect();
    await Promise.race([connected, new Promise((resolve) => setTimeout(resolve, RECONNECT_MS).unref())]);
  } finally {
    await Promise.all(parts.map((part) => part.end()));
    await beside.drain();
  }
}
