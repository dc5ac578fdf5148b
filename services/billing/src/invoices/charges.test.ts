import { chargeOnce, getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans, exportPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { cancelSubscription, changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { LONG } from '@tidegate/testing/long';
import fc from 'fast-check';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { InvoiceModel, later, type Wanted } from '../../test/invoice-model.ts';
import { SHOP } from '../../test/shop.ts';
import { clock as clockOfBilling } from '../kernel/subscription.rows.ts';
import { findBalance } from './balance.rows.ts';
import { findWaiting } from './invoice-item.rows.ts';

/* Everything here happens at instants that the tests choose. */
const real = clockOfBilling.read;
const clock = { now: Date.parse('2020-01-01') };
const DAY = 86_400_000;
const OVERAGE = "api_calls: { limit: 1000, enforcement: overage, price: { EUR: { unit: '0.01' } } }";
const CATALOGUE = SHOP.replace('api_calls: 10000', OVERAGE).replace(
  'name: basic\n      prices: { EUR: { month: 1900 } }',
  'name: basic\n      prices: { EUR: { month: 1900, setup: 5000 } }',
);
/** The plan `basic` of trading once more, free of charge but for its use. */
const BASIC = / {4}basic:\n[\s\S]*?(?=addons:)/;
const PAYG = (SHOP.match(BASIC) as RegExpMatchArray)[0]
  .replace('    basic:\n      name: basic', '    payg:\n      name: payg')
  .replace('month: 1900', 'month: 0')
  .replace(/bot_orders: .*/, "bot_orders: { limit: 0, enforcement: overage, price: { EUR: { unit: '0.005' } } }");

let billing: Fixture;
beforeAll(async () => {
  clockOfBilling.read = () => clock.now;
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: CATALOGUE.replace('addons:\n', `${PAYG}addons:\n`) });
});
afterAll(() => {
  clockOfBilling.read = real;
  return billing.close();
});

const at = (text: string) => {
  clock.now = Date.parse(text);
};
async function organisation(created: string): Promise<string> {
  at(created);
  return billing.create(created);
}
const set = (organisationId: string, plan: string, more: object = {}) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', plan, ...more });

/** The oldest first, with their lines. */
async function invoices(org: string) {
  const { items } = await billing.call(listInvoices, { limit: 100 }, org);
  const all = await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)));
  return all.sort((a, b) => (a.number as string).localeCompare(b.number as string));
}
type Issued = Awaited<ReturnType<typeof invoices>>[number];
const short = ({ lines }: Issued) =>
  lines.map(({ item, amountMinor, periodStart, periodEnd }) => [
    item,
    amountMinor,
    periodStart.slice(0, 10),
    periodEnd.slice(0, 10),
  ]);

test('a subscription that an operator sets is charged at the start of each period, and a year of standstill is caught up period by period', async () => {
  const org = await organisation('2023-12-15T08:00:00Z');
  at('2024-01-31T10:00:00Z');
  await set(org, 'pro');
  const first = [['plan:pro', 4900, '2024-01-31', '2024-02-29']];
  expect((await invoices(org)).map(short)).toEqual([first]);
  at('2025-01-31T10:00:00Z');
  await Promise.all(Array.from({ length: 6 }, () => billing.settle(org)));
  const all = await invoices(org);
  expect(all.map(({ totalMinor }) => totalMinor)).toEqual(Array.from({ length: 13 }, () => 4900));
  expect(all.slice(0, 4).flatMap(short)).toEqual([
    ...first,
    ['plan:pro', 4900, '2024-02-29', '2024-03-31'],
    ['plan:pro', 4900, '2024-03-31', '2024-04-30'],
    ['plan:pro', 4900, '2024-04-30', '2024-05-31'],
  ]);
});

