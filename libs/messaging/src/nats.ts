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
