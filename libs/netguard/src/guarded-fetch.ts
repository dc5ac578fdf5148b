import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { guardHost, type HostPolicy } from './guard-host.ts';
import { hostNotAllowed } from './problems.ts';

export interface GuardedResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Cut at `maxResponseBytes`. */
  body: string;
}

/**
 * One request to a URL that a customer gave: the checked address is the one connected to, redirects are not followed,
 * time and size are bounded. Rejects with a problem for a closed host, else with the network's error.
 */
export async function guardedFetch(
  url: string,
  options: {
    method: string;
    headers?: Record<string, string>;
    body?: string;
    timeoutMs: number;
    maxResponseBytes: number;
    policy?: HostPolicy;
  },
): Promise<GuardedResponse> {
  const target = new URL(url);
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw closed('Only http and https URLs.');
  if (target.username || target.password) throw closed('No user or password in the URL.');
  const secure = target.protocol === 'https:';
  const port = Number(target.port || (secure ? 443 : 80));
  const guarded = await guardHost({
    host: target.hostname,
    port,
    ...(options.policy ? { policy: options.policy } : {}),
  });
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)({
      host: guarded.address,
      family: guarded.family,
      port,
      path: `${target.pathname}${target.search}`,
      method: options.method,
      headers: { ...options.headers, host: target.host, 'content-length': Buffer.byteLength(options.body ?? '') },
      servername: /^[\d.:]+$/.test(guarded.servername) ? '' : guarded.servername,
      signal: AbortSignal.timeout(options.timeoutMs),
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const finish = () => {
        const body = Buffer.concat(chunks).subarray(0, options.maxResponseBytes).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes < options.maxResponseBytes) return;
        finish();
        request.destroy();
      });
      response.on('end', finish);
      response.on('error', reject);
    });
    request.end(options.body);
  });
}

const closed = (detail: string) => hostNotAllowed({ field: '/url' }, detail);
