import { describeOrganisations, describeRevenue } from './business.ts';

const none = { newMinor: 0, expansionMinor: 0, reactivationMinor: 0, contractionMinor: 0, churnMinor: 0 };
const customers = {
  customersAtStart: 1,
  customersNew: 1,
  customersReactivated: 0,
  customersLost: 0,
  customersAtEnd: 2,
};

const named = (product: string, plan: string) => ({ product, productName: product, plan, planName: plan });

test('amounts are written with the digits of their currency, exactly', () => {
  const month = { ...none, ...customers, startMinor: 4900, newMinor: 5, endMinor: 4905, customerChurnRate: '0.0000' };
  const shown = (currency: string) =>
    describeRevenue({
      currency,
      from: '2026-11',
      to: '2026-11',
      asOf: '2026-12-01T00:00:00.000Z',
      mrr: [{ month: '2026-11', ...month, revenueChurnRate: null }],
      trials: [],
      plans: [],
      cohorts: [],
    }).split('\n')[2];
  expect(shown('EUR')?.trim().split(/ +/)).toEqual([
    '2026-11',
    '49.00',
    '0.05',
    '0.00',
    '0.00',
    '0.00',
    '0.00',
    '49.05',
    '2',
    '0.0000',
  ]);
  expect(shown('JPY')).toContain(' 4905 ');
  expect(shown('KWD')).toContain('0.005');
});

test('an organisation is one line, with what is not active said', () => {
  const line = describeOrganisations([
    {
      id: '0197f0e0-0000-7000-8000-000000000001',
      name: 'Harbour',
      ownerEmail: null,
      demo: false,
      createdAt: '2026-11-01T10:00:00.000Z',
      plans: [
        { ...named('bots', 'free'), planVersion: 1, status: 'active', interval: 'month', billingHeld: false },
        { ...named('monitoring', 'pro'), planVersion: 1, status: 'past_due', interval: 'year', billingHeld: true },
      ],
      mrr: [{ currency: 'EUR', amountMinor: 4083 }],
    },
  ]);
  expect(line).toBe(
    '0197f0e0-0000-7000-8000-000000000001  2026-11-01  Harbour  -  bots.free, monitoring.pro (past_due) (not invoiced)  40.83 EUR\n',
  );
});