test('a change in the middle of a period credits what is not used and charges the rest, at once when something is owed', async () => {
  const org = await organisation('2024-04-01T00:00:00Z');
  await set(org, 'starter', { addons: [{ addon: 'extra_servers', quantity: 3 }] });
  at('2024-04-16T00:00:00Z');
  await set(org, 'starter', { addons: [{ addon: 'extra_servers', quantity: 5 }] });
  await set(org, 'pro');
  expect(
    (await invoices(org)).slice(1).map(({ lines }) => lines.map((line) => [line.item, line.amountMinor]).sort()),
  ).toEqual([
    [
      ['addon:extra_servers', -750],
      ['addon:extra_servers', 1250],
    ],
    [
      ['plan:pro', 2450],
      ['plan:starter', -950],
    ],
  ]);
  await set(org, 'starter');
  expect(await invoices(org)).toHaveLength(3);
  at('2024-05-01T00:00:00Z');
  await billing.settle(org);
  expect((await invoices(org)).at(-1)).toMatchObject({ totalMinor: 1900 + 2500 - 2450 + 950 });
});

test('what ends with its period is not charged again; what follows is', async () => {
  const org = await organisation('2024-01-31T00:00:00Z');
  await set(org, 'pro', { addons: [{ addon: 'archive' }] });
  await billing.call(changeSubscription, { product: 'monitoring', plan: 'starter' }, org);
  at('2024-03-05T00:00:00Z');
  await billing.settle(org);
  expect((await invoices(org)).map(short)[1]).toEqual([['plan:starter', 1900, '2024-02-29', '2024-03-31']]);
  await billing.call(cancelSubscription, { product: 'monitoring' }, org);
  at('2025-03-05T00:00:00Z');
  await billing.settle(org);
  expect(await invoices(org)).toHaveLength(2);
});

test('while it is paused nothing is charged; when it goes on, the rest of the period is', async () => {
  const org = await organisation('2024-04-01T00:00:00Z');
  await set(org, 'pro');
  await set(org, 'pro', { status: 'paused' });
  at('2024-06-16T00:00:00Z');
  await billing.settle(org);
  expect(await invoices(org)).toHaveLength(1);
  await set(org, 'pro');
  expect((await invoices(org)).map(short)[1]).toEqual([['plan:pro', 2450, '2024-06-16', '2024-07-01']]);
});

test('what was used before a pause is charged as it was had then, and what is used meanwhile is not', async () => {
  const start = Math.floor((Date.now() - 50 * DAY) / 1_000) * 1_000;
  const org = await organisation(new Date(start).toISOString());
  await set(org, 'pro');
  billing.used['api_calls'] = [
    [start + DAY, 1001],
    [start + 5 * DAY, 500],
  ];
  clock.now = start + 3 * DAY;
  await set(org, 'starter', { status: 'paused' });
  clock.now = start + 40 * DAY;
  await set(org, 'starter', { status: 'paused', addons: [{ addon: 'extra_servers' }] });
  await set(org, 'pro');
  await billing.chargeUsage();
  const lines = (await invoices(org)).flatMap((invoice) => invoice.lines);
  expect(lines.filter(({ item }) => item === 'usage:api_calls')).toMatchObject([{ quantity: 1, amountMinor: 1 }]);
});

test('setting up is paid once, however often somebody comes back', async () => {
  const org = await organisation('2024-04-01T00:00:00Z');
  const basic = (more: object = {}) => set(org, 'basic', { product: 'trading', ...more });
  await basic();
  await basic({ status: 'canceled' });
  at('2024-04-02T00:00:00Z');
  await basic();
  const lines = (await invoices(org)).flatMap((invoice) => invoice.lines);
  expect(lines.filter(({ description }) => description === 'basic, set up')).toMatchObject([{ amountMinor: 5000 }]);
});

test('usage beyond the limit is charged when its window is over; what comes later, with the next one and its own dates', async () => {
  const start = Math.floor((Date.now() - 65 * DAY) / 1_000) * 1_000;
  const [second, third] = [later(start, 1), later(start, 2)];
  const org = await organisation(new Date(start).toISOString());
  const used: [number, number][] = [[start + 10 * DAY, 1500]];
  billing.used['api_calls'] = used;
  await set(org, 'pro');
  clock.now = second;
  await billing.settle(org);
  await Promise.all([billing.chargeUsage(), billing.chargeUsage()]);
  const ofUsage = async () =>
    (await invoices(org)).flatMap(({ lines }) =>
      lines
        .filter(({ item }) => item === 'usage:api_calls')
        .map(({ amountMinor, quantity, periodStart }) => [amountMinor, quantity, Date.parse(periodStart)]),
    );
  expect(await ofUsage()).toEqual([[500, 500, start]]);
  used.push([second - 1, 70], [second, 1001]);
  clock.now = third;
  await billing.settle(org);
  await billing.chargeUsage();
  const both = [
    [500, 500, start],
    [70, 70, start],
    [1, 1, second],
  ];
  expect(await ofUsage()).toEqual(both);
  await billing.chargeUsage();
  expect(await ofUsage()).toEqual(both);
});

