import { buyPackage, createCheckout, createPortal } from '@tidegate/contracts/billing/checkout';
import { creditsChanged } from '@tidegate/contracts/billing/credits';
import { exported } from '@tidegate/contracts/billing/exported';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { cancelSubscription, changeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { setTopUp } from '@tidegate/contracts/billing/top-ups';
import type { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { newId } from '@tidegate/database/ids';
import { type MovedTable, movedTables } from '@tidegate/database/move/moved-tables';
import { activate, arrive, freeze, thaw } from '@tidegate/database/move/moving-organisations';
import { readRows } from '@tidegate/database/move/read-rows';
import { writeRows } from '@tidegate/database/move/write-rows';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import type { EventContext } from '@tidegate/messaging/handler';
import type { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { openStripeBilling, type StripeBilling } from '../../../test/stripe-fixture.ts';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { arrival } from '../../arrival.rows.ts';
import { clock } from '../../kernel/subscription.rows.ts';
import { claimTrial, hasTried, type TrialKey } from '../../subscriptions/trial.rows.ts';
import { markTopUp } from '../top-ups/top-up.rows.ts';
import { LeaveStripe } from './leave-stripe.ts';

/* Two installations with keys of one account of Stripe. The whole move: cli/src/move/move-organisation.test.ts. */
const HOUR = 3_600_000;
let home: StripeWorld;
let org: string;
let customer: string;
beforeEach(async () => {
  const now = new Date(Math.floor(Date.now() / HOUR) * HOUR - HOUR / 2);
  home = await openStripeWorld({ now });
  vi.spyOn(clock, 'read').mockImplementation(() => home.stripe.clock.now() * 1_000);
  // Pays by card for calls beyond a limit, and buys 1,000 more, once, when 200 are left.
  org = await home.organisation();
  await home.buy(org, { product: 'api', plan: 'flat' });
  await home.settle();
  customer = await home.customerOf(org);
  home.left.remaining['calls'] = 5_000;
  home.left.known = [];
  const topUp = { feature: 'calls', enabled: true, package: 'calls_1k', threshold: 200, monthlyCapMinor: 1_000 };
  await home.ask(setTopUp, topUp, org);
  await home.runLow(org);
});

const moving = (tenants: TenantDatabase, work: (tx: Tx) => Promise<unknown>) => tenants.moving(org).run(work);
/** What changes something at Stripe, since that many requests. */
const changes = (since: number) =>
  home.stripe.requests.slice(since).flatMap(({ operation }) => (operation.startsWith('GET ') ? [] : [operation]));
const subscription = async () => (await home.dashboard.subscriptions.list({ customer, status: 'all' })).data[0];
const topUpInvoices = async () =>
  (await home.dashboard.invoices.list({ customer, limit: 100 })).data
    .filter(({ metadata }) => metadata?.['top_up'])
    .map(({ status }) => status);

test('frozen, nothing of it is asked of Stripe or changed there, whoever wants it; thawed, all of it goes on', async () => {
  const started = home.stripe.clock.now() * 1_000;
  home.used['calls'] = [[started, 500]];
  await home.stripe.advance({ hours: 2 });
  await home.tenants.run(org, (tx) => markTopUp(tx, org, 'calls'));
  home.left.remaining['calls'] = 0;
  await moving(home.tenants, (tx) => freeze(tx, org));
  await home.dashboard.subscriptions.update((await subscription())?.id ?? '', { metadata: { note: 'changed' } });
  await home.stripe.settled();
  await home.makeDue();
  const since = home.stripe.requests.length;

  expect(await home.copy()).toBeUndefined();
  await home.compare();
  expect(await home.reportUsage()).toBeUndefined();
  await home.runLow(await home.organisation());
  const moves = { code: 'unavailable', detail: expect.stringContaining('is being moved') };
  const product = 'api';
  await expect(home.call(cancelSubscription, { product, at: 'now' }, org)).rejects.toMatchObject(moves);
  await expect(home.call(changeSubscription, { product, plan: 'big' }, org)).rejects.toMatchObject(moves);
  await expect(home.ask(createPortal, {}, org)).rejects.toMatchObject(moves);
  await expect(home.ask(createCheckout, { product: 'main', plan: 'pro' }, org)).rejects.toMatchObject(moves);
  const pack = { package: 'calls_1k', quantity: 1, orderKey: newId() };
  await expect(home.ask(buyPackage, pack, org)).rejects.toMatchObject(moves);
  expect(changes(since)).toEqual([]);
  expect(await home.events()).not.toContainEqual(expect.objectContaining({ state: 'dead' }));
  expect((await home.events()).map(({ attempts }) => attempts)).not.toContain(1);

  await moving(home.tenants, (tx) => thaw(tx, org, []));
  await home.settle();
  expect((await home.events()).filter(({ state }) => state === 'pending' || state === 'dead')).toEqual([]);
  await home.reportUsage();
  await home.runLow(await home.organisation());
  expect(changes(since)).toContain('POST /v1/billing/meter_events');
  expect(await topUpInvoices()).toEqual(['paid']);
});

/** What Stripe has said of the customer is said to the other installation as well. */
async function sayAgain(target: StripeBilling): Promise<void> {
  const { data } = await home.dashboard.events.list({ limit: 100 });
  const texts = data.map((event) => JSON.stringify(event)).filter((text) => text.includes(customer));
  for (const text of texts) await target.deliver(text);
}

async function copied(target: StripeBilling): Promise<void> {
  await target.makeDue();
  await target.copy();
  const open = (await target.events()).filter(({ state }) => state !== 'done' && state !== 'ignored');
  expect({ open, dirty: await target.dirty() }).toEqual({ open: [], dirty: [] });
}

/** Calls that Stripe charges. */
async function counted(): Promise<number> {
  const { data } = await home.dashboard.billing.meters.list();
  const id = data.find(({ event_name }) => event_name === 'tidegate.api.calls')?.id as string;
  const at = Math.ceil(home.stripe.clock.now() / 3_600) * 3_600;
  const range = { start_time: at - 86_400, end_time: at };
  const summary = await home.dashboard.billing.meters.listEventSummaries(id, { customer, ...range });
  return summary.data.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
}

/** Billing's part of a move. */
async function move(target: StripeBilling): Promise<void> {
  await moving(home.tenants, (tx) => freeze(tx, org));
  const tables = await movedTables(home.tenants.reader({}), exported.moves.tables);
  const parts: { table: MovedTable; rows: string[] }[] = [];
  await home.tenants.moving(org, { reading: true }).run(async (tx) => {
    for (const table of tables) for await (const rows of readRows(tx, table)) parts.push({ table, rows });
  });
  await moving(target.tenants, async (tx) => {
    for (const { table, rows } of parts) await writeRows(tx, table, rows, arrival.instead?.[table.name]);
    await tx.query(arrival.after ?? '', [org]);
    // The administrator has it count on from there.
    await tx.query("select nextval(pg_get_serial_sequence('revenue_facts', 'id')) from generate_series(1, 100)");
    await arrive(tx, org, newId());
  });
}

test('where it arrives it goes on as Stripe has it, and nothing is charged, reported or ended twice', async () => {
  const target = await openStripeBilling({ apiBase: home.stripe.origin, secretKey: home.stripe.key });
  await target.call(applyPlans, { yaml: CATALOGUE });
  await target.ask(publishPrices, {});
  const log = new Log({ service: 'billing' });
  // An hour that Stripe has counted and a package that it has charged, when nobody came to write it down any more.
  const begun = home.stripe.clock.now() * 1_000;
  const used: [number, number][] = [[begun, 500]];
  home.used['calls'] = used;
  await home.stripe.advance({ hours: 2 });
  await home.reportUsage();
  home.left.remaining['calls'] = 150;
  await home.runLow(org);
  expect(await topUpInvoices()).toEqual(['paid']);
  await home.tenants.run(org, async (tx) => {
    await tx.query('update stripe_usage_hours set sent_revision = 0, sent_at = null where org_id = $1', [org]);
    await tx.query('delete from credits where org_id = $1', [org]);
    await tx.query("update top_up_orders set state = 'open', settled_at = null where org_id = $1", [org]);
  });
  await move(target);
  const since = home.stripe.requests.length;
  await sayAgain(target);
  await target.makeDue();
  expect(await target.copy()).toBeUndefined();
  await moving(target.tenants, (tx) => activate(tx, org));
  await copied(target);
  expect(await target.subscriptions(org)).toMatchObject([{ status: 'active' }]);

  // The hour under the name that it has, and the package by the call that was made.
  target.used['calls'] = used;
  await target.reportUsage();
  expect(await counted()).toBe(400);
  used.push([begun, 50]);
  await target.reportUsage();
  expect(await counted()).toBe(450);
  target.left.remaining['calls'] = 150;
  target.left.known = [];
  await target.runLow(org);
  expect(await topUpInvoices()).toEqual(['paid']);
  expect((await target.emitted(creditsChanged, org)).map(({ credit }) => credit.amount)).toEqual([1_000]);
  expect(changes(since).filter((one) => one !== 'POST /v1/billing/meter_events')).toEqual([]);

  // Stripe renews it, and sends that to both.
  await home.stripe.advance({ days: 32 });
  await sayAgain(target);
  await copied(target);
  const invoices = (await home.dashboard.invoices.list({ customer })).data;
  expect(invoices.filter(({ billing_reason }) => billing_reason === 'subscription_cycle')).toHaveLength(1);
  expect(await target.drifts(org)).toEqual([]);
  const before = home.stripe.requests.length;
  await home.makeDue();
  await home.compare();
  await home.copy();
  const copies = home.stripe.requests.slice(before).map(({ operation }) => operation);
  expect(copies).not.toContain('GET /v1/subscriptions');

  // Removed there, it is still a customer, and what Stripe says of it is nobody's.
  const leave = new LeaveStripe(home.tenants, home.api, { wake: () => {} } as unknown as Wakes, log);
  await home.tenants.as({}, (tx) =>
    leave.handle({ tx, data: { orgId: org } } as EventContext<typeof organisationDeleted>),
  );
  await leave.turn({ signal: new AbortController().signal });
  await moving(home.tenants, (tx) => tx.query('delete from stripe_customers where org_id = $1', [org]));
  await moving(home.tenants, (tx) => tx.query('delete from moving_organisations where org_id = $1', [org]));
  await home.makeDue();
  await home.copy();
  expect(await home.dirty()).toEqual([]);
  expect((await home.events()).map(({ state }) => state)).not.toContain('pending');
  expect(changes(before)).toEqual([]);
  expect(await subscription()).toMatchObject({ status: 'active' });
  await target.call(cancelSubscription, { product: 'api', at: 'now' }, org);
  expect(await subscription()).toMatchObject({ status: 'canceled' });
});

test('a trial that runs goes on to its end where its card has tried the product, and who has had one has had it there as well', async () => {
  const target = await openStripeBilling({ apiBase: home.stripe.origin, secretKey: home.stripe.key });
  await target.call(applyPlans, { yaml: CATALOGUE });
  await target.ask(publishPrices, {});
  const owner = newId();
  org = await home.create(undefined, newId(), owner);
  await home.buy(org, { plan: 'tried' });
  await home.settle();
  expect(await home.plan(org)).toMatchObject({ plan: 'tried', status: 'trialing' });
  customer = await home.customerOf(org);
  const trial = (await subscription())?.id ?? '';
  const { data: methods } = await home.dashboard.paymentMethods.list({ customer });
  const card = `card:${methods[0]?.card?.fingerprint}` as const;
  // Somebody who lives there has tried it with the same card.
  await target.tenants.as({}, (tx) => claimTrial(tx, 'main', [card]));
  await move(target);
  await moving(target.tenants, (tx) => activate(tx, org));
  const since = home.stripe.requests.length;
  for (let times = 0; times < 2; times += 1) {
    await sayAgain(target);
    await copied(target);
  }
  expect(await target.subscriptions(org)).toMatchObject([{ status: 'trialing' }]);
  expect(changes(since)).toEqual([]);
  expect((await home.dashboard.subscriptions.retrieve(trial)).status).toBe('trialing');
  const hadBy = (key: TrialKey) => target.tenants.as({}, (tx) => hasTried(tx, 'main', [key]));
  expect([await hadBy(`user:${owner}`), await hadBy(`user:${newId()}`)]).toEqual([true, false]);

  // It ends as it would have, and is paid for.
  const days = Math.ceil((((await subscription())?.trial_end ?? 0) - home.stripe.clock.now()) / 86_400) + 1;
  await home.stripe.advance({ days });
  await sayAgain(target);
  await copied(target);
  expect(await target.subscriptions(org)).toMatchObject([{ status: 'active' }]);
});

test('the card of a trial that had ended before the move has tried the product where it arrives', async () => {
  const target = await openStripeBilling({ apiBase: home.stripe.origin, secretKey: home.stripe.key });
  await target.call(applyPlans, { yaml: CATALOGUE });
  await target.ask(publishPrices, {});
  org = await home.organisation();
  await home.buy(org, { plan: 'tried' });
  await home.settle();
  customer = await home.customerOf(org);
  await home.dashboard.subscriptions.cancel((await subscription())?.id ?? '');
  await home.settle();
  const { data: methods } = await home.dashboard.paymentMethods.list({ customer });
  const card = `card:${methods[0]?.card?.fingerprint}` as const;
  const had = () => target.tenants.as({}, (tx) => hasTried(tx, 'main', [card]));
  await move(target);
  await moving(target.tenants, (tx) => activate(tx, org));
  expect(await had()).toBe(false);
  await copied(target);
  expect(await had()).toBe(true);
});
