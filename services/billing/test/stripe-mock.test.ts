import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { closing } from '@tidegate/testing/closing';
import { openStripeWorld } from './stripe-world.ts';

/*
 * What billing asks of Stripe, judged once more by `stripe-mock`, which knows the shape of every request and nothing else. Not
 * needed: start it (`stripe-mock -http-port 12111`) and say where, TEST_STRIPE_MOCK=http://127.0.0.1:12111. What its
 * description is too old to know is not counted.
 */
const MOCK = process.env['TEST_STRIPE_MOCK'];

/** Newer than what stripe-mock 0.203 was made from: it knows no pause, and takes an anchor for a word. */
const NEWER = [/\/pause$/, /\/resume$/];

interface Sent {
  method: string;
  path: string;
  body: string;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** Passes everything on, and remembers it. */
async function recording(origin: string, sent: Sent[]): Promise<string> {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/' } = request;
    const body = await bodyOf(request);
    sent.push({ method, path, body });
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: headers as Record<string, string>,
      ...(body && { body }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing(() => new Promise((done) => server.close(done)));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

test.runIf(MOCK)(
  'every request of a customer who buys, changes, pauses, cancels and comes back has the shape that stripe-mock wants',
  async () => {
    const sent: Sent[] = [];
    const world = await openStripeWorld({ now: new Date(), by: (origin) => recording(origin, sent) });
    const org = await world.organisation();
    await world.buy(org, { promotionCode: 'LAUNCH20' });
    await world.settle();
    const [row] = await world.subscriptions(org);
    const paid = { orgId: org, product: 'main', ref: row?.id as string, plan: 'pro', planVersion: 1 };
    const monthly = { planVersion: 1, interval: 'month' as const };
    const addons = [{ addon: 'more_bots', version: 1, quantity: 2 }];
    await world.payments.preview(paid, { plan: 'business', ...monthly, addons, at: 'now' });
    await world.payments.change(paid, { plan: 'business', ...monthly, addons, at: 'now' });
    await world.payments.change(
      { ...paid, plan: 'business' },
      { plan: 'pro', ...monthly, addons: [], at: 'period_end' },
    );
    await world.payments.resume(paid);
    await world.payments.cancel(paid, 'period_end');
    await world.payments.resume(paid);
    await world.payments.pause(paid);
    await world.payments.resume(paid);
    await world.payments.cancel(paid, 'now');
    const asked = new Map(sent.map((one) => [JSON.stringify(one), one]));
    expect(asked.size).toBeGreaterThan(20);
    const refused: string[] = [];
    for (const { method, path, body } of asked.values()) {
      const answer = await fetch(`${MOCK}${path}`, {
        method,
        headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' },
        ...(body && { body }),
      });
      if (answer.status < 400 || NEWER.some((one) => one.test(path))) continue;
      const { error } = (await answer.json()) as { error: { message: string } };
      refused.push(`${method} ${path.split('?')[0]}: ${error.message}`);
    }
    expect(refused).toEqual([]);
  },
);