test('a replica whose sums are older than those of another takes nothing of its charge back', async () => {
  const start = Math.floor((Date.now() - 35 * DAY) / 1_000) * 1_000;
  const org = await organisation(new Date(start).toISOString());
  const used: [number, number][] = [[start + DAY, 1500]];
  billing.used['api_calls'] = used;
  await set(org, 'pro');
  clock.now = later(start, 1);
  await billing.settle(org);
  const none = billing.underway.sums;
  billing.underway.sums = async () => {
    billing.underway.sums = none;
    used.push([start + 2 * DAY, 70]);
    await billing.chargeUsage();
  };
  await billing.chargeUsage();
  const { items } = await billing.call(listInvoices, { limit: 100 }, org);
  const lines = (await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)))).flatMap(
    (one) => one.lines.filter(({ item }) => item === 'usage:api_calls'),
  );
  const waiting = await billing.tenants.read(org, (tx) => findWaiting(tx, org));
  expect([lines.map(({ amountMinor }) => amountMinor), waiting]).toEqual([[570], []]);
});

test('usage decides the currency as well: nothing is charged in another one meanwhile', async () => {
  const org = await organisation('2024-04-01T00:00:00Z');
  await set(org, 'pro');
  const more = { chargeKey: 'a', description: 'Set up', reason: 'Contract', amountMinor: 100, now: true };
  const charge = billing.call(chargeOnce, { organisationId: org, currency: 'USD', ...more });
  await expect(charge).rejects.toMatchObject({ code: 'other_currency' });
});

test('an organisation that is billed in a currency without a price is not charged in another', async () => {
  const org = await organisation('2024-04-01T00:00:00Z');
  const more = { chargeKey: 'a', description: 'Set up', reason: 'Contract', amountMinor: 100, now: true };
  await billing.call(chargeOnce, { organisationId: org, currency: 'USD', ...more });
  await set(org, 'pro');
  at('2024-06-02T00:00:00Z');
  await billing.settle(org);
  expect((await invoices(org)).map(({ currency, totalMinor }) => [currency, totalMinor])).toEqual([['USD', 100]]);
});

test('what has no price in the currency of an organisation is not had by choosing it', async () => {
  const org = await organisation('2024-01-01T00:00:00Z');
  const charge = { organisationId: org, chargeKey: 'once', description: 'Once', currency: 'USD', amountMinor: 100 };
  await billing.call(chargeOnce, { ...charge, reason: 'agreed' });
  await set(org, 'starter');
  const choice = billing.call(changeSubscription, { product: 'monitoring', plan: 'pro' }, org);
  await expect(choice).rejects.toMatchObject({ code: 'payment_needed', data: { plan: 'pro', price: null } });
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ plan: 'starter' });
});

test('a plan that costs only by use is not given away, and is charged when an operator gives it', async () => {
  const start = Math.floor((Date.now() - 32 * DAY) / 1_000) * 1_000;
  const org = await organisation(new Date(start).toISOString());
  const choice = { product: 'trading', plan: 'payg' };
  await expect(billing.call(changeSubscription, choice, org)).rejects.toMatchObject({ code: 'payment_needed' });
  billing.used['bot_orders'] = [[start + DAY, 250]];
  await set(org, 'payg', choice);
  expect(await invoices(org)).toEqual([]);
  clock.now = later(start, 1);
  await billing.settle(org);
  await billing.chargeUsage();
  expect((await invoices(org)).flatMap(({ lines }) => lines.map((line) => [line.item, line.amountMinor]))).toEqual([
    ['usage:bot_orders', 125],
  ]);
});

test('whoever is moved to what has to be paid pays from then on', async () => {
  clock.now = Date.now();
  const org = await billing.create(new Date(clock.now - 3 * DAY).toISOString());
  await billing.call(movePlans, { from: 'monitoring.free', to: 'monitoring.starter' });
  await billing.refresh();
  expect(await billing.due()).not.toBe('again');
  const [invoice, ...more] = await invoices(org);
  expect(more).toEqual([]);
  expect(invoice?.lines).toMatchObject([{ item: 'plan:starter' }]);
  expect(invoice?.totalMinor).toBeLessThan(1900);
});

