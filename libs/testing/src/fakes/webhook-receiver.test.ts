import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.close());

const post = (body = '{}') =>
  fetch(receiver.url, {
    method: 'POST',
    body,
    headers: { 'x-test': 'yes' },
    redirect: 'manual',
    signal: AbortSignal.timeout(300),
  });

it('records what it receives and answers 204', async () => {
  expect((await post('{"a":1}')).status).toBe(204);
  expect(receiver.requests).toMatchObject([
    { method: 'POST', path: '/hook', body: '{"a":1}', headers: { 'x-test': 'yes' } },
  ]);
});

it('answers one request each from the queue, then the lasting answer', async () => {
  receiver.answerNext({ status: 500 }, { status: 429, headers: { 'retry-after': '7' } });
  receiver.answerAlways({ status: 202 });
  expect((await post()).status).toBe(500);
  expect((await post()).headers.get('retry-after')).toBe('7');
  expect((await post()).status).toBe(202);
});

it('hangs, drops before the answer and drops in the answer', async () => {
  receiver.answerNext({ hang: true }, { drop: 'before-answer' }, { drop: 'in-answer' });
  await expect(post()).rejects.toThrow(/timeout|abort/i);
  await expect(post()).rejects.toThrow('fetch failed');
  const half = await post();
  await expect(half.text()).rejects.toThrow();
});

it('redirects and pours a huge body', async () => {
  receiver.answerNext({ redirect: 'http://127.0.0.1:1/' }, { status: 200, bodyBytes: 1_000_000 });
  const redirected = await post();
  expect([redirected.status, redirected.headers.get('location')]).toEqual([302, 'http://127.0.0.1:1/']);
  expect((await (await post()).arrayBuffer()).byteLength).toBeGreaterThanOrEqual(1_000_000);
});

it('counts requests that are open at one time', async () => {
  let release: (value?: unknown) => void = () => undefined;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  receiver.answerNext({ status: 200, after: held }, { status: 200, after: held });
  const both = [post(), post()];
  while (receiver.requests.length < 2) await new Promise(setImmediate);
  release();
  expect((await Promise.all(both)).map((answer) => answer.status)).toEqual([200, 200]);
  expect(receiver.mostAtOnce).toBe(2);
});

it('refuses connections while closed', async () => {
  await receiver.close();
  await expect(post()).rejects.toThrow('fetch failed');
  await receiver.listen();
  expect((await post()).status).toBe(204);
});
