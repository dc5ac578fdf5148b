import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Incoming {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}
/** `undefined`: the connection is reset instead. */
export type Answer = { status: number; headers?: Record<string, string>; body: string } | undefined;

/** An HTTP server on loopback that can be away: then connections are refused. Its port stays. */
export class LoopbackServer {
  port = 0;
  private server: Server | undefined;

  constructor(private readonly answer: (incoming: Incoming) => Promise<Answer>) {}

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    if (this.server) return;
    this.server = createServer({ keepAlive: true }, (request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await this.answer({
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', this.origin),
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    });
    if (!answer) {
      response.socket?.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}
