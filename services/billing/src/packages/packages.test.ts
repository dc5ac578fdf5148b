import {
  creditsChanged,
  endCredit,
  getCredits,
  giveCredit,
  listCredits,
  orderPackage,
} from '@tidegate/contracts/billing/credits';
import { organisationBilling } from '@tidegate/contracts/billing/grants';
import { chargeOnce, creditInvoice, listInvoices, payInvoice, voidInvoice } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { getSubscriptions } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { packageBought } from '../credits/give-units.ts';

const PACKAGES = `packages:
  calls_1k: { name: "1,000 calls", feature: api_calls, amount: 1000, expiresDays: 30, prices: { EUR: { once: 1000 } } }
  orders_10: { name: 10 orders, feature: bot_orders, amount: 10, prices: { EUR: { once: 500 } } }
  gift: { name: Presents, feature: api_calls, amount: 5, offered: false, prices: { EUR: { once: 100 } } }
  in_yen: { name: In yen, feature: api_calls, amount: 5, prices: { EUR: { once: 100 }, JPY: { once: 100 } } }
`;
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP + PACKAGES });
});
afterAll(() => billing.close());

const order = (org: string, more: object = {}) =>
  billing.call(orderPackage, { package: 'calls_1k', orderKey: 'one', ...more }, org);
const of = (org: string, invoice: { id: string } | null) => ({
  ...{ organisationId: org, invoiceId: invoice?.id, reason: 'Bank transfer' },
});
const credits = (org: string) => billing.call(getCredits, {}, org);
const announced = (org: string) => billing.emitted(creditsChanged, org);
const DAY = 86_400_000;

test('a package is ordered on an invoice, and its units are there when an operator marks it as paid', async () => {
  const org = await billing.create();
  const { order: ordered, invoice } = await order(org, { quantity: 3 });
  expect(ordered).toMatchObject({ status: 'open', amount: 3000, totalMinor: 3000, currency: 'EUR', creditId: null });
  expect(invoice).toMatchObject({
    ...{ status: 'open', dueMinor: 3000 },
    lines: [{ item: 'package:calls_1k', description: '1,000 calls', quantity: 3, amountMinor: 3000 }],
  });
  expect(await announced(org)).toEqual([]);
  expect(await credits(org)).toMatchObject({ features: [], orders: [{ status: 'open', invoiceId: invoice?.id }] });
  await billing.call(payInvoice, of(org, invoice));
  await billing.call(payInvoice, of(org, invoice));
  const [event, ...others] = await announced(org);
  expect(others).toEqual([]);
  expect(event).toMatchObject({ free: false, credit: { feature: 'api_calls', amount: 3000, package: 'calls_1k' } });
  const { from, until } = event?.credit ?? {};
  expect(Date.parse(until ?? '') - Date.parse(from ?? '')).toBe(30 * DAY);
  billing.drawn.push({ id: event?.credit.id ?? '', meter: 'api_calls', left: 2600, decimals: 0, rollover: null });
  expect(await credits(org)).toMatchObject({
    features: [{ feature: 'api_calls', left: 2600, credits: [{ amount: 3000, left: 2600, expired: false, until }] }],
    orders: [{ status: 'granted', creditId: event?.credit.id }],
  });
});

test('what is left is shown to the last digit of the meter, with what was left of earlier periods before it', async () => {
  const org = await billing.create();
  const given = { organisationId: org, creditKey: 'k', feature: 'api_calls', amount: 2, reason: 'Goodwill' };
  const { id } = await billing.call(giveCredit, given);
  const [from, until] = [-DAY, DAY].map((ms) => new Date(Date.now() + ms).toISOString()) as [string, string];
  const carried = { id: newId(), meter: 'api_calls', left: 39, decimals: 2, rollover: { amount: 50, from, until } };
  const over = { ...carried, id: newId(), rollover: { amount: 50, from, until: from } };
  billing.drawn.push(over, carried, { id, meter: 'api_calls', left: 1.25, decimals: 2, rollover: null });
  expect((await credits(org)).features).toMatchObject([
    {
      left: 40.25,
      credits: [
        { source: 'rollover', amount: 50, left: 39, until, expired: false },
        { source: 'manual', amount: 2, left: 1.25, until: null, expired: false },
      ],
    },
  ]);
  billing.drawn.length = 0;
});

