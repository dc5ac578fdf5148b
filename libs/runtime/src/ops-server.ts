import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';

/** Health and metrics of a process that does not host the gateway. */
export async function startOpsServer(
  health: Health,
  port: number,
  token: string,
): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    health
      .answer(path, () => mayReadMetrics(request, token))
      .then((answer) => {
        response.writeHead(answer?.status ?? 404, { 'content-type': answer?.type ?? 'text/plain' });
        response.end(answer?.body ?? 'not found');
      })
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, process.env['HEALTH_HOST'] ?? '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

/** From this machine, or with the token. */
export function mayReadMetrics(request: IncomingMessage, token: string): boolean {
  const peer = request.socket.remoteAddress ?? '';
  const forwarded = request.headers['x-forwarded-for'] !== undefined;
  if (!forwarded && (peer === '127.0.0.1' || peer === '::1' || peer === '::ffff:127.0.0.1')) return true;
  return request.headers.authorization === `Bearer ${token}`;
}
