import type { Socket } from 'node:net';
import pg from 'pg';

/* PostgreSQL's replication protocol, which pg_basebackup and pg_receivewal speak as well: every server has it, whatever
 * programs are installed. https://www.postgresql.org/docs/current/protocol-replication.html */

/** What the driver has inside: its types do not say. */
export interface Wire {
  stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  once(event: 'replicationStart', listener: () => void): void;
}

export interface ServerLogin {
  url: string;
  ssl?: boolean | undefined;
}

const CONNECT_MS = 20_000;

/** `replication` makes a walsender of the session, which knows the commands of that protocol and no SQL. */
export function clientOf({ url, ssl }: ServerLogin, replication = false): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'tidegate backup',
    keepAlive: true,
    ...(ssl ? { ssl: true } : {}),
    ...(replication ? ({ replication: 'true' } as object) : {}),
  });
  // A broken connection fails its query, which reports it.
  client.on('error', () => undefined);
  return client;
}

export async function connected<T>(
  login: ServerLogin,
  replication: boolean,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = clientOf(login, replication);
  try {
    await client.connect().catch((error: unknown) => {
      throw explain(error);
    });
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export function explain(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code === '42501' || /must be superuser or replication role|permission denied to start WAL sender/.test(message)) {
    return new Error(
      `The role of DATABASE_URL may not make physical backups: ${message}.\n  Fix: ALTER ROLE … REPLICATION; where that is impossible (most hosted databases), use the host's own backups.`,
      { cause: error },
    );
  }
  if (/no pg_hba.conf entry for replication/.test(message)) {
    return new Error(
      `PostgreSQL lets nobody make backups from here: ${message}.\n  Fix: a line \`host replication …\` in its pg_hba.conf.`,
      { cause: error },
    );
  }
  return error instanceof Error ? error : new Error(message);
}

/** One command of the protocol that answers with copied data: gives each message away, waits for the end. */
export class CopyCommand {
  readonly done: Promise<void>;
  rows: (string | null)[][] = [];
  private readonly text: string;
  private readonly on: { begin?: (() => void) | undefined; data: (chunk: Buffer) => void };
  private resolve: () => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(text: string, on: CopyCommand['on']) {
    this.text = text;
    this.on = on;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.done.catch(() => undefined);
  }

  submit(connection: Wire): void {
    connection.query(this.text);
  }
  handleRowDescription(): void {}
  handleDataRow({ fields }: { fields: (Buffer | string | null)[] }): void {
    this.rows.push(fields.map((field) => (field === null ? null : String(field))));
  }
  handleCopyInResponse(): void {}
  handleCopyOutResponse(): void {
    this.on.begin?.();
  }
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    // The parser's buffer is used again.
    this.on.data(Buffer.from(chunk));
  }
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleReadyForQuery(): void {
    this.resolve();
  }
  handleError(error: Error): void {
    this.reject(explain(error));
  }
}

export const wireOf = (client: pg.Client): Wire => (client as unknown as { connection: Wire }).connection;
