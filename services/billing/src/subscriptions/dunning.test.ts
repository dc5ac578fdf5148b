import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import {
  chargeOnce,
  creditInvoice,
  extendInvoice,
  getInvoice,
  invoiceReminder,
  listInvoices,
  payInvoice,
  voidInvoice,
} from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { cancelSubscription, changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { LONG } from '@tidegate/testing/long';
import fc from 'fast-check';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { clock as clockOfBilling } from '../kernel/subscription.rows.ts';

/* Everything here happens at instants that the tests choose. An invoice is due after 14 days, the grace has 7, and 30 days
   after it what is not paid for is given up. */
const real = clockOfBilling.read;
const clock = { now: 0 };
const DAY = 86_400_000;

let billing: Fixture;
beforeAll(async () => {
  clockOfBilling.read = () => clock.now;
  billing = await openBilling({ settings: { INVOICE_DUE_DAYS: 14 } });
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => {
  clockOfBilling.read = real;
  return billing.close();
});

const set = (organisationId: string, plan: string, more = {}) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', plan, ...more });
const at = async (org: string, text: string) => {
  clock.now = Date.parse(text);
  await billing.settle(org);
};
const state = async (org: string, product = 'monitoring') => {
  const { status, access, plan } = (await billing.call(getEntitlements, {}, org)).plans[product] ?? {};
  return [status, access, plan];
};
const open = async (org: string) => {
  const { items } = await billing.call(listInvoices, { limit: 100 }, org);
  const key = ({ dueAt, number }: (typeof items)[number]) => `${dueAt} ${number}`;
  return items.filter(({ status }) => status === 'open').sort((one, other) => key(one).localeCompare(key(other)));
};
const change = (operation: typeof payInvoice, org: string, invoiceId: string, more = {}) =>
  billing.call(operation, { organisationId: org, invoiceId, reason: 'by a test', ...more });
const payAll = async (org: string) => {
  for (const { id } of await open(org)) await change(payInvoice, org, id);
};

/** Pays `pro` from January 10th on; the first invoice is due on the 24th. */
async function customer(): Promise<string> {
  clock.now = Date.parse('2024-01-10T10:00:00Z');
  const org = await billing.create('2024-01-10T10:00:00Z');
  await set(org, 'pro');
  return org;
}

test('an invoice that is not paid: everything works for the grace from its due date on, then it can be read, then the default plan follows; paid it comes back', async () => {
  const org = await customer();
  await at(org, '2024-01-24T09:59:59Z');
  expect(await state(org)).toEqual(['active', 'full', 'pro']);
  await at(org, '2024-01-24T10:00:00Z');
  expect(await state(org)).toEqual(['past_due', 'full', 'pro']);
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({
    overdueSince: '2024-01-24T10:00:00.000Z',
    graceUntil: '2024-01-31T10:00:00.000Z',
    next: { plan: 'free', at: '2024-03-01T10:00:00.000Z' },
  });
  await at(org, '2024-01-31T10:00:00Z');
  expect(await state(org)).toEqual(['past_due', 'read_only', 'pro']);
  await at(org, '2024-03-01T10:00:00Z');
  expect(await state(org)).toEqual(['unpaid', 'full', 'free']);
  // The month of February was had; nothing is charged for March.
  expect((await open(org)).map(({ totalMinor }) => totalMinor)).toEqual([4900, 4900]);
  await at(org, '2024-05-01T00:00:00Z');
  expect(await open(org)).toHaveLength(2);
  await payAll(org);
  expect(billing.woken.at(-1)).toBe('apply-due-changes');
  await billing.settle(org);
  expect(await state(org)).toEqual(['active', 'full', 'pro']);
  const [rest] = await open(org);
  expect(rest).toMatchObject({ issuedAt: '2024-05-01T00:00:00.000Z' });
  expect(rest?.totalMinor).toBeLessThan(4900);
});

test('a stop of the service makes no difference: what fell due meanwhile happens in its order, and nothing is charged for a time in which nothing was given', async () => {
  const org = await customer();
  await at(org, '2024-08-01T00:00:00Z');
  expect(await state(org)).toEqual(['unpaid', 'full', 'free']);
  expect((await open(org)).map(({ periodStart }) => periodStart.slice(0, 10))).toEqual(['2024-01-10', '2024-02-10']);
});

test('reminders come once for each day that is set, also with several replicas; after a stop only the last that was missed', async () => {
  const org = await customer();
  const days = async () =>
    (await billing.emitted(invoiceReminder, org)).map(({ daysOverdue, invoice }) => [
      invoice.number?.slice(0, 4),
      daysOverdue,
    ]);
  expect(await days()).toEqual([]);
  for (const day of ['20', '21', '22', '24', '25']) {
    clock.now = Date.parse(`2024-01-${day}T10:00:00Z`);
    await Promise.all(Array.from({ length: 4 }, () => billing.settle(org)));
  }
  expect(await days()).toEqual([
    ['2024', -3],
    ['2024', 0],
  ]);
  const [reminder] = await billing.emitted(invoiceReminder, org);
  expect(reminder).toMatchObject({
    readOnlyAt: '2024-01-31T10:00:00.000Z',
    unpaidAt: '2024-03-01T10:00:00.000Z',
    invoice: { dueMinor: 4900, dueAt: '2024-01-24T10:00:00.000Z' },
  });
  await at(org, '2024-02-05T00:00:00Z');
  expect((await days()).map(([, day]) => day)).toEqual([-3, 0, 6]);
  clock.now = Date.parse('2024-01-22T10:00:00Z');
  await billing.settle(org);
  expect(await days()).toHaveLength(3);
  await payAll(org);
  await at(org, '2024-02-08T00:00:00Z');
  expect(await days()).toHaveLength(3);
});

test('a part that is credited leaves the rest overdue; all of it, a withdrawal, or a later date leave nothing', async () => {
  for (const undo of ['credit', 'void', 'extend'] as const) {
    const org = await customer();
    await at(org, '2024-02-01T00:00:00Z');
    const [invoice] = await open(org);
    const id = invoice?.id as string;
    if (undo === 'credit') {
      await change(creditInvoice, org, id, { creditKey: 'a', amountMinor: 4800 });
      await billing.settle(org);
      expect(await state(org)).toEqual(['past_due', 'read_only', 'pro']);
      await change(creditInvoice, org, id, { creditKey: 'b', amountMinor: 100 });
    }
    if (undo === 'void') await change(voidInvoice, org, id);
    if (undo === 'extend') await change(extendInvoice, org, id, { dueAt: '2024-02-06T00:00:00Z' });
    await billing.settle(org);
    expect([undo, ...(await state(org))]).toEqual([undo, 'active', 'full', 'pro']);
    await at(org, '2024-02-07T00:00:00Z');
    expect([undo, ...(await state(org))]).toEqual([undo, undo === 'extend' ? 'past_due' : 'active', 'full', 'pro']);
  }
});

test('an invoice of another product, or of none, is no debt of this one', async () => {
  const org = await customer();
  await billing.call(setSubscription, { organisationId: org, product: 'trading', plan: 'basic' });
  const [monitoring] = await open(org);
  await change(payInvoice, org, monitoring?.id as string);
  const charge = { chargeKey: 'help', description: 'Help', currency: 'EUR', amountMinor: 9_900, reason: 'by a test' };
  await billing.call(chargeOnce, { organisationId: org, ...charge, now: true });
  await at(org, '2024-02-01T00:00:00Z');
  expect(await state(org)).toEqual(['active', 'full', 'pro']);
  expect(await state(org, 'trading')).toEqual(['past_due', 'read_only', 'basic']);
});

test('no choice, no cancellation and no word of an operator but about the invoice pays a debt', async () => {
  const org = await customer();
  await at(org, '2024-02-01T00:00:00Z');
  await billing.call(changeSubscription, { product: 'monitoring', plan: 'starter', at: 'now' }, org);
  expect(await state(org)).toEqual(['past_due', 'read_only', 'starter']);
  await set(org, 'pro');
  expect(await state(org)).toEqual(['past_due', 'read_only', 'pro']);
  await billing.call(cancelSubscription, { product: 'monitoring', at: 'now' }, org);
  expect(await state(org)).toEqual(['active', 'full', 'free']);
  await set(org, 'pro');
  expect(await state(org)).toEqual(['past_due', 'read_only', 'pro']);
  await payAll(org);
  await billing.settle(org);
  expect(await state(org)).toEqual(['active', 'full', 'pro']);
});

test('what an operator called overdue stays so until they say otherwise, whatever is paid', async () => {
  const org = await customer();
  await payAll(org);
  await set(org, 'pro', { status: 'past_due' });
  await at(org, '2024-01-16T00:00:00Z');
  expect(await state(org)).toEqual(['past_due', 'full', 'pro']);
  await at(org, '2024-01-18T00:00:00Z');
  expect(await state(org)).toEqual(['past_due', 'read_only', 'pro']);
});

test('a due date is set for an open invoice only, to a time to come', async () => {
  const org = await customer();
  const [invoice] = await open(org);
  const extend = (dueAt: string) => change(extendInvoice, org, invoice?.id as string, { dueAt });
  await expect(extend('2024-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(extend('2026-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'validation_failed' });
  const once = await extend('2024-02-20T00:00:00Z');
  expect([once.dueAt, (await extend('2024-02-20T00:00:00Z')).dueAt]).toEqual(Array(2).fill('2024-02-20T00:00:00.000Z'));
  await change(payInvoice, org, invoice?.id as string);
  await expect(extend('2024-03-01T00:00:00Z')).rejects.toMatchObject({ code: 'invoice_not_payable' });
});

type Step =
  | { do: 'pass'; days: number }
  | { do: 'pay' | 'void' | 'credit'; which: number }
  | { do: 'extend'; which: number; days: number }
  | { do: 'choose'; plan: string };
const which = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 25 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pay' as const, 'void' as const, 'credit' as const), which }),
  },
  fc.record({ do: fc.constant('extend' as const), which, days: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ do: fc.constant('choose' as const), plan: fc.constantFrom('starter', 'pro') }),
);

