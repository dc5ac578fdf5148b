import { setBillingDetails } from '@tidegate/contracts/billing/billing-details';
import { createGrant } from '@tidegate/contracts/billing/grants';
import { chargeOnce, payInvoice } from '@tidegate/contracts/billing/invoices';
import { type OrganisationSummary, organisationStory, searchOrganisations } from '@tidegate/contracts/billing/operator';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { Metrics } from '@tidegate/telemetry/metrics';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { UsageBackfilled } from '../invoices/usage-backfilled.ts';
import { MeasureBusiness } from './measure-business.loop.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const turn = () => billing.learn.turn({ signal: new AbortController().signal });
const search = (more = {}) => billing.call(searchOrganisations, { limit: 200, ...more });
const names = async (more = {}) => (await search(more)).items.map(({ name }) => name);
const set = (organisationId: string, more: object) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', reason: 'a transfer', ...more });

/** An organisation that identity knows by this name. */
async function named(name: string, ownerEmail = `${name.toLowerCase()}@example.com`): Promise<string> {
  const createdAt = new Date().toISOString();
  const id = await billing.create(createdAt);
  billing.known.set(id, { id, name, ownerEmail, ownerIds: [id], createdAt });
  return id;
}

async function pages(more: object): Promise<OrganisationSummary[]> {
  const all: OrganisationSummary[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await billing.call(searchOrganisations, { limit: 7, cursor, ...more });
    all.push(...page.items);
    if (!page.nextCursor) return all;
    cursor = page.nextCursor;
  }
}

test('what it brings follows each change: add-ons, pauses, trials, moves of plans, and the end', async () => {
  const org = await named('Follow');
  await turn();
  const brings = async () => (await search({ q: org })).items[0]?.mrr.map(({ amountMinor }) => amountMinor);
  expect(await brings()).toEqual([]);
  await billing.call(changeSubscription, { product: 'monitoring', plan: 'pro', trial: true }, org);
  expect(await brings()).toEqual([]);
  expect(await names({ status: 'trialing', q: org })).toEqual(['Follow']);
  await set(org, { plan: 'starter', addons: [{ addon: 'extra_servers', quantity: 3 }] });
  expect(await brings()).toEqual([3400]);
  await set(org, { plan: 'starter', status: 'past_due' });
  expect(await brings()).toEqual([3400]);
  await set(org, { plan: 'starter', status: 'paused' });
  expect(await brings()).toEqual([]);
  await set(org, { plan: 'pro', addons: [] });
  expect(await brings()).toEqual([4900]);
  await billing.call(movePlans, { from: 'monitoring.pro', to: 'monitoring.starter' });
  expect(await brings()).toEqual([1900]);
  await set(org, { plan: 'starter', status: 'canceled' });
  expect(await brings()).toEqual([]);
});

test('an add-on that is sold by the month only brings its month, also where the plan is paid by the year', async () => {
  const org = await named('Yearly');
  await turn();
  const brings = async () => (await search({ q: org })).items[0]?.mrr.map(({ amountMinor }) => amountMinor);
  await set(org, { plan: 'pro', interval: 'year', addons: [{ addon: 'extra_servers', quantity: 3 }] });
  expect(await brings()).toEqual([4083 + 1500]);
  await set(org, { plan: 'pro', interval: 'year', addons: [{ addon: 'extra_servers', quantity: 1 }] });
  expect(await brings()).toEqual([4083 + 500]);
  // As releases before wrote it down.
  await billing.tenants.as({}, (tx) =>
    tx.query('update revenue_facts set mrr_minor = 4083 where customer = $1 and mrr_minor > 4083', [org]),
  );
  const measure = new MeasureBusiness(billing.tenants, new Metrics());
  await measure.turn();
  await measure.turn();
  expect(await brings()).toEqual([4083 + 500]);
  const facts = await billing.tenants.as({}, (tx) =>
    tx.query<{ mrr_minor: string }>('select mrr_minor from revenue_facts where customer = $1 order by id', [org]),
  );
  expect(facts.slice(-2).map(({ mrr_minor }) => mrr_minor)).toEqual(['4083', '4583']);
  await set(org, { plan: 'free' });
});

test('fifty organisations are listed page by page in every order, each once, and found by name, owner, id and plan', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 50; at += 1)
    ids.push(await named(`Shop ${String((at * 7) % 50).padStart(2, '0')}`, `p${at}@example.com`));
  await turn();
  const sorted = Array.from({ length: 50 }, (_, at) => `Shop ${String(at).padStart(2, '0')}`);
  expect((await pages({ sort: 'name', q: 'shop' })).map(({ name }) => name)).toEqual(sorted);
  expect((await pages({ q: 'SHOP' })).map(({ id }) => id)).toEqual([...ids].reverse());

  for (const [at, id] of ids.slice(0, 20).entries()) {
    if (at % 2 === 0) await set(id, { plan: 'starter' });
    else await set(id, { plan: 'pro', interval: 'year', addons: [] });
  }
  const paying = await pages({ sort: 'mrr', q: 'shop' });
  expect(paying.map(({ mrr }) => mrr)).toEqual([
    ...Array.from({ length: 10 }, () => [{ currency: 'EUR', amountMinor: 4083 }]),
    ...Array.from({ length: 10 }, () => [{ currency: 'EUR', amountMinor: 1900 }]),
  ]);
  expect(new Set(paying.map(({ id }) => id)).size).toBe(20);
  expect((await search({ sort: 'mrr', currency: 'USD' })).items).toEqual([]);

  expect(await names({ q: 'p3@example' })).toEqual(['Shop 21']);
  expect(await names({ q: ids[3] })).toEqual(['Shop 21']);
  expect(await names({ q: '100%' })).toEqual([]);
  expect((await pages({ plan: 'starter', q: 'shop' })).length).toBe(10);
  expect((await pages({ product: 'trading', q: 'shop' })).length).toBe(0);
  expect((await search({ q: ids[1] })).items).toMatchObject([
    {
      ownerEmail: 'p1@example.com',
      plans: [{ product: 'monitoring', plan: 'pro', status: 'active', interval: 'year' }],
      mrr: [{ currency: 'EUR', amountMinor: 4083 }],
    },
  ]);
  const { nextCursor } = await search({ limit: 2 });
  await expect(search({ sort: 'name', cursor: nextCursor })).rejects.toMatchObject({
    data: { errors: [{ field: '/cursor' }] },
  });
});

