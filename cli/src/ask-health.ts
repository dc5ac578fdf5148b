import { get } from 'node:http';

/** Where one asks a server that listens on this address, from the same machine. */
export const askedAt = (host: string): string =>
  host === '' || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;

/** What a health path answers; undefined when nothing comes. */
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
    // When it was us who were busy, the answer is there already and is read before we judge.
    const late = setTimeout(() => setTimeout(() => done(undefined), 50), withinMs);
    const done = (answer: { status: number; body: string } | undefined): void => {
      clearTimeout(late);
      request.destroy();
      resolve(answer);
    };
  });
}
