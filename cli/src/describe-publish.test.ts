import { describePublish } from './describe-publish.ts';

test('what is missing and what is replaced is listed, what is there is counted', () => {
  const price = (name: string, change: 'create' | 'replace' | 'unchanged') =>
    ({ kind: 'price', name, change, detail: '29.00 USD each month' }) as const;
  const text = describePublish({
    livemode: false,
    changes: [
      { kind: 'product', name: 'tidegate.main.pro', change: 'update', detail: 'Tidegate Pro' },
      price('main.pro.v1.usd.month', 'create'),
      price('main.pro.v1.eur.month', 'replace'),
      price('main.business.v1.usd.month', 'unchanged'),
    ],
  });
  expect(text).toBe(
    'Stripe, test mode\n' +
      '  ~ product tidegate.main.pro  Tidegate Pro\n' +
      '  + price main.pro.v1.usd.month  29.00 USD each month\n' +
      '  ! price main.pro.v1.eur.month  29.00 USD each month\n' +
      '  (! another price has the key; whoever bought it keeps it)\n' +
      '3 to publish, 1 there already.\n',
  );
});

test('live mode says that real money moves', () => {
  expect(describePublish({ livemode: true, changes: [] })).toContain('real money');
});
