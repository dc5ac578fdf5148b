import { connect, createServer, type Server, type Socket } from 'node:net';
import type { PostgresServer } from './postgres-server.ts';

/*
 * Stands before a PostgreSQL, counts queries, and can hold its answers back: what is asked while nothing is answered
 * was asked without waiting. A query is a message after which PostgreSQL has to answer: Query or Sync.
 */
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);

export class HoldingProxy {
  readonly host = '127.0.0.1';
  port = 0;
  /** Queries of all sessions so far. */
  asked = 0;
  /** Sessions that are open, and the most that were at the same time. */
  open = 0;
  mostOpen = 0;
  private holding = false;
  private held: (() => void)[] = [];
  private readonly behind: PostgresServer;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(behind: PostgresServer) {
    this.behind = behind;
    this.server = createServer((socket) => this.serve(socket));
  }

  async begin(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, this.host, resolve));
    this.port = (this.server.address() as { port: number }).port;
    this.behind.beforeStop(() => this.stop());
  }

  hold(): void {
    this.holding = true;
  }

  release(): void {
    this.holding = false;
    for (const pass of this.held.splice(0)) pass();
  }

  private async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    const behind = connect(this.behind.port, this.behind.host);
    const count = queryCounter();
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    for (const one of [socket, behind]) {
      this.sockets.add(one);
      one.on('error', () => {});
    }
    socket.on('data', (chunk) => {
      this.asked += count(chunk);
      behind.write(chunk);
    });
    behind.on('data', (chunk) => {
      const pass = () => socket.write(chunk);
      if (this.holding) this.held.push(pass);
      else pass();
    });
    socket.on('close', () => {
      this.open -= 1;
      behind.destroy();
    });
    behind.on('close', () => socket.destroy());
  }
}

/** Messages are a letter, a length that counts itself, and that much; only the first one of a session has no letter. */
function queryCounter(): (chunk: Buffer) => number {
  let pending = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    let queries = 0;
    for (;;) {
      const letter = started ? 1 : 0;
      if (pending.length < letter + 4) return queries;
      const end = letter + pending.readUInt32BE(letter);
      if (pending.length < end) return queries;
      if (started && (pending[0] === QUERY || pending[0] === SYNC)) queries += 1;
      started = true;
      pending = pending.subarray(end);
    }
  };
}
