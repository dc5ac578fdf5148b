import { getRevenue, searchOrganisations } from '@tidegate/contracts/billing/operator';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());

test('an answer that can be a table is one as CSV when that is asked for, by name or by Accept, and JSON otherwise', async () => {
  const csv = 'month,endMinor\r\n2026-11,4900\r\n';
  const { csv: _, ...figures } = answerOf(getRevenue);
  world.neighbours.on(getRevenue, ({ format }) => ({ ...figures, ...(format === 'csv' && { csv }) }));
  const operator = world.rest.as(world.accounts.newKey(newId(), ['operator']));
  const ask = (query: string, accept: string) =>
    operator.send('GET', `/api/v1/operator/revenue${query}`, undefined, { accept });
  for (const answer of [await ask('?format=csv', '*/*'), await ask('', 'text/csv')]) {
    expect(answer.body).toEqual({ text: csv });
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv;.*utf-8/);
  }
  expect((await ask('?format=json', 'text/csv')).body).toEqual(figures);
  expect((await ask('', '*/*')).body).toEqual(figures);
  expect(
    (await world.rest.as(world.accounts.newKey(newId(), ['billing:read'])).get('/api/v1/operator/revenue')).status,
  ).toBe(403);
});

test('a list as CSV is all its pages in one table, which waits for one that is refused for a moment and is cut when one cannot be read', async () => {
  const pages = [...'abc'].map((name, at) => ({
    csv: `${at === 0 ? 'name\r\n' : ''}${name}\r\n`,
    nextCursor: `${at}`,
  }));
  const seen: unknown[] = [];
  let broken = false;
  let refused = 0;
  world.neighbours.on(searchOrganisations, ({ format, cursor, limit, q }) => {
    seen.push([cursor, limit, q]);
    if (cursor === '0' && refused > 0) {
      refused -= 1;
      throw unavailable({ retryAfterSeconds: 1 });
    }
    if (broken && cursor !== undefined) throw unavailable({});
    const page = pages[cursor === undefined ? 0 : Number(cursor) + 1];
    const { nextCursor, csv } = page ?? { csv: '' };
    return { items: [], ...(cursor !== '1' && { nextCursor }), ...(format === 'csv' && { csv }) };
  });
  const key = world.accounts.newKey(newId(), ['operator']);
  const operator = world.rest.as(key);
  const ask = (query = '') =>
    operator.send('GET', `/api/v1/operator/organisations?q=a${query}`, undefined, { accept: 'text/csv' });
  const answer = await ask();
  expect(answer.body).toEqual({ text: 'name\r\na\r\nb\r\nc\r\n' });
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv;.*utf-8/);
  expect(answer.headers.get('vary')).toContain('accept');
  expect(seen).toEqual([
    [undefined, 200, 'a'],
    ['0', 200, 'a'],
    ['1', 200, 'a'],
  ]);
  expect((await ask('&limit=7&cursor=1')).body).toEqual({ text: 'c\r\n' });
  expect(seen.at(-1)).toEqual(['1', 7, 'a']);
  refused = 1;
  expect((await ask()).body).toEqual({ text: 'name\r\na\r\nb\r\nc\r\n' });
  broken = true;
  await expect(ask()).rejects.toThrow();
  expect((await operator.get('/api/v1/operator/organisations?q=a')).body).toEqual({ items: [], nextCursor: '0' });
});

test('a table is cut when the credentials that read it are revoked before its last page', async () => {
  const key = world.accounts.newKey(newId(), ['operator']);
  const { keyId } = [...world.accounts.keys.values()].at(-1) as { keyId: string };
  const operator = world.rest.as(key);
  let revoking = false;
  const asked: unknown[] = [];
  world.neighbours.on(searchOrganisations, async ({ cursor, format }) => {
    asked.push(cursor);
    if (revoking) {
      revoking = false;
      await world.revoke({ kind: 'api_key', id: keyId });
      await until(async () => (await operator.get('/api/v1/operator/organisations')).status === 401, {
        what: 'the key to be refused',
      });
    }
    return { items: [], ...(cursor === undefined && { nextCursor: '1' }), ...(format === 'csv' && { csv: 'a\r\n' }) };
  });
  const read = () => operator.send('GET', '/api/v1/operator/organisations?format=csv');
  expect((await read()).body).toEqual({ text: 'a\r\na\r\n' });
  revoking = true;
  await expect(read()).rejects.toThrow();
  expect(asked.filter((cursor) => cursor === '1')).toEqual(['1']);
});
