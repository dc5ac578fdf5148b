import type { NatsConnection } from '@nats-io/nats-core';

/** Live topics of organisations, for whoever passes them on to clients. They are never stored: what is missed is lost. */
export class LiveTopics {
  private readonly nc: NatsConnection;

  constructor(nc: NatsConnection) {
    this.nc = nc;
  }

  /** Calls back with each message as it was sent, in JSON, or with an error when no more will come. */
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

  /** The server has the subscriptions that were made so far. */
  ready(): Promise<void> {
    return this.nc.flush();
  }
}
