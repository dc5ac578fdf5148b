import type { NatsConnection } from '@nats-io/nats-core';
import { watchOf } from './nats-watch.ts';

/** Live topics of organisations, for forwarding to clients. They are never stored: what is missed is lost. */
export class LiveTopics {
  private readonly nc: NatsConnection;

  constructor(nc: NatsConnection) {
    this.nc = nc;
  }

  /** Calls back with each message as it was sent, in JSON, or with an error when the subscription has ended. */
  subscribe(
    orgId: string,
    callback: (error: Error | null, message: { topic: string; text: string }) => void,
  ): { unsubscribe(): void } {
    const prefix = `live.${orgId}.`;
    return this.nc.subscribe(`${prefix}>`, {
      callback: (error, message) => {
        if (error) callback(error, { topic: '', text: '' });
        else callback(null, { topic: message.subject.slice(prefix.length), text: message.string() });
      },
    });
  }

  /** One topic of all organisations: calls back with whose it is. */
  follow(topic: string, callback: (orgId: string) => void): void {
    this.nc.subscribe(`live.*.${topic}`, {
      callback: (error, message) => {
        if (!error) callback(message.subject.split('.')[1] ?? '');
      },
    });
  }

  /** After a time without a connection: what was sent meanwhile is lost. */
  onGap(then: () => void): void {
    watchOf(this.nc).onReconnect(then);
  }

  /** Resolves when the server has the subscriptions made so far. */
  ready(): Promise<void> {
    return this.nc.flush();
  }
}
