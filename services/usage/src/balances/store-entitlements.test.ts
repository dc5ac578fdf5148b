import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { catalogueApplied } from '@tidegate/contracts/billing/plans';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { findSnapshot } from '../entitlements/entitlement-snapshot.rows.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { StoreMeters } from '../meters/store-meters.ts';
import { StoreEntitlements } from './store-entitlements.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

/** Which loops were woken. */
const woken: string[] = [];
const wakes = { wake: (loop: string) => woken.push(loop) } as never;
const arrive = (data: Entitlements) =>
  usage.tenants.run(data.orgId, (tx) =>
    new StoreEntitlements(wakes).handle({ data, tx, emit: usage.outbox.emitter(tx) } as never),
  );
const quotas = (org: string) =>
  usage.tenants.read(org, (tx) => tx.query('select meter, quota from quotas order by meter'));

test('the newest snapshot stays, whatever arrives after it; finite limits become quotas', async () => {
  const first = snapshot({ calls: 5 });
  const second = { ...snapshot({ calls: null, orgId: first.orgId, version: 2 }), upgrade: {} };
  await arrive(first);
  expect(await quotas(first.orgId)).toEqual([
    { meter: 'calls', quota: '5' },
    { meter: 'mails', quota: '100' },
  ]);
  await arrive(second);
  await arrive(first);
  expect(await usage.tenants.read(first.orgId, (tx) => findSnapshot(tx, first.orgId))).toEqual(second);
  expect(await quotas(first.orgId)).toEqual([{ meter: 'mails', quota: '100' }]);
});

/** Quota events that were emitted for the organisation: percent, limit and use, in order. */
const announced = async (org: string) => {
  const rows = await usage.tenants.as({}, (tx) =>
    tx.query<{ body: string }>(
      "select body from outbox where subject = 'evt.usage.quota.reached.v1' and org_id = $1 order by id",
      [org],
    ),
  );
  return rows.map(({ body }) => JSON.parse(body)).map(({ percent, limit, used }) => [percent, limit, used]);
};
const use = (org: string, quantity: number, meter = 'calls') =>
  usage.writer().writeBatch([{ id: newId(), org, meter, quantity, at: new Date().toISOString(), source: 'test' }]);

test('a smaller plan that is already used up is announced at once, and only once', async () => {
  const large = snapshot({ calls: 5_000 });
  const org = large.orgId;
  await arrive(large);
  await use(org, 400);
  await use(org, 85, 'mails');
  expect(await announced(org)).toEqual([[80, 100, 85]]);
  await arrive(snapshot({ orgId: org, version: 2, calls: 100 }));
  expect((await announced(org)).slice(1)).toEqual([[100, 100, 400]]);
  await arrive(snapshot({ orgId: org, version: 3, calls: 90 }));
  await use(org, 1);
  expect(await announced(org)).toHaveLength(2);
  // Raised again and lowered again, it is worth telling again; here only most of it is used.
  await arrive(snapshot({ orgId: org, version: 4, calls: 5_000 }));
  await arrive(snapshot({ orgId: org, version: 5, calls: 500 }));
  expect((await announced(org)).slice(2)).toEqual([[80, 500, 401]]);
});

test('a plan that arrives while usage is being written is compared with all of it', async () => {
  const large = snapshot({ calls: 5_000 });
  const org = large.orgId;
  await arrive(large);
  const writing = Array.from({ length: 10 }, () => use(org, 20));
  await Promise.all([...writing, arrive(snapshot({ orgId: org, version: 2, calls: 100 }))]);
  await use(org, 1);
  expect((await announced(org)).at(-1)?.[0]).toBe(100);
});

test('a meter is known from the first snapshot that grants it, and described by the catalogue', async () => {
  const { features, ...rest } = snapshot();
  await arrive({
    ...rest,
    features: {
      ...features,
      scans: {
        ...features['calls'],
        kind: 'metered',
        limit: 9,
        enforcement: 'soft',
        ceiling: null,
        per: 'month',
        product: null,
      },
    },
  });
  const named = async () => (await usage.tenants.as({}, findMeters)).find((meter) => meter.meter === 'scans');
  const plain = { meter: 'scans', aggregate: 'sum', decimals: 0, groupBy: [] };
  expect(await named()).toEqual({ ...plain, name: 'scans', unit: '', description: '' });
  const data = catalogueApplied.data.parse({
    version: 1,
    appliedAt: new Date().toISOString(),
    meters: [
      {
        ...{ key: 'scans', name: 'Scans', unit: 'scan', description: 'Pages scanned', product: null, per: 'month' },
        meter: { aggregate: 'sum', decimals: 0, groupBy: [], value: null },
      },
    ],
  });
  await usage.tenants.as({}, (tx) => new StoreMeters(wakes).handle({ data, tx } as never));
  expect(woken).toContain('replay-parked-usage');
  expect(await named()).toEqual({ ...plain, name: 'Scans', unit: 'scan', description: 'Pages scanned' });
});
