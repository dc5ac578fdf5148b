import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { catalogueApplied } from '@tidegate/contracts/billing/plans';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { KeepMeters } from '../meters/keep-meters.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { findAccount } from './account.rows.ts';
import { KeepAccount } from './keep-account.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

/** Which loops were told that there is work. */
const woken: string[] = [];
const wakes = { wake: (loop: string) => woken.push(loop) } as never;
const arrive = (data: Entitlements) =>
  usage.tenants.run(data.orgId, (tx) => new KeepAccount(wakes).handle({ data, tx } as never));
const quotas = (org: string) =>
  usage.tenants.read(org, (tx) => tx.query('select meter, quota from quotas order by meter'));

test('the newest snapshot stays, whatever arrives after it; finite limits become quotas', async () => {
  const first = snapshot({ calls: 5 });
  const second = { ...snapshot({ calls: null, orgId: first.orgId, version: 2 }), plan: 'pro' };
  await arrive(first);
  expect(await quotas(first.orgId)).toEqual([
    { meter: 'calls', quota: '5' },
    { meter: 'mails', quota: '100' },
  ]);
  await arrive(second);
  await arrive(first);
  expect(await usage.tenants.read(first.orgId, (tx) => findAccount(tx, first.orgId))).toMatchObject({ plan: 'pro' });
  expect(await quotas(first.orgId)).toEqual([{ meter: 'mails', quota: '100' }]);
});

test('a meter is known from the first snapshot that grants it, and described by the catalogue', async () => {
  const { features, ...rest } = snapshot();
  await arrive({
    ...rest,
    features: { ...features, scans: { kind: 'metered', limit: 9, enforcement: 'soft', per: 'month' } },
  });
  const named = async () => (await usage.tenants.as({}, findMeters)).find((meter) => meter.meter === 'scans');
  expect(await named()).toEqual({ meter: 'scans', name: 'scans', unit: '', description: '' });
  const data = catalogueApplied.data.parse({
    version: 1,
    appliedAt: new Date().toISOString(),
    meters: [{ key: 'scans', name: 'Scans', unit: 'scan', description: 'Pages scanned' }],
  });
  await usage.tenants.as({}, (tx) => new KeepMeters(wakes).handle({ data, tx } as never));
  expect(woken).toContain('replay-parked-usage');
  expect(await named()).toEqual({ meter: 'scans', name: 'Scans', unit: 'scan', description: 'Pages scanned' });
});
