import { connect, type NatsConnection, usernamePasswordAuthenticator } from '@nats-io/transport-node';
import { mayChange } from './changed-logins.ts';
import { watchOf } from './nats-watch.ts';
import { keepPulse } from './pulse.ts';

export interface NatsLogin {
  user: string;
  password: string;
}

export interface NatsSettings extends NatsLogin {
  servers: string[];
  /** The login as it is now, where it may change while the connection lives. */
  current?: (() => NatsLogin) | undefined;
  /** Whose answers come to this connection; by default the user's. */
  member?: string;
}

const CONNECT_MS = 5_000;

/**
 * Reconnects without end: an outage of NATS is waited out, and readiness reports it. Replies come to an inbox of our
 * own.
 */
export async function connectNats(settings: NatsSettings, name: string): Promise<NatsConnection> {
  const { current = () => settings } = settings;
  let used = current();
  const authenticator = usernamePasswordAuthenticator(
    () => {
      used = current();
      return used.user;
    },
    () => used.password,
  );
  const nc = await connect({
    servers: settings.servers,
    authenticator,
    name: `tidegate ${name}`,
    inboxPrefix: `_INBOX_${settings.member ?? settings.user}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    // Of one attempt: a link that was silent meanwhile may answer the next one.
    timeout: CONNECT_MS,
    noAsyncTraces: true,
    // The pulse asks much sooner.
    pingInterval: 120_000,
  });
  watchOf(nc);
  keepPulse(nc);
  if (settings.current) {
    const isCurrent = () => used.user === current().user;
    mayChange(nc, { isCurrent, another: () => connectNats({ ...settings, current: undefined, ...current() }, name) });
  }
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
