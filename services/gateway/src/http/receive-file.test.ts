import { request } from 'node:http';
import {
  type CandleUpload,
  endFile,
  MAX_FILE_BYTES,
  PART_BYTES,
  putPart,
} from '@tidegate/contracts/bot-executor/candle-uploads';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  token = world.accounts.newKey(newId(), ['bots:write']);
});
afterAll(() => world.stop());
beforeEach(() => world.neighbours.reset());

const uploadId = newId();
const path = `/api/v1/candles/uploads/${uploadId}/file`;

function put(body: string | Buffer, headers: Record<string, string> = {}, as = token): Promise<Response> {
  return fetch(world.url + path, { method: 'PUT', headers: { authorization: `Bearer ${as}`, ...headers }, body });
}

/** Stores what arrives, as the service does, and returns it. */
function keeping() {
  const kept = { parts: [] as Buffer[], attempts: new Set<string>(), most: 0 };
  let under = 0;
  world.neighbours.on(putPart, async ({ attempt, number, data }) => {
    kept.most = Math.max(kept.most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    kept.attempts.add(attempt);
    kept.parts[number] = Buffer.from(data, 'base64');
    under -= 1;
    return {};
  });
  world.neighbours.on(endFile, ({ parts }) => {
    expect(parts).toBe(kept.parts.length);
    return { ...(answerOf(endFile) as CandleUpload), id: uploadId, status: 'queued' as const };
  });
  return kept;
}

test('a file is forwarded unchanged, in parts, one after the other', async () => {
  const kept = keeping();
  const file = Buffer.alloc(2 * PART_BYTES + 17, 'abcdefghijk\n');
  const answer = await put(file, { 'content-type': 'application/gzip' });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
  expect(await answer.json()).toMatchObject({ id: uploadId, status: 'queued' });
  expect(Buffer.concat(kept.parts).equals(file)).toBe(true);
  expect(kept).toMatchObject({ most: 1, parts: [{ length: PART_BYTES }, { length: PART_BYTES }, { length: 17 }] });
  expect(kept.attempts.size).toBe(1);
});

test('a service that is away for a moment does not fail the upload: the part is sent again', async () => {
  const kept = keeping();
  let refused = 0;
  world.neighbours.on(putPart, ({ number, data }) => {
    if (refused++ === 0) throw unavailable({ retryAfterSeconds: 1 }, 'No replica is running.');
    kept.parts[number] = Buffer.from(data, 'base64');
    return {};
  });
  expect((await put('time,open\n')).status).toBe(202);
  expect(Buffer.concat(kept.parts).toString()).toBe('time,open\n');
});

test('missing rights, files that are too large and unknown uploads are refused, and the answer can be read', async () => {
  expect((await put('x', {}, 'tg_nothing')).status).toBe(401);
  expect((await put('x', {}, world.accounts.newKey(newId(), ['bots:read']))).status).toBe(403);
  const elsewhere = await fetch(`${world.url}/api/v1/candles/uploads/none/file`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: 'x',
  });
  expect(elsewhere.status).toBe(404);
  expect(await elsewhere.json()).toMatchObject({ code: 'not_found' });
  // Other paths accept no such body.
  const other = await fetch(`${world.url}/api/v1/candles/uploads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    body: 'x',
  });
  expect(other.status).toBe(415);
  const announced = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-length': String(MAX_FILE_BYTES + 1) };
    const sent = request(world.url + path, { method: 'PUT', headers }, (response) => {
      resolve(response.statusCode);
      response.resume();
      sent.destroy();
    }).on('error', reject);
    sent.flushHeaders();
  });
  expect(announced).toBe(413);
});

test('one person may send two files at a time, and a broken upload frees its slot', async () => {
  const kept = keeping();
  const open = () => {
    const sent = request(world.url + path, { method: 'PUT', headers: { authorization: `Bearer ${token}` } });
    sent.on('error', () => undefined);
    sent.write(Buffer.alloc(PART_BYTES, 'x'));
    return sent;
  };
  const sending = [open(), open()];
  await until(() => kept.attempts.size === 2);
  expect((await put('x')).status).toBe(429);
  for (const one of sending) one.destroy();
  await until(async () => (await put('x')).status === 202);
});