test('the same key is the same order, also at the same time; another choice needs another key', async () => {
  const org = await billing.create();
  const all = await Promise.all(Array.from({ length: 6 }, () => order(org)));
  expect(new Set(all.map((one) => one.order.id)).size).toBe(1);
  expect((await billing.call(listInvoices, {}, org)).items).toHaveLength(1);
  await expect(order(org, { quantity: 2 })).rejects.toMatchObject({ code: 'validation_failed' });
});

test('a withdrawn invoice gives nothing, one that is credited to the last cent neither, a part of it does', async () => {
  const results = [];
  for (const end of ['void', 'all', 'part'] as const) {
    const org = await billing.create();
    const { invoice } = await order(org);
    const note = (amountMinor: number, creditKey: string) =>
      billing.call(creditInvoice, { ...of(org, invoice), amountMinor, creditKey });
    if (end === 'void') await billing.call(voidInvoice, of(org, invoice));
    else await note(end === 'all' ? 1000 : 200, 'a');
    if (end === 'part') await billing.call(payInvoice, of(org, invoice));
    results.push([(await credits(org)).orders[0]?.status, (await announced(org)).length]);
  }
  expect(results).toEqual([
    ['canceled', 0],
    ['canceled', 0],
    ['granted', 1],
  ]);
});

test('what the balance pays is there at once', async () => {
  const org = await billing.create();
  const charge = { organisationId: org, description: 'Thanks', currency: 'EUR', reason: 'Thanks', now: true };
  await billing.call(chargeOnce, { ...charge, chargeKey: 'a', amountMinor: -1500 });
  expect(await credits(org)).toMatchObject({ balances: [{ currency: 'EUR', amountMinor: 1500 }] });
  const { order: ordered, invoice } = await order(org);
  expect([ordered.status, invoice?.status, invoice?.fromBalanceMinor]).toEqual(['granted', 'paid', 1000]);
  expect(await credits(org)).toMatchObject({ balances: [{ amountMinor: 500 }], features: [{ left: 1000 }] });
});

test('with PACKAGES_BEFORE_PAYMENT units are there at once, and end when the invoice is withdrawn', async () => {
  const trusting = await openBilling();
  Object.assign(trusting.config, { PACKAGES_BEFORE_PAYMENT: true });
  await trusting.call(applyPlans, { yaml: SHOP + PACKAGES });
  const org = await trusting.create();
  const { order: ordered, invoice } = await trusting.call(orderPackage, { package: 'calls_1k', orderKey: 'a' }, org);
  expect([ordered.status, invoice?.status]).toEqual(['granted', 'open']);
  await trusting.call(voidInvoice, of(org, invoice));
  const events = await trusting.emitted(creditsChanged, org);
  expect(events).toHaveLength(2);
  expect(Date.parse(events[1]?.credit.until ?? '')).toBeLessThanOrEqual(Date.now());
  expect(await trusting.call(getCredits, {}, org)).toMatchObject({
    features: [{ left: 0, credits: [{ expired: true }] }],
    orders: [{ status: 'canceled' }],
  });
  await trusting.close();
});

test.each([
  ['a package that nobody knows', { package: 'nothing' }, 'unknown_package'],
  ['one that only operators give', { package: 'gift' }, 'unknown_package'],
  ['one of a feature that no plan of theirs has', { package: 'orders_10' }, 'package_not_usable'],
])('%s is not sold', async (_what, choice, code) => {
  const org = await billing.create();
  await expect(order(org, choice)).rejects.toMatchObject({ code });
  expect((await billing.call(listInvoices, {}, org)).items).toEqual([]);
});

test('ten unpaid orders are enough, and everything is paid in one currency', async () => {
  const org = await billing.create();
  for (let index = 0; index < 10; index += 1) await order(org, { orderKey: `k${index}` });
  const eleventh = () => order(org, { orderKey: 'k10' });
  await expect(eleventh()).rejects.toMatchObject({ code: 'too_many_orders', data: { open: 10, limit: 10 } });
  const [newest] = (await billing.call(listInvoices, {}, org)).items;
  await billing.call(payInvoice, of(org, newest ?? null));
  await eleventh();
  const inYen = await billing.create();
  const charge = { organisationId: inYen, chargeKey: 'a', description: 'x', reason: 'because', amountMinor: 5 };
  await billing.call(chargeOnce, { ...charge, currency: 'JPY' });
  await expect(order(inYen)).rejects.toMatchObject({ code: 'other_currency', data: { currency: 'JPY' } });
  expect((await order(inYen, { package: 'in_yen' })).invoice).toMatchObject({ currency: 'JPY' });
});

