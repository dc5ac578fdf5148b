import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asReadSecret, firstOf, type ReadSecret } from '@tidegate/vault/read-secret';
import type { Health } from './health.ts';

/** Health and metrics of a process that does not host the gateway. */
export async function startOpsServer(
  health: Health,
  port: number,
  token: string | ReadSecret,
): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    health
      .answer(path, () => hasMetricsToken(request, token) || isFromHere(request))
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

/**
 * The gateway always requires it: behind a proxy on the same machine everybody comes from 127.0.0.1, and a plain proxy
 * leaves no trace in the request.
 */
export function hasMetricsToken(request: IncomingMessage, token: string | ReadSecret): boolean {
  const given = hash(request.headers.authorization ?? '');
  // Hashes are equally long, so the time of the comparison reveals nothing about the token.
  const isEqual = (one: string) => (one !== '' && timingSafeEqual(given, hash(`Bearer ${one}`))) || undefined;
  return firstOf(asReadSecret(token), isEqual) ?? false;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** On the operations' port, which no proxy serves: from this machine, and not from a web page that tricks a browser. */
function isFromHere(request: IncomingMessage): boolean {
  const peer = request.socket.remoteAddress ?? '';
  const local = peer === '127.0.0.1' || peer === '::1' || peer === '::ffff:127.0.0.1';
  const forwarded = ['x-forwarded-for', 'forwarded', 'via'].some((name) => request.headers[name] !== undefined);
  return local && !forwarded && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');
}
