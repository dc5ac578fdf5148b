import { get } from 'node:http';

/** The address at which a server that listens on `host` is reached from the same machine. */
export const askedAt = (host: string): string =>
  host === '' || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;

/** What a health path answers; undefined when there is no answer. */
export function askHealth(
  { host, port, path }: { host: string; port: number; path: string },
  withinMs: number,
): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: askedAt(host), port, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on('error', () => done(undefined));
    });
    request.on('error', () => done(undefined));
    // When this process was busy, the answer has arrived already and is read before the time-out counts.
    const late = setTimeout(() => setTimeout(() => done(undefined), 50), withinMs);
    const done = (answer: { status: number; body: string } | undefined): void => {
      clearTimeout(late);
      request.destroy();
      resolve(answer);
    };
  });
}