test('an organisation is told in which currency it pays before it orders, also without a paid plan', async () => {
  const org = await billing.create();
  expect(await billing.call(getSubscriptions, {}, org)).toMatchObject({ currency: null });
  const charge = { organisationId: org, chargeKey: 'a', description: 'x', reason: 'because', amountMinor: 5 };
  await billing.call(chargeOnce, { ...charge, currency: 'JPY' });
  const { currency, subscriptions } = await billing.call(getSubscriptions, {}, org);
  expect({ currency, of: subscriptions[0]?.currency }).toEqual({ currency: 'JPY', of: null });
  expect((await order(org, { package: 'in_yen', quantity: 2 })).order).toMatchObject({ currency, totalMinor: 200 });
});

test('a payment that is told twice, by two replicas and after a crash, gives units once', async () => {
  const org = await billing.create();
  const pack = { package: 'calls_1k', name: '1,000 calls', feature: 'api_calls', amount: 1000, expiresDays: null };
  const paid = { currency: 'EUR', amountMinor: 1000n };
  const bought = (fails = false) =>
    billing.tenants.run(org, async (tx) => {
      await packageBought(tx, billing.outbox.emitter(tx), {
        ...{ orgId: org, pack, quantity: 1, reference: 'stripe:cs_1', paid, by: 'stripe' },
      });
      if (fails) throw new Error('The process died here.');
    });
  await expect(bought(true)).rejects.toThrow('died');
  expect(await announced(org)).toEqual([]);
  await Promise.all([bought(), bought(), bought()]);
  await bought();
  expect((await announced(org)).map(({ credit }) => credit.amount)).toEqual([1000]);
  const other = await billing.create();
  expect((await announced(other)).length).toBe(0);
});

test('operators give packages and units with a reason, once for each key, and take back what is left', async () => {
  const org = await billing.create();
  const give = (more: object) =>
    billing.call(giveCredit, { organisationId: org, creditKey: 'a', reason: 'An outage', ...more });
  const first = await give({ package: 'gift', source: 'promotion' });
  expect(await give({ package: 'gift', source: 'promotion' })).toEqual(first);
  expect(first).toMatchObject({
    amount: 5,
    feature: 'api_calls',
    source: 'promotion',
    by: 'user',
    reason: 'An outage',
  });
  const second = await give({ creditKey: 'b', feature: 'api_calls', amount: 7, priority: -1 });
  expect(await billing.call(listCredits, { organisationId: org })).toMatchObject({
    items: [{ id: second.id }, { id: first.id }],
  });
  const [shown] = (await credits(org)).features;
  expect(shown).toMatchObject({ left: 12, credits: [{ priority: -1, name: 'api_calls: 7' }, { name: 'Presents' }] });
  expect(JSON.stringify(shown)).not.toContain('An outage');
  const ended = await billing.call(endCredit, { organisationId: org, creditId: second.id, reason: 'By mistake' });
  expect(await billing.call(endCredit, { organisationId: org, creditId: second.id })).toEqual(ended);
  expect((await announced(org)).map(({ free, credit }) => [free, credit.id])).toEqual([
    [true, first.id],
    [true, second.id],
    [true, second.id],
  ]);
  const { changes } = await billing.call(organisationBilling, { organisationId: org });
  expect(changes.map(({ action, reason }) => [action, reason]).slice(0, 3)).toEqual([
    ['credit_ended', 'By mistake'],
    ['credit_given', 'An outage'],
    ['credit_given', 'An outage'],
  ]);
  await expect(give({ creditKey: 'c', feature: 'servers', amount: 1 })).rejects.toMatchObject({
    code: 'validation_failed',
  });
  await expect(give({ creditKey: 'c', organisationId: newId(), package: 'gift' })).rejects.toMatchObject({
    code: 'not_found',
  });
});
