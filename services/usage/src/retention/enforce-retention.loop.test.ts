import { IDENTITY_DAYS } from '@tidegate/contracts/usage/event';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { UsageConfig } from '../usage.config.ts';
import { EnforceRetention } from './enforce-retention.loop.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

const keeper = () => new EnforceRetention(usage.tenants, new UsageConfig({ USAGE_EVENT_DAYS: 40 }));
const turn = () => keeper().turn({ signal: new AbortController().signal });
const partitions = async () => {
  const rows = await usage.tenants.as({}, (tx) =>
    tx.query<{ name: string }>(
      "select relname as name from pg_class where relname like 'usage\\_events\\_%' and relkind = 'r' order by 1",
    ),
  );
  return rows.map((row) => row.name.slice(-8));
};
const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');

test('two replicas that start at once create the partitions from yesterday to three days ahead', async () => {
  await Promise.all([keeper().onApplicationBootstrap(), keeper().onApplicationBootstrap()]);
  expect(await partitions()).toEqual([-1, 0, 1, 2, 3].map(day));
});

test('expired rows are deleted, and what may still be needed stays', async () => {
  await usage.asAdmin((client) =>
    client.query('set search_path = usage; select ensure_day_partitions($$usage_events$$, 45, 0)'),
  );
  await turn();
  expect((await partitions())[0]).toBe(day(-40));
});

test('an identity outlives every event that could still be counted, so its expiry counts nothing twice', async () => {
  const entitlements = snapshot();
  const org = entitlements.orgId;
  await usage.storeSnapshot(entitlements);
  const event = (at: number) => ({
    id: newId(),
    org,
    meter: 'calls',
    quantity: 1,
    at: new Date(Date.now() - at * 86_400_000).toISOString(),
    source: 'test',
  });
  const [old, young] = [event(34.9), event(0)];
  await usage.writer().writeBatch([old, young]);
  const age = (days: number) =>
    usage.tenants.system('ingest', (tx) =>
      tx.query(
        `update usage_identity_generations
            set opened_at = opened_at - $1::int * interval '1 day', closed_at = closed_at - $1::int * interval '1 day'`,
        [days],
      ),
    );
  const generations = () =>
    usage.tenants.as({}, async (tx) => {
      const rows = await tx.query<{ name: string }>(
        "select relname as name from pg_class where relname ~ '^usage_identities_[0-9]+$' order by 1",
      );
      return rows.map(({ name }) => name);
    });
  await turn();
  expect(await generations()).toEqual(['usage_identities_0']);
  // A week later it is closed, and expires when all in it has been there for long enough.
  await age(8);
  await turn();
  expect(await generations()).toEqual(['usage_identities_0', 'usage_identities_1']);
  await age(36);
  await turn();
  const again = usage.writer();
  expect(await again.writeBatch([young])).toMatchObject({ accepted: 0, duplicates: 1 });
  await age(2);
  await turn();
  expect(await generations()).toEqual(['usage_identities_1']);
  // 45 days later both identities are gone; by then the events are too old.
  const later = Date.now() + 45 * 86_400_000;
  const { accepted, rejected } = await again.writeBatch([old, young], later);
  expect(accepted).toBe(0);
  expect([...rejected.values()].map(({ code }) => code)).toEqual(['too_old', 'too_old']);
  // Without its own time the same id is news again, and so the documentation says it.
  expect(await again.writeBatch([{ ...young, at: new Date().toISOString() }])).toMatchObject({ accepted: 1 });
  expect(ingestUsage.description).toContain(`for ${IDENTITY_DAYS} days after it was counted`);
});

test('a lease is deleted two hours after it reserves nothing; one whose events may still arrive stays', async () => {
  const org = newId();
  const lease = (id: string, spent: number | null, settled: number, ended: string) =>
    usage.tenants.run(org, (tx) =>
      tx.query(
        `insert into leases (org_id, id, meter, period_start, holder_id, lease_key, granted, settled, spent, expires_at, created_at)
         values ($1, $2::uuid, 'calls', now(), 'h', gen_random_uuid()::text, 10, $3, $4, now() - $5::interval, now() - $5::interval)`,
        [org, id, settled, spent, ended],
      ),
    );
  const [settled, unreturned, owing, young] = [newId(), newId(), newId(), newId()];
  await lease(settled, 4, 4, '3 hours');
  await lease(unreturned, null, 2, '3 hours');
  await lease(owing, 4, 1, '3 hours');
  await lease(young, 4, 4, '1 hour');
  await turn();
  const left = await usage.tenants.read(org, (tx) => tx.query<{ id: string }>('select id from leases'));
  expect(left.map(({ id }) => id).sort()).toEqual([owing, young].sort());
});

test('thresholds of windows that are long over are deleted, those that are reached once for ever are not', async () => {
  const { orgId: org } = snapshot();
  const starts = () =>
    usage.tenants.read(org, (tx) =>
      tx.query<{ age: string }>('select quota::text as age from quota_alerts where org_id = $1 order by quota', [org]),
    );
  await usage.tenants.run(org, (tx) =>
    tx.query(
      `insert into quota_alerts (org_id, meter, period_start, percent, quota, used, reached_at)
       select $1, 'calls', start, 50, days, days, now() - days * interval '1 day'
         from (values (501, now() - interval '501 days'), (502, 'epoch'), (400, now() - interval '400 days'))
                as t(days, start)`,
      [org],
    ),
  );
  await turn();
  expect((await starts()).map(({ age }) => age)).toEqual(['400', '502']);
});
