import { createServer, type Server, type ServerOpts, type Socket } from 'node:net';

/** Something that listens and is not PostgreSQL, or not an honest one. */
export class FakeServer {
  readonly received: Buffer[] = [];
  port = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(behave: (socket: Socket, received: Buffer[]) => void, options: ServerOpts) {
    this.server = createServer(options, (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (chunk) => this.received.push(chunk));
      behave(socket, this.received);
    });
  }

  static async start(
    behave: (socket: Socket, received: Buffer[]) => void,
    options: ServerOpts = {},
  ): Promise<FakeServer> {
    const fake = new FakeServer(behave, options);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    fake.port = (fake.server.address() as { port: number }).port;
    return fake;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** One message of the protocol. */
export function message(type: string, body: Buffer, claimed = body.length + 4): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(claimed, 1);
  return Buffer.concat([head, body]);
}

export const authentication = (code: number, rest = Buffer.alloc(0)): Buffer => {
  const body = Buffer.alloc(4);
  body.writeInt32BE(code);
  return message('R', Buffer.concat([body, rest]));
};
