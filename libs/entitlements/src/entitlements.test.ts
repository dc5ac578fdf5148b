import { BUILT_IN_FEATURES, type BuiltIn } from '@tidegate/contracts/billing/built-in-features';
import type { Entitlements as Snapshot } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import { standingOf } from '@tidegate/contracts/billing/restrictions';
import type { Tx } from '@tidegate/database/tx';
import fc from 'fast-check';
import { Entitlements } from './entitlements.ts';
import { NeededFeatures } from './needed-features.ts';

const entitlements = new Entitlements({} as never);
/** A transaction of an organisation whose snapshot is this. */
const having = (snapshot: Snapshot): Tx => ({ orgId: snapshot.orgId, one: async () => ({ snapshot }) }) as never as Tx;

const GRANTS: Record<FeatureGrant['kind'], FeatureGrant> = {
  counted: { kind: 'counted', limit: null },
  static: { kind: 'static', value: 9 },
  boolean: { kind: 'boolean', value: true },
  level: { kind: 'level', level: 'unlimited' },
  metered: { kind: 'metered', limit: null, enforcement: 'soft', ceiling: null, per: 'month' },
};
type Decided = Exclude<keyof typeof BUILT_IN_FEATURES, BuiltIn<'metered'>>;
const decided = Object.keys(BUILT_IN_FEATURES).filter(
  (key): key is Decided => BUILT_IN_FEATURES[key as Decided] !== ('metered' as string),
);

/** How the services ask. */
function ask(tx: Tx, feature: Decided): Promise<unknown> {
  switch (BUILT_IN_FEATURES[feature]) {
    case 'counted':
      return entitlements.claim(tx, feature as BuiltIn<'counted'>, async () => 0);
    case 'boolean':
      return entitlements.feature(tx, feature as BuiltIn<'boolean'>);
    case 'level':
      return entitlements.shows(tx, feature as BuiltIn<'level'>, { least: 'premium' });
    case 'static':
      return entitlements.number(tx, feature as BuiltIn<'static'>);
  }
}

const plan = (status: 'active' | 'paused') =>
  ({
    plan: 'pro',
    planName: 'Pro',
    planVersion: 1,
    status,
    access: status === 'paused' ? 'read_only' : 'full',
  }) as const;
const snapshot = (feature: string, grant: FeatureGrant | undefined, more: Partial<Snapshot> = {}): Snapshot => ({
  orgId: '0197f0e0-0000-7000-8000-000000000001',
  version: 1,
  plans: { monitoring: plan('active'), trading: plan('active') },
  features: grant ? { [feature]: { ...grant, product: 'trading' } } : {},
  periods: {},
  upgrade: { [feature]: { product: 'trading', plan: 'max', planName: 'Max', limit: null } },
  ...more,
});

test('of every built-in feature what is missing or of another kind is not included, and the way out is named', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...decided),
      fc.constantFrom(undefined, ...Object.values(GRANTS)),
      async (feature, grant) => {
        const asked = ask(having(snapshot(feature, grant)), feature);
        if (grant?.kind === BUILT_IN_FEATURES[feature]) return void (await asked);
        await expect(asked).rejects.toMatchObject({
          code: 'feature_not_included',
          data: { feature, upgradeTo: 'max' },
        });
      },
    ),
  );
});

test('what creates is refused while the product is read-only, and what is set up of another product is not', async () => {
  for (const feature of decided.filter((key) => ['counted', 'boolean'].includes(BUILT_IN_FEATURES[key]))) {
    const given = (product: string) =>
      having(
        snapshot(feature, GRANTS[BUILT_IN_FEATURES[feature]], {
          plans: { monitoring: plan('active'), trading: plan('active'), [product]: plan('paused') },
        }),
      );
    await expect(ask(given('trading'), feature)).rejects.toMatchObject({
      code: 'organisation_read_only',
      data: { product: 'trading', plan: 'pro' },
    });
    await ask(given('monitoring'), feature);
  }
});

test('the number of a plan can be read while its product is read-only: nothing is deleted earlier', async () => {
  const tx = having(snapshot('monitoring_retention_days', GRANTS.static, { plans: { trading: plan('paused') } }));
  expect(await entitlements.number(tx, 'monitoring_retention_days')).toBe(9);
});

