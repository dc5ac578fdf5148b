import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { problemError } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import { guardHost, type HostPolicy } from './guard-host.ts';
import { hostNotAllowed } from './problems.ts';

export interface GuardedResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** At most `maxResponseBytes`, as sent: never decompressed. */
  body: string;
}

/** All header lines of an answer together. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Interim answers: `100 Continue`, `103 Early Hints` and the like. */
const MAX_INTERIM = 8;
/** A body that arrives byte by byte would take many times its size in memory. */
const MAX_CHUNKS = 4_096;

/**
 * One request to a URL that a customer gave. It connects to exactly the address that was checked, follows no redirects
 * and decompresses nothing; time (with the lookup), interim answers, header and body are bounded. Rejects with a
 * problem for a host that is not allowed, else with the network's error.
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
  const signal = AbortSignal.timeout(options.timeoutMs);
  const target = URL.parse(url);
  if (!target) throw closed('Give a whole URL, like https://example.com/hook.');
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw closed('Give an http or https URL.');
  if (target.username || target.password) throw closed('Take the user and password out of the URL.');
  const secure = target.protocol === 'https:';
  const port = Number(target.port || (secure ? 443 : 80));
  const { policy } = options;
  const guarded = await within(signal, guardHost({ host: target.hostname, port, ...(policy ? { policy } : {}) }));
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)({
      host: guarded.address,
      family: guarded.family,
      port,
      path: `${target.pathname}${target.search}`,
      method: options.method,
      headers: { ...options.headers, host: target.host, 'content-length': Buffer.byteLength(options.body ?? '') },
      servername: isIP(guarded.servername) ? '' : guarded.servername,
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
      agent: false,
    });
    // A server that switches protocols closes the connection without an error and without a response.
    request.on('close', () => reject(new Error('The server closed the connection without an answer.')));
    request.on('error', reject);
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > MAX_INTERIM) request.destroy(new Error('The server sent too many interim answers.'));
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      // At the end or at the limit: nothing more is read and the connection is closed.
      const finish = () => {
        const body = Buffer.concat(chunks).subarray(0, options.maxResponseBytes).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        request.destroy();
      };
      response.on('error', reject);
      response.on('end', finish);
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= options.maxResponseBytes || chunks.length >= MAX_CHUNKS) finish();
      });
    });
    request.end(options.body);
  });
}

/** A lookup cannot be cancelled; after the time-out its answer is ignored. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

const closed = (detail: DetailOf<'host_not_allowed'>) => problemError(hostNotAllowed, { field: '/url' }, detail);
