import { get } from 'node:http';

/* What nats-server's monitoring port says. A busy machine answers late, so only a long silence counts. */
const ANSWER_MS = 5_000;
/** For JetStream alone, once the server itself has answered. */
const JETSTREAM_ANSWER_MS = 2_000;

/** The JSON of a 200 answer, else undefined. */
export async function askNats(
  port: number,
  path: string,
  withinMs = ANSWER_MS,
): Promise<Record<string, unknown> | undefined> {
  const text = await ask(port, path, withinMs);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/**
 * Why the server is unhealthy, or undefined. `/healthz` of 2.9 says `ok` while JetStream is disabled or stuck (a full
 * disk does both), so JetStream itself is asked.
 */
export async function natsIllness(port: number, name: string, withinMs?: number): Promise<string | undefined> {
  const variables = await askNats(port, '/varz', withinMs);
  if (!variables) return 'it does not answer';
  if (variables['server_name'] !== name) return 'another nats-server answers on its port';
  const jetstream = await askNats(port, '/jsz', withinMs ?? JETSTREAM_ANSWER_MS);
  if (!jetstream) return 'JetStream does not answer';
  return jetstream['disabled'] === true ? 'JetStream is disabled' : undefined;
}

/** Whether only JetStream is ill. */
export const isOfJetStream = (illness: string): boolean => illness.startsWith('JetStream');

/** Healthy and done starting: `/healthz` says when clients may connect. It is no reason to end a server. */
export const isNatsReady = async (port: number, name: string, withinMs?: number): Promise<boolean> =>
  (await natsIllness(port, name, withinMs)) === undefined && (await askNats(port, '/healthz', withinMs)) !== undefined;

function ask(port: number, path: string, withinMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(response.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined));
      response.on('error', () => done(undefined));
    });
    request.on('error', () => done(undefined));
    // If this process was busy, the answer has already arrived and is read first.
    const late = setTimeout(() => setTimeout(() => done(undefined), 50), withinMs);
    const done = (text: string | undefined): void => {
      clearTimeout(late);
      request.destroy();
      resolve(text);
    };
  });
}
