import { errors, type NatsConnection } from '@nats-io/nats-core';
import { Log } from '@tidegate/telemetry/log';

/**
 * What is known of one connection without asking the server: whether it is up, and what the server refused. With a
 * wrong permission messages are silently missing, so it is logged and the service is not ready.
 */
export class NatsWatch {
  connected = true;
  /** Subjects that the server refused. */
  readonly refused = new Set<string>();
  private readonly troubles = new Map<string, string>();
  /** Subscriptions that have ended: the client does not renew them, whatever the server allows later. */
  private readonly deaf = new Map<string, string>();
  /** Subjects without which the service works, only later. */
  private readonly hints = new Set<string>();
  private readonly onUp = new Set<() => void>();
  private readonly onDown = new Set<() => void>();
  private readonly log = new Log({ part: 'nats' });

  constructor(nc: NatsConnection) {
    void this.follow(nc);
  }

  /** Called after each reconnect, to ask again what was waiting for the server. */
  onReconnect(listener: () => void): void {
    this.onUp.add(listener);
  }

  /** Called when the connection is lost: answers in flight may never arrive. */
  onDisconnect(listener: () => void): void {
    this.onDown.add(listener);
  }

  /** A subscription's callback got an error instead of a message. */
  refuse(what: string, error: Error): void {
    this.deaf.set(what, `${error.message}; it is received again after a restart of this process`);
    this.log.error({ error, what }, 'The bus refuses a subscription');
  }

  /**
   * What is published here only makes others faster. A server that does not allow it is of an older release, which
   * must not keep a newer service from being ready.
   */
  mayBeRefused(subject: string): void {
    this.hints.add(subject);
  }

  /** A part that lives on this connection does not work, and why; or works again. */
  report(part: string, reason: string | undefined): void {
    if (reason === undefined) this.troubles.delete(part);
    else this.troubles.set(part, reason);
  }

  /** Why the service behind this connection cannot work, when it cannot. */
  trouble(): string | undefined {
    if (!this.connected) return 'the connection is down';
    const [first] = [...this.deaf, ...this.troubles];
    return first && `${first[0]}: ${first[1]}`;
  }

  private async follow(nc: NatsConnection): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect' || status.type === 'close') {
        this.connected = false;
        this.notify(this.onDown);
      } else if (status.type === 'reconnect') {
        this.connected = true;
        // The server's permissions may have changed.
        this.troubles.clear();
        this.refused.clear();
        this.notify(this.onUp);
      } else if (status.type === 'error') this.noteError(status.error);
    }
  }

  /** One that throws must not end the watch, or the connection would count as lost for good. */
  private notify(listeners: Set<() => void>): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        this.log.error({ error }, 'A listener on the connection to the bus failed');
      }
    }
  }

  private noteError(error: Error): void {
    if (!(error instanceof errors.PermissionViolationError)) return;
    // An answer that comes too late to be delivered.
    if (error.operation === 'publish' && error.subject.startsWith('_INBOX')) return;
    if (this.hints.has(error.subject)) {
      this.log.warn({ subject: error.subject }, 'The bus refuses a hint; whom it is for finds out by itself, later');
      return;
    }
    this.refused.add(error.subject);
    this.report(error.subject, `the bus refuses the ${error.operation}`);
    this.log.error({ error, operation: error.operation, subject: error.subject }, 'The bus refuses what we need');
  }
}

const watches = new WeakMap<NatsConnection, NatsWatch>();

/** The one watch of the connection. */
export function watchOf(nc: NatsConnection): NatsWatch {
  let watch = watches.get(nc);
  if (!watch) {
    watch = new NatsWatch(nc);
    watches.set(nc, watch);
  }
  return watch;
}