test('a refusal names the newest version of the own plan as such', async () => {
  const full = snapshot('bots', { kind: 'counted', limit: 0 });
  const own = { bots: { product: 'trading', plan: 'pro', planName: 'Pro', limit: 5 } };
  const claim = (given: Snapshot) => entitlements.claim(having(given), 'bots', async () => 0);
  await expect(claim(full)).rejects.toMatchObject({ detail: expect.stringMatching(/The plan Max allows more\.$/) });
  await expect(claim({ ...full, upgrade: own })).rejects.toMatchObject({
    code: 'plan_limit_reached',
    detail: expect.stringMatching(/The newest version of the plan Pro allows more\.$/),
  });
  await expect(claim({ ...full, upgrade: {} })).rejects.toMatchObject({ detail: expect.stringMatching(/Delete some/) });
});

test('a refusal names the add-on that gives more, alone or beside a plan', async () => {
  const addon = {
    ...{ product: 'trading', plan: 'pro', planName: 'Pro', addon: 'extra_bot', addonName: 'Extra bot', limit: 1 },
  };
  const given = (more: Partial<Snapshot>) =>
    having(snapshot('bots', { kind: 'counted', limit: 0 }, { addon: { bots: addon }, ...more }));
  const claim = (more: Partial<Snapshot> = {}) => entitlements.claim(given(more), 'bots', async () => 0);
  await expect(claim({ upgrade: {} })).rejects.toMatchObject({
    data: { upgradeTo: null, addon },
    detail: expect.stringMatching(/ The add-on Extra bot allows more\.$/),
  });
  await expect(claim()).rejects.toMatchObject({
    data: { upgradeTo: 'max', addon },
    detail: expect.stringMatching(/ The plan Max, or the add-on Extra bot allows more\.$/),
  });
  // The own plan costs nothing, so it cannot have it.
  await expect(claim({ upgrade: {}, plans: {} })).rejects.toMatchObject({
    detail: expect.stringMatching(/ The add-on Extra bot with the plan Pro allows more\.$/),
  });
  await expect(entitlements.feature(given({ upgrade: {} }), 'backtests')).rejects.toMatchObject({
    code: 'feature_not_included',
    data: { upgradeTo: null },
  });
  const lacking = snapshot('audit_log', undefined, { upgrade: {}, addon: { audit_log: { ...addon, limit: null } } });
  await expect(entitlements.shows(having(lacking), 'audit_log')).rejects.toMatchObject({
    code: 'feature_not_included',
    data: { upgradeTo: null, addon: { addon: 'extra_bot' } },
  });
});

test('what is named has room for all that there is and one more, or the level that was needed', async () => {
  const plans = { trading: plan('active') };
  const offers = (more: object) => ({ product: 'trading', plan: 'team', planName: 'Team', limit: 9, ...more });
  const sold = { product: 'trading', plan: 'pro', planName: 'Pro', addon: 'extra_bot', addonName: 'Extra bot' };
  const more: Partial<Snapshot> = {
    plans,
    upgrade: { bots: offers({ plan: 'plus', planName: 'Plus', limit: 3 }) },
    further: { bots: [offers({})] },
    addon: { bots: { ...sold, limit: 3, each: 1, most: null } },
  };
  const claim = (used: number) =>
    entitlements.claim(having(snapshot('bots', { kind: 'counted', limit: 2 }, more)), 'bots', async () => used);
  await expect(claim(2)).rejects.toMatchObject({ data: { upgradeTo: 'plus', addon: { limit: 3 } } });
  // More than are allowed, since a limit fell.
  await expect(claim(6)).rejects.toMatchObject({
    data: { upgradeTo: 'team', addon: { quantity: 5, limit: 7 } },
    detail: expect.stringMatching(/ The plan Team, or 5 of the add-on Extra bot allows more\.$/),
  });
  await expect(claim(9)).rejects.toMatchObject({ data: { upgradeTo: null, addon: { quantity: 8 } } });
  const levels: Partial<Snapshot> = {
    plans,
    upgrade: { metrics: offers({ plan: 'plus', limit: null, level: 'basic' }) },
    further: { metrics: [offers({ limit: null, level: 'premium' })] },
  };
  const metrics = having(snapshot('metrics', { kind: 'level', level: 'none' }, levels));
  const shows = (least: 'basic' | 'premium' | 'unlimited') => entitlements.shows(metrics, 'metrics', { least });
  await expect(shows('basic')).rejects.toMatchObject({ data: { upgradeTo: 'plus' } });
  await expect(shows('premium')).rejects.toMatchObject({ data: { upgradeTo: 'team' } });
  await expect(shows('unlimited')).rejects.toMatchObject({ data: { upgradeTo: null } });
});

