import type { Socket } from 'node:net';
import pg from 'pg';
import { afterAwake } from './after-awake.ts';

/** Days stay text: a Date would bring in the process's time zone. */
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface WatchedConfig extends pg.ClientConfig {
  connectWithinMs?: number;
}

/** An error that counts as an outage everywhere. */
export const silence = (message: string): Error => Object.assign(new Error(message), { code: 'ETIMEDOUT' });

/**
 * A connection that can be declared dead. A broken one fails the query or transaction that holds it; without a listener
 * its event would also end the process.
 */
export class WatchedClient extends pg.Client {
  private readonly inside = this as unknown as {
    readyForQuery?: boolean;
    processID: number | null;
    connection: { stream: Socket };
    _getActiveQuery(): object | null;
  };

  /** Told how many seconds each query took, that of the network included. */
  took: (seconds: number) => void = () => {};

  constructor(config: WatchedConfig = {}) {
    super(config);
    this.on('error', () => {});
    const { connectWithinMs = 5_000, host, port } = config;
    const giveUp = afterAwake(connectWithinMs, () =>
      this.destroy(silence(`PostgreSQL at ${host}:${port} did not answer within ${connectWithinMs} ms.`)),
    );
    this.once('connect', giveUp);
    this.once('end', giveUp);
  }

  /** The server's process. */
  get pid(): number | null {
    return this.inside.processID;
  }

  /** Queries that the server has not answered. */
  get asked(): object | null {
    return this.inside.readyForQuery ? null : this.inside._getActiveQuery();
  }

  /** Changes with everything that arrives, and with what is still being sent. */
  get moved(): string {
    const { bytesRead, writableLength } = this.inside.connection.stream;
    return `${bytesRead} ${writableLength}`;
  }

  /** Without a goodbye, which a dead peer would never answer. Running queries fail with the error. */
  destroy(error: Error): void {
    this.inside.connection.stream.destroy(error);
  }
}
