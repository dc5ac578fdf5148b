import type { NatsConnection, PublishOptions } from '@nats-io/nats-core';

interface Waiting {
  subject: string;
  data: Uint8Array;
  options: PublishOptions | undefined;
  failed: ((error: Error) => void) | undefined;
}

/**
 * Publishes what comes up within one turn of the event loop together: the client writes to its socket once for all of
 * it instead of once for each, and a write to a socket costs more than everything else that a small message costs.
 * Nothing waits for a timer, only for the events that have already arrived.
 */
export class TurnPublisher {
  private readonly nc: NatsConnection;
  private waiting: Waiting[] = [];

  constructor(nc: NatsConnection) {
    this.nc = nc;
  }

  /**
   * `failed` is called with a message that the connection did not accept; without it the message is lost, as any may
   * be.
   */
  publish(subject: string, data: Uint8Array, options?: PublishOptions, failed?: (error: Error) => void): void {
    if (this.waiting.length === 0) setImmediate(() => this.flush());
    this.waiting.push({ subject, data, options, failed });
  }

  /** Hands over what waits now: before the connection is drained. */
  flush(): void {
    const messages = this.waiting;
    this.waiting = [];
    for (const { subject, data, options, failed } of messages) {
      try {
        this.nc.publish(subject, data, options);
      } catch (error) {
        failed?.(error as Error);
      }
    }
  }
}
