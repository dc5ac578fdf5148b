import { connect, type NatsConnection } from '@nats-io/transport-node';
import { watchOf } from './nats-watch.ts';
import { keepPulse } from './pulse.ts';

export interface NatsSettings {
  servers: string[];
  user: string;
  password: string;
}

/**
 * Reconnects without end: an outage of NATS is waited out, and readiness reports it. Replies come to an inbox of our
 * own.
 */
export async function connectNats(settings: NatsSettings, name: string): Promise<NatsConnection> {
  const nc = await connect({
    servers: settings.servers,
    user: settings.user,
    pass: settings.password,
    name: `tidegate ${name}`,
    inboxPrefix: `_INBOX_${settings.user}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    noAsyncTraces: true,
    // The pulse asks much sooner.
    pingInterval: 120_000,
  });
  watchOf(nc);
  keepPulse(nc);
  return nc;
}

/** Connects once, and returns why that failed, if waiting will not help. */
export async function natsTrouble(
  { servers, user, password }: NatsSettings,
  withinMs: number,
): Promise<string | undefined> {
  try {
    const nc = await connect({ servers, user, pass: password, timeout: withinMs, reconnect: false });
    await nc.close();
    return undefined;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error && cause.message !== message ? `${message}: ${cause.message}` : message;
  }
}