test('what exists and is restricted is refused with the reason, and nothing else is', async () => {
  const tx = (more: Partial<Snapshot> = {}) => having(snapshot('bots', { kind: 'counted', limit: 2 }, more));
  const use = (restricted: Parameters<Entitlements['usable']>[2], given = tx()) =>
    entitlements.usable(given, 'bots', restricted, async () => 3);
  await use(null);
  await expect(use('over_limit')).rejects.toMatchObject({
    code: 'plan_limit_reached',
    data: { feature: 'bots', limit: 2, used: 3, upgradeTo: 'max' },
  });
  await expect(use('read_only')).rejects.toMatchObject({ code: 'organisation_read_only', data: { plan: 'pro' } });
  await expect(use('not_included')).rejects.toMatchObject({ code: 'feature_not_included', data: { feature: 'bots' } });
  // The limit rose while it was asked for.
  const unlimited = having(snapshot('bots', { kind: 'counted', limit: null }));
  await expect(use('over_limit', unlimited)).rejects.toMatchObject({ code: 'feature_not_included' });
});

test('of what exists the oldest so many are in use: none where the feature is missing or of another kind, all or none while it is read-only', () => {
  const standing = (grant: FeatureGrant | undefined, status: 'active' | 'paused' = 'active') =>
    standingOf(snapshot('bots', grant, { plans: { trading: plan(status) } }), 'bots');
  expect(standing({ kind: 'counted', limit: 2 })).toEqual({ keep: 2, all: null });
  expect(standing({ kind: 'counted', limit: null })).toEqual({ keep: null, all: null });
  const webhooks = (value: boolean) =>
    standingOf(snapshot('webhook_channels', { kind: 'boolean', value }), 'webhook_channels');
  expect([webhooks(true).all, webhooks(false).all]).toEqual([null, 'not_included']);
  for (const wrong of [undefined, GRANTS.static, GRANTS.level, GRANTS.metered])
    expect(standing(wrong)).toEqual({ keep: null, all: 'not_included' });
  for (const any of [undefined, ...Object.values(GRANTS)])
    expect(standing(any, 'paused')).toEqual({ keep: null, all: 'read_only' });
});

describe('an operation that declares what it needs', () => {
  const guard = new NeededFeatures(entitlements);
  const asked = (contract: object, given: Snapshot) =>
    guard.canActivate({
      switchToRpc: () => ({ getContext: () => ({ contract }), getData: () => ({ tx: having(given) }) }),
    } as never);
  const level = (name: 'none' | 'basic' | 'premium' | 'unlimited'): FeatureGrant => ({ kind: 'level', level: name });

  test('is refused below the level, also while the product can be read; one that needs nothing is not looked at', async () => {
    const premium = { needs: { feature: 'metrics', least: 'premium' } };
    for (const enough of ['premium', 'unlimited'] as const)
      expect(await asked(premium, snapshot('metrics', level(enough), { plans: { trading: plan('paused') } }))).toBe(
        true,
      );
    for (const little of [undefined, level('none'), level('basic'), GRANTS.boolean, GRANTS.counted])
      await expect(asked(premium, snapshot('metrics', little))).rejects.toMatchObject({
        code: 'feature_not_included',
        data: { feature: 'metrics', upgradeTo: 'max' },
      });
    expect(asked({}, snapshot('metrics', undefined))).toBe(true);
  });
});

test('an installation whose licence has ended creates nothing, shows everything, and names the licence', async () => {
  const licence = { readOnly: true };
  const licensed = new Entitlements({} as never, { standing: () => licence } as never);
  const tx = having(snapshot('bots', { kind: 'counted', limit: null }));
  await expect(licensed.claim(tx, 'bots', async () => 0)).rejects.toMatchObject({
    code: 'organisation_read_only',
    detail: expect.stringContaining('licence'),
  });
  await expect(licensed.feature(having(snapshot('backtests', GRANTS.boolean)), 'backtests')).rejects.toMatchObject({
    code: 'organisation_read_only',
  });
  await licensed.shows(having(snapshot('metrics', GRANTS.level)), 'metrics');
  licence.readOnly = false;
  await licensed.claim(tx, 'bots', async () => 0);
});

test('only what the plan’s own snapshot calls a demo may be filled with made-up data', async () => {
  const real = having(snapshot('bots', GRANTS.counted));
  const unknown = { orgId: 'o', one: async () => undefined } as never as Tx;
  for (const tx of [real, unknown]) {
    await expect(entitlements.requireDemo(tx)).rejects.toMatchObject({ code: 'conflict' });
    expect(await entitlements.isDemo(tx)).toBe(false);
  }
  const demo = having(snapshot('bots', GRANTS.counted, { demo: true }));
  expect(await entitlements.requireDemo(demo)).toMatchObject({ demo: true });
  expect(await entitlements.isDemo(demo)).toBe(true);
});
