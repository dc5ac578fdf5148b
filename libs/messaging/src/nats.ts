import { connect, type NatsConnection } from '@nats-io/transport-node';

export interface NatsSettings {
  servers: string[];
  user: string;
  password: string;
}

/** Reconnects for ever: an outage of NATS is waited out, readiness tells of it. Replies come to an inbox of our own. */
export function connectNats(settings: NatsSettings, name: string): Promise<NatsConnection> {
  return connect({
    servers: settings.servers,
    user: settings.user,
    pass: settings.password,
    name: `tidegate ${name}`,
    inboxPrefix: `_INBOX_${settings.user}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    noAsyncTraces: true,
    pingInterval: 10_000,
    maxPingOut: 2,
  });
}

/** Connects once, and answers why that did not work: a reason that waiting will not mend. */
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
