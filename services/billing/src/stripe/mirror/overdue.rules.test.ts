import { overdueSince } from './overdue.rules.ts';

const DAY = 86_400;
const START = 1_795_000_000;
const invoice = (more: object = {}) => ({
  subscriptionId: 'sub_1',
  status: 'open',
  amountRemaining: 2900,
  dueAt: null,
  issuedAt: START + 3_600,
  created: START,
  ...more,
});
const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();

test('what is overdue is so since its oldest open invoice was due, or issued where it is collected by itself', () => {
  const pastDue = { ref: 'sub_1', status: 'past_due' };
  expect(overdueSince(pastDue, [invoice({ dueAt: START + 9 * DAY }), invoice()])).toBe(iso(START + 3_600));
  expect(overdueSince(pastDue, [invoice({ dueAt: START + 9 * DAY })])).toBe(iso(START + 9 * DAY));
  expect(overdueSince(pastDue, [invoice({ issuedAt: null })])).toBe(iso(START));
});

test('invoices that are paid, of another subscription, or owe nothing say nothing of it', () => {
  const others = [invoice({ status: 'paid' }), invoice({ subscriptionId: 'sub_2' }), invoice({ amountRemaining: 0 })];
  expect(overdueSince({ ref: 'sub_1', status: 'past_due' }, others)).toBe(null);
  expect(overdueSince({ ref: 'sub_1', status: 'active' }, [invoice()])).toBe(null);
});
