import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** How the receiver answers one request. */
export type WebhookAnswer =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Answers only when the promise settles: what a test holds a request open with. */
  | { status: number; after: Promise<unknown> }
  /** Never answers. */
  | { hang: true }
  /** The connection dies before the answer, or in the middle of its body. */
  | { drop: 'before-answer' | 'in-answer' }
  | { redirect: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** A body of this many bytes, written as fast as the client reads. */
  | { status: number; bodyBytes: number };

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: Date;
}

/** A real HTTP server on loopback: records every request and answers as configured, with 204 by default. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const receiver = new WebhookReceiver();
  await receiver.listen();
  return receiver;
}

export class WebhookReceiver {
  readonly host = '127.0.0.1';
  readonly requests: ReceivedRequest[] = [];
  /** Connections accepted so far; stays 0 when nobody even dialled. */
  connections = 0;
  /** Most requests that were open at one time. */
  mostAtOnce = 0;
  /** Bytes of `bodyBytes` answers that the client took. */
  bodyBytesTaken = 0;
  port = 0;

  private open = 0;
  private readonly queued: WebhookAnswer[] = [];
  private lasting: WebhookAnswer = { status: 204 };
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.receive(request, response).catch(() => response.destroy());
    });
    this.server.on('connection', () => {
      this.connections += 1;
    });
  }

  get url(): string {
    return `http://${this.host}:${this.port}/hook`;
  }

  /** The next requests are answered like this, one answer each, in order. */
  answerNext(...answers: WebhookAnswer[]): void {
    this.queued.push(...answers);
  }

  /** Every request without an answer of its own is answered like this. */
  answerAlways(answer: WebhookAnswer): void {
    this.lasting = answer;
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, this.host);
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Closes the port: connections are refused until `listen` is called again. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.open);
    response.once('close', () => {
      this.open -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      at: new Date(),
    });
    await this.answer(this.queued.shift() ?? this.lasting, response);
  }

  private async answer(answer: WebhookAnswer, response: ServerResponse): Promise<void> {
    if ('hang' in answer) return;
    if ('drop' in answer) return drop(answer.drop, response);
    if ('redirect' in answer) {
      response.writeHead(answer.status ?? 302, { location: answer.redirect }).end();
      return;
    }
    if ('bodyBytes' in answer) return this.pour(answer, response);
    if ('after' in answer) {
      await answer.after;
      response.writeHead(answer.status).end();
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private async pour(answer: { status: number; bodyBytes: number }, response: ServerResponse): Promise<void> {
    response.writeHead(answer.status, { 'content-type': 'text/plain' });
    const receiver = this;
    await pipeline(function* () {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      for (let sent = 0; sent < answer.bodyBytes; sent += chunk.length) {
        receiver.bodyBytesTaken += chunk.length;
        yield chunk;
      }
    }, response);
  }
}

function drop(when: 'before-answer' | 'in-answer', response: ServerResponse): void {
  if (when === 'before-answer') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(200, { 'content-length': '1000' });
  response.write('half', () => response.destroy());
}
