import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closing } from '../closing.ts';

export interface ReceivedReport {
  key: string;
  event: Record<string, unknown>;
  text: string;
}

/** What takes Sentry's envelopes, over HTTP and strictly: what it would refuse is answered with 400. */
export class ErrorCollector {
  readonly received: ReceivedReport[] = [];
  readonly refused: string[] = [];
  /** 429 with `Retry-After`, or no answer at all. */
  mode: 'takes' | 'busy' | 'hangs' = 'takes';
  asked = 0;
  dsn = '';

  static async start(): Promise<ErrorCollector> {
    const collector = new ErrorCollector();
    const server = createServer((request, response) => {
      let text = '';
      collector.asked += 1;
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        if (collector.mode === 'hangs') return;
        if (collector.mode === 'busy') {
          response.writeHead(429, { 'retry-after': '30' }).end();
          return;
        }
        const trouble = collector.take(request.url ?? '', request.headers, text);
        if (trouble) collector.refused.push(trouble);
        response.writeHead(trouble ? 400 : 200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    collector.dsn = `http://0123456789abcdef@127.0.0.1:${(server.address() as AddressInfo).port}/sentry/42`;
    closing(() => {
      server.closeAllConnections();
      server.close();
    });
    return collector;
  }

  private take(path: string, headers: NodeJS.Dict<string | string[]>, text: string): string | undefined {
    if (path !== '/sentry/api/42/envelope/') return `path ${path}`;
    if (headers['content-type'] !== 'application/x-sentry-envelope') return 'content type';
    const auth = String(headers['x-sentry-auth']);
    const key = /^Sentry sentry_version=7, .*sentry_key=(\w+)$/.exec(auth)?.[1];
    if (!key) return `auth ${auth}`;
    const [head, item, body, ...rest] = text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    if (!head || !body || rest.length > 0) return 'lines';
    if (item?.['type'] !== 'event') return 'type of the item';
    if (!/^[0-9a-f]{32}$/.test(String(head['event_id'])) || head['event_id'] !== body['event_id']) return 'event id';
    if (Number.isNaN(Date.parse(String(body['timestamp'])))) return 'timestamp';
    this.received.push({ key, event: body, text });
    return undefined;
  }
}
