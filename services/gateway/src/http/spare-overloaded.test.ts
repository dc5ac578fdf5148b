import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { newId } from '@tidegate/database/ids';
import { tooMuchWork } from '@tidegate/messaging/overload.rules';
import type { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';

const REQUESTS = 400;
let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_PER_MINUTE: '100000' });
});
afterAll(() => world.stop());

test('a service that refuses an organisation is asked less by it, others are answered, and nobody is refused afterwards', async () => {
  const [eve, ann] = [newId(), newId()];
  const [flooding, other] = [
    await world.as(world.accounts.newSession(eve)),
    await world.as(world.accounts.newSession(ann)),
  ];
  const asked = new Map<string | undefined, number>();
  let overloaded = true;
  world.neighbours.on(listMarkets, (_input, { orgId }) => {
    asked.set(orgId, (asked.get(orgId) ?? 0) + 1);
    if (overloaded && orgId === eve) throw tooMuchWork();
    return { items: [] };
  });
  const send = async (who: Rest, times: number) => {
    const statuses: number[] = [];
    for (let at = 0; at < times; at += 1) {
      const answer = await who.get('/api/v1/markets');
      statuses.push(answer.status);
      if (answer.status !== 200) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    return new Set(statuses);
  };
  const [refused, answered] = await Promise.all([send(flooding, REQUESTS), send(other, REQUESTS)]);
  expect([...refused]).toEqual([503]);
  expect([...answered]).toEqual([200]);
  expect(asked.get(ann)).toBe(REQUESTS);
  await until(
    async () => {
      asked.clear();
      await Promise.all(Array.from({ length: 20 }, () => send(flooding, 10)));
      return (asked.get(eve) ?? 0) < 150;
    },
    { what: 'most to be refused by the gateway' },
  );
  overloaded = false;
  await until(async () => [...(await send(flooding, 100))].join() === '200', { what: 'nobody to be refused' });
  asked.clear();
  expect([...(await send(flooding, 100))]).toEqual([200]);
  expect(asked.get(eve)).toBe(100);
});