test('another name or owner is learnt when an event says so; a deleted organisation is purged, its amounts are not', async () => {
  const org = await named('Before');
  await turn();
  await set(org, { plan: 'pro' });
  billing.known.set(org, {
    id: org,
    name: 'After',
    ownerEmail: 'eve@example.com',
    ownerIds: [org],
    createdAt: new Date().toISOString(),
  });
  const event = { time: new Date().toISOString() };
  const context = (data: object, tx: unknown) => ({ data, event, orgId: org, tx }) as never;
  await billing.tenants.run(org, (tx) => billing.learn.renamed(context({ orgId: org, name: 'After' }, tx)));
  expect(await names({ q: org })).toEqual(['Before']);
  await turn();
  expect((await search({ q: org })).items).toMatchObject([{ name: 'After', ownerEmail: 'eve@example.com' }]);
  await billing.tenants.as({}, (tx) => billing.learn.deleted(context({ orgId: org }, tx)));
  // Before the purge has come to it.
  await set(org, { plan: 'starter' });
  const facts = await billing.tenants.as({}, (tx) =>
    tx.query('select product, plan, status, mrr_minor from revenue_facts where customer = $1 order by id', [org]),
  );
  expect(facts).toMatchObject([
    { product: 'monitoring', plan: 'free', status: 'active' },
    { status: 'signed_up' },
    { plan: 'pro', mrr_minor: '4900' },
    { status: 'deleted', mrr_minor: '0' },
    { status: 'deleted', mrr_minor: '0' },
  ]);
});

test('one story tells everything that happened to an organisation, in order, page by page', async () => {
  const org = await named('Story');
  await billing.call(createGrant, { organisationId: org, feature: 'servers', value: 4, reason: 'a promise of sales' });
  await set(org, { plan: 'starter' });
  const { invoice } = await billing.call(chargeOnce, {
    organisationId: org,
    chargeKey: newId(),
    description: 'Set up',
    currency: 'EUR',
    amountMinor: 50_000,
    reason: 'as agreed',
    now: true,
  });
  await billing.call(setBillingDetails, { name: 'Story GmbH', address: 'Hafen 1, Hamburg' }, org);
  const correction = { source: 'shop', id: 'r1', meter: 'api_calls', time: new Date().toISOString(), before: 7 };
  const corrected = { ...correction, orgId: org, action: 'void', quantity: 0, by: 'service_key:k', reason: 'Test run' };
  const usage = new UsageBackfilled(billing.tenants, undefined as never);
  await billing.tenants.run(org, (tx) => usage.record({ data: corrected, tx } as never));
  const span = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
  const done = { action: 'applied', backfillId: newId(), by: 'service_key:k', reason: 'An outage' };
  const changed = { orgId: org, meter: 'api_calls', ...span, done };
  await billing.tenants.run(org, (tx) => usage.reopen({ data: changed, tx } as never));
  await billing.call(payInvoice, { organisationId: org, invoiceId: invoice?.id, reason: 'bank transfer' });
  const story = await billing.call(organisationStory, { organisationId: org });
  expect(story.items[0]).toMatchObject({
    kind: 'invoice_change',
    action: 'paid',
    by: 'user',
    reason: 'bank transfer',
    data: { amountMinor: 50_000 },
  });
  expect(story.items.filter(({ kind }) => kind === 'change')).toMatchObject([
    { action: 'backfill_applied', by: 'service_key:k', reason: 'An outage', data: { after: { meter: 'api_calls' } } },
    { action: 'usage_voided', by: 'service_key:k', reason: 'Test run', data: { before: { id: 'r1', quantity: 7 } } },
    { action: 'billing_details_set', by: 'user', data: { after: { name: 'Story GmbH' } } },
    { action: 'changed', reason: 'a transfer', data: { before: { plan: 'free' }, after: { plan: 'starter' } } },
    { action: 'granted', reason: 'a promise of sales', data: { after: { value: 4 } } },
    { action: 'opened', by: 'sign-up' },
  ]);
  // What the change costs, and what was charged by hand.
  const kinds = new Set(story.items.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['change', 'charge', 'invoice', 'invoice_change']);
  const paged: unknown[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await billing.call(organisationStory, { organisationId: org, limit: 1, cursor });
    paged.push(...page.items);
    if (!page.nextCursor) break;
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(story.items);
  await expect(billing.call(organisationStory, { organisationId: newId() })).rejects.toMatchObject({
    code: 'not_found',
  });
});