test('whatever is paid, credited, withdrawn, extended and chosen in whatever order, the state is that of the oldest invoice that is open', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const org = await customer();
      for (const one of steps) {
        if (one.do === 'pass') clock.now += one.days * DAY;
        else if (one.do === 'choose') await set(org, one.plan);
        else {
          const invoices = await open(org);
          const id = invoices[one.which % Math.max(1, invoices.length)]?.id;
          if (!id) continue;
          if (one.do === 'pay') await change(payInvoice, org, id);
          if (one.do === 'void') await change(voidInvoice, org, id);
          if (one.do === 'credit') await change(creditInvoice, org, id, { creditKey: `${clock.now}`, amountMinor: 1 });
          const dueAt = new Date(clock.now + (one.do === 'extend' ? one.days : 0) * DAY).toISOString();
          if (one.do === 'extend') await change(extendInvoice, org, id, { dueAt });
        }
        await Promise.all([billing.settle(org), billing.settle(org)]);
        const [first] = await open(org);
        const overdue = first ? (clock.now - Date.parse(first.dueAt as string)) / DAY : -1;
        const expected =
          overdue < 0
            ? ['active', 'full']
            : overdue < 7
              ? ['past_due', 'full']
              : overdue < 37
                ? ['past_due', 'read_only']
                : ['unpaid', 'full'];
        expect({ steps, one, state: (await state(org)).slice(0, 2) }).toEqual({ steps, one, state: expected });
      }
      const lines = await Promise.all(
        (await billing.call(listInvoices, { limit: 100 }, org)).items.map(({ id }) =>
          billing.call(getInvoice, { invoiceId: id }, org),
        ),
      );
      // Nothing is charged twice, and the sum of each invoice is that of its lines.
      for (const { subtotalMinor, lines: own } of lines) {
        expect(own.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(subtotalMinor);
      }
    }),
    { numRuns: LONG ? 300 : 6, seed: LONG ? undefined : 11 } as fc.Parameters<[Step[]]>,
  );
});
