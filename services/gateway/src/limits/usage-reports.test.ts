import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { UsageReports } from './usage-reports.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());

/** Longer than all tries of one message took when calls were lost. */
const OUTAGE_MS = 11_000;

test('calls that were answered are counted after any outage of NATS, each once', async () => {
  world.neighbours.on(listMarkets, () => ({ items: [] }));
  const rest = world.rest.as(world.accounts.newKey(newId(), ['bots:read']));
  for (let count = 0; count < 40; count += 1) expect((await rest.get('/api/v1/markets')).status).toBe(200);
  process.kill(world.nats.pid, 'SIGSTOP');
  const reports = world.host.get(UsageReports);
  const kept = reports.unsent();
  await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
  expect(reports.unsent()).toBe(kept);
  process.kill(world.nats.pid, 'SIGCONT');
  await until(() => world.quota.used() === 40, { withinMs: 30_000 });
  await until(() => reports.unsent() === 0);
  expect(world.quota.used()).toBe(40);
});

test('what an outage without end keeps has a bound, and is counted all the same', async () => {
  const reports = world.host.get(UsageReports);
  const orgId = newId();
  const before = world.quota.used();
  const now = Date.now();
  for (let minute = 0; minute < 12_000; minute += 1) {
    reports.count(orgId, minute % 3 === 0 ? newId() : '', now - (12_000 - minute) * 60_000);
  }
  expect(reports.unsent()).toBe(12_000);
  await until(() => world.quota.used() === before + 12_000);
});
