import { showServerSeries } from '@tidegate/contracts/monitor-agent/server-series';
import { Log } from '@tidegate/telemetry/log';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { generator } from '../../test/random.ts';
import { ShowServerSeries } from '../overview/show-server-series.ts';
import { RollUpDays } from './roll-up-days.loop.ts';
import { figuresOf } from './server-days.rows.ts';
import { storeServerFigures } from './server-figures.rows.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 5;
const today = () => Math.floor(Date.now() / DAY) * DAY;

const store = useStore({ daysBack: DAYS + 1 });
afterEach(() => store.releaseServers());

type At = Awaited<ReturnType<typeof addServer>>;

/** A minute as the collector stores it. */
const minute = ({ orgId, serverId }: At, at: number, active: number) =>
  store.tenants.run(orgId, async (tx) => {
    await tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting,
         longest_transaction_us, busy, groups, sessions) values ($1, $2, $3, 20, $4, 0, 0, 1, 7, 0, '[]', '[]')`,
      [orgId, serverId, new Date(at), active],
    );
    await storeServerFigures(tx, serverId, new Date(at));
  });

const rollUp = (now: number) => {
  const loop = new RollUpDays(store.tenants, new Log());
  loop.now = () => now;
  return loop.turn({ signal: new AbortController().signal });
};

const days = async ({ serverId }: At) =>
  (await store.server.sql(`select 1 from monitor_agent.server_days where server_id = '${serverId}'`)).length;

/** From days, and from the hours that they are made of. */
async function compare({ orgId, serverId }: At, from: number, to: number, step: number): Promise<void> {
  const range = { from: new Date(from), to: new Date(to) };
  const read = (table: 'server_days' | 'server_hours') =>
    store.tenants.read(orgId, (tx) => figuresOf(tx, serverId, range, { step, table }));
  expect(await read('server_days')).toEqual(await read('server_hours'));
}

test('days are what their hours are, aligned or not, while they are added up and after minutes came late', async () => {
  const at = await addServer(store, store.server);
  const random = generator(3);
  const begin = today() - DAYS * DAY;
  const times: number[] = [];
  // With hours and days without any, up to now.
  for (let now = begin + 7 * HOUR; now < Date.now(); now += random(5) * HOUR + random(HOUR)) {
    if (random(9) === 0) now += random(30) * HOUR;
    if (now < Date.now()) times.push(now);
  }
  const late = times.filter((_, index) => index % 5 === 1);
  for (const time of times) if (!late.includes(time)) await minute(at, time, random(50));
  const agree = async () => {
    for (let round = 0; round < 8; round += 1) {
      const any = () => begin - DAY + random((DAYS + 2) * 24 * 60) * 60_000;
      const [one, other] = [any(), any()].sort((a, b) => a - b) as [number, number];
      for (const unit of [1, DAY])
        await compare(at, Math.floor(one / unit) * unit, Math.floor(other / unit) * unit + 1, DAY * (1 + random(2)));
    }
  };
  await agree();
  await rollUp(begin + 3 * DAY + HOUR);
  expect(await days(at)).toBeGreaterThan(0);
  await agree();
  for (const time of late) await minute(at, time, random(50));
  await agree();
  // Two replicas, twice.
  await Promise.all([rollUp(Date.now()), rollUp(Date.now())]);
  await rollUp(Date.now());
  await agree();
});

test('a chart of days has what happened today, and what came late to a day that was added up', async () => {
  const at = await addServer(store, store.server);
  const day = today() - 2 * DAY;
  await minute(at, day + HOUR, 3);
  await rollUp(today() + HOUR);
  const most = async () => {
    const range = { from: new Date(day).toISOString(), to: new Date(Date.now() + HOUR).toISOString(), step: 86_400 };
    const { points } = await store.call(
      new ShowServerSeries(),
      showServerSeries,
      { serverId: at.serverId, ...range },
      at.orgId,
    );
    return points.map(({ figures }) => figures?.activeSessionsMost ?? null);
  };
  expect((await most()).slice(0, 2)).toEqual([3, null]);
  await minute(at, day + 5 * HOUR, 8);
  await minute(at, Date.now(), 5);
  expect((await most()).slice(0, 3)).toEqual([8, null, 5]);
  await rollUp(today() + HOUR);
  expect((await most()).slice(0, 3)).toEqual([8, null, 5]);
});
