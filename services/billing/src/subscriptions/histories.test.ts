import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { createGrant, deleteGrant, listGrants } from '@tidegate/contracts/billing/grants';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import {
  cancelSubscription,
  changeSubscription,
  pauseSubscription,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { LONG } from '@tidegate/testing/long';
import fc from 'fast-check';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { type Step, SubscriptionModel } from '../../test/subscription-model.ts';

const DAY_MS = 86_400_000;
/** Nothing that is compared happens so near to an instant at which something is due. */
const MARGIN_MS = 60_000;

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const plan = fc.constantFrom('free', 'starter', 'pro');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 45 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('operator' as const),
      plan,
      status: fc.constantFrom('active', 'active', 'active', 'past_due', 'paused', 'unpaid', 'canceled'),
    }) as fc.Arbitrary<Step>,
  },
  fc.record({ do: fc.constant('addons' as const), extra: fc.nat(6), archive: fc.boolean() }),
  fc.record({ do: fc.constant('choose' as const), plan }),
  fc.constant<Step>({ do: 'try' }),
  fc.record({ do: fc.constant('cancel' as const), at: fc.constantFrom('now' as const, 'period_end' as const) }),
  fc.constantFrom<Step>({ do: 'resume' }, { do: 'pause' }, { do: 'ungrant' }),
  fc.record({
    do: fc.constant('grant' as const),
    op: fc.constantFrom('set' as const, 'add' as const, 'max' as const),
    servers: fc.nat(30),
    fromDays: fc.nat(20),
    days: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
  }),
);

/** Carries the step out; the time that has passed lies between the clock of the model and that of the machine. */
async function carryOut(org: string, step: Step): Promise<unknown> {
  const monitoring = { product: 'monitoring' };
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
  switch (step.do) {
    case 'operator':
      return billing.call(setSubscription, {
        organisationId: org,
        ...monitoring,
        plan: step.plan,
        status: step.status,
      });
    case 'addons': {
      const { plan } = await billing.subscription(org, 'monitoring');
      const addons = [
        ...(step.extra > 0 ? [{ addon: 'extra_servers', quantity: step.extra }] : []),
        ...(step.archive ? [{ addon: 'archive' }] : []),
      ];
      return billing.call(setSubscription, { organisationId: org, ...monitoring, plan, addons });
    }
    case 'choose':
      return billing.call(changeSubscription, { ...monitoring, plan: step.plan }, org);
    case 'try':
      return billing.call(changeSubscription, { ...monitoring, plan: 'pro', trial: true }, org);
    case 'cancel':
      return billing.call(cancelSubscription, { ...monitoring, at: step.at }, org);
    case 'resume':
      return billing.call(resumeSubscription, monitoring, org);
    case 'pause':
      return billing.call(pauseSubscription, monitoring, org);
    case 'grant': {
      const { op, servers: value, fromDays, days } = step;
      const until = days === null ? {} : { until: inDays(fromDays + days) };
      const given = { feature: 'servers', op, value, from: inDays(fromDays), ...until, reason: 'random' };
      return billing.call(createGrant, { organisationId: org, ...given });
    }
    case 'ungrant': {
      const { items } = await billing.call(listGrants, { organisationId: org });
      const [last] = items;
      if (!last) throw new ProblemError({ code: 'not_found', status: 404, title: '' });
      return billing.call(deleteGrant, { organisationId: org, grantId: last.id });
    }
    case 'pass':
      await billing.pass(org, step.days * DAY_MS);
      return billing.due();
  }
}

async function read(org: string) {
  const { plans, features } = await billing.call(getEntitlements, {}, org);
  const { plan, status, access } = plans['monitoring'] as { plan: string; status: string; access: string };
  const amount = (key: string) => {
    const grant = features[key];
    return grant && 'limit' in grant ? grant.limit : grant?.kind === 'static' ? grant.value : undefined;
  };
  return {
    plan,
    status,
    access,
    servers: amount('servers'),
    seats: amount('seats'),
    calls: amount('api_calls'),
    days: amount('monitoring_retention_days'),
    reports: features['reports']?.kind === 'level' ? features['reports'].level : undefined,
  };
}

test('whatever is changed, given, tried, paused, cancelled and waited for, the organisation may do what a plain list of the facts says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const org = await billing.create();
      let passed = 0;
      const model = new SubscriptionModel(Date.now(), (at) => at - passed);
      const done: string[] = [];
      for (const given of steps) {
        const one = given.do === 'pass' ? { ...given, days: apart(model, given.days) } : given;
        if (one.do === 'pass') passed += one.days * DAY_MS;
        model.now = Date.now() + passed - (one.do === 'pass' ? one.days * DAY_MS : 0);
        const expected = model.step(one);
        const refused = await carryOut(org, one).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused !== undefined && !(refused instanceof ProblemError)) throw refused;
        done.push(`${JSON.stringify(one)} ${refused ? (refused as Error).message : 'done'}`);
        expect({ done, carriedOut: refused === undefined }).toEqual({ done, carriedOut: expected });
        expect({ done, may: await read(org) }).toEqual({ done, may: model.read() });
      }
      const versions = (await billing.announced(org)).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }),
    { numRuns: LONG ? 400 : 8, seed: LONG ? undefined : 7 } as fc.Parameters<[Step[]]>,
  );
});

/** So many days, or a little more, that nothing is due just then: the two clocks differ by what a test takes. */
function apart(model: SubscriptionModel, days: number): number {
  const near = (at: number) => model.coming().some((due) => Math.abs(due - at) < 4 * MARGIN_MS);
  let ms = days * DAY_MS;
  while (near(model.now + ms)) ms += 5 * MARGIN_MS;
  return ms / DAY_MS;
}
