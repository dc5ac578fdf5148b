import { once } from 'node:events';
import { request } from 'node:http';
import { Health, within } from './health.ts';
import { startOpsServer } from './ops-server.ts';

async function ask(port: number, path: string, headers: Record<string, string>) {
  const asked = request({ host: '127.0.0.1', port, path, headers }).end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode as number, body };
}

test('metrics need this machine or the token; health is public and names no address', async () => {
  const health = new Health(['usage']);
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' });
  health.serviceStarted('usage', () => within(500, 'Postgres', Promise.reject(refused)));
  const { port, server } = await startOpsServer(health, 0, 'the-token');
  try {
    const metrics = async (headers: Record<string, string>) => (await ask(port, '/metrics', headers)).status;
    expect(await metrics({ host: `localhost:${port}` })).toBe(200);
    // A page whose name resolves to this machine, and a proxy.
    expect(await metrics({ host: `evil.example:${port}` })).toBe(401);
    expect(await metrics({ host: 'localhost', 'x-forwarded-for': '192.0.2.7' })).toBe(401);
    for (const [token, status] of [
      ['the-token', 200],
      ['the-tokem', 401],
      ['', 401],
    ] as const) {
      expect(await metrics({ host: 'evil.example', authorization: `Bearer ${token}` })).toBe(status);
    }
    const { status, body } = await ask(port, '/health/ready', { host: 'evil.example' });
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ services: [{ name: 'usage', reason: 'Postgres: ECONNREFUSED' }] });
  } finally {
    server.close();
  }
});

test('a process whose database is away is not ready, but goes on serving until it drains', async () => {
  const health = new Health(['usage', 'billing']);
  const statuses = async () => {
    const answers = await Promise.all(
      ['serving', 'ready'].map((name) => health.answer(`/health/${name}`, () => false)),
    );
    return answers.map((answer) => answer?.status);
  };
  health.serviceStarted('usage', async () => 'Postgres did not answer within 500 ms');
  expect(await statuses()).toEqual([503, 503]);
  health.serviceStarted('billing', async () => undefined);
  expect(await statuses()).toEqual([200, 503]);
  health.draining = true;
  expect(await statuses()).toEqual([503, 503]);
});