test('who was moved to a dearer edition and then orders an end is charged nothing for ordering it', async () => {
  clock.now = Date.now();
  const org = await billing.create();
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'starter' });
  const before = await invoices(org);
  const { yaml } = await billing.call(exportPlans, {});
  await billing.call(applyPlans, {
    yaml: yaml.replace(
      'name: starter\n      prices: { EUR: { month: 1900',
      'name: starter\n      prices: { EUR: { month: 2900',
    ),
  });
  expect(await billing.call(movePlans, { from: 'monitoring.starter' })).toMatchObject({ version: 2 });
  await billing.refresh();
  await billing.call(cancelSubscription, { product: 'monitoring' }, org);
  expect((await billing.subscription(org, 'monitoring')).cancelAt).not.toBeNull();
  expect(await invoices(org)).toEqual(before);
  await billing.call(applyPlans, { yaml });
});

describe('histories', () => {
  const change = fc.record({
    days: fc.integer({ min: 0, max: 70 }),
    seconds: fc.nat(86_399),
    to: fc.record({
      plan: fc.constantFrom('free' as const, 'starter' as const, 'pro' as const),
      yearly: fc.boolean(),
      extra: fc.nat(5),
      archive: fc.boolean(),
    }),
  });
  const possible = ({
    plan,
    yearly,
    extra,
    archive,
  }: { plan: Wanted['plan']; yearly: boolean } & Pick<Wanted, 'extra' | 'archive'>): Wanted => ({
    plan,
    interval: plan === 'pro' && yearly ? 'year' : 'month',
    extra: plan === 'free' ? 0 : extra,
    archive: plan === 'pro' && archive,
  });

  test('whatever is changed and whenever, invoices and balance are those of plain books', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('2024-01-31T10:00:00Z', '2024-02-29T23:59:59Z', '2023-08-30T00:00:00Z'),
        fc.array(change, { minLength: 2, maxLength: 8 }),
        async (begin, changes) => {
          const org = await organisation(begin);
          const books = new InvoiceModel();
          for (const { days, seconds, to } of changes) {
            clock.now += days * DAY + seconds * 1_000;
            const wanted = possible(to);
            const addons = [
              ...(wanted.extra > 0 ? [{ addon: 'extra_servers', quantity: wanted.extra }] : []),
              ...(wanted.archive ? [{ addon: 'archive' }] : []),
            ];
            await set(org, wanted.plan, { interval: wanted.interval, addons });
            books.pass(clock.now);
            books.change(wanted, clock.now);
          }
          clock.now = later(clock.now, 3);
          await billing.settle(org);
          books.pass(clock.now);
          const issued = (await invoices(org)).map(({ totalMinor: total, dueMinor: due }) => ({ total, due }));
          const [balance, waiting] = await billing.tenants.read(org, async (tx) => [
            Number(await findBalance(tx, org, 'EUR')),
            (await findWaiting(tx, org)).reduce((sum, item) => sum + Number(item.amount_minor), 0),
          ]);
          expect({ issued, balance, waiting }).toEqual({
            issued: books.invoices,
            balance: books.balance,
            waiting: books.waiting,
          });
        },
      ),
      LONG ? { numRuns: 1_000 } : { numRuns: 12, seed: 13 },
    );
  });
});

test('after a standstill two products are invoiced in the order in which their periods began', async () => {
  const org = await organisation('2024-01-01T10:00:00Z');
  await set(org, 'starter');
  at('2024-01-10T10:00:00Z');
  await billing.call(setSubscription, { organisationId: org, product: 'trading', plan: 'basic' });
  at('2024-03-20T10:00:00Z');
  await billing.settle(org);
  const begun = (await invoices(org)).slice(2).map((invoice) => short(invoice).map(([item, , start]) => [item, start]));
  expect(begun).toEqual([
    [['plan:starter', '2024-02-01']],
    [['plan:basic', '2024-02-10']],
    [['plan:starter', '2024-03-01']],
    [['plan:basic', '2024-03-10']],
  ]);
});
