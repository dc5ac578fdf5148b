import { faults, whole } from '../../test/format-2.ts';

test('a shared feature is named by all plans of a product or by none, and by some plan', () => {
  const forgotten = whole.replace('        seats: 5\n', '');
  expect(faults(forgotten)).toContainEqual(
    expect.objectContaining({
      field: '/plans/monitoring/pro/features',
      message: expect.stringMatching(/^seats is missing\. Write how much .* as free does/),
    }),
  );
  const nobody = whole.replace('features:\n', 'features:\n  extra: { kind: counted, name: Extra }\n');
  expect(faults(nobody)).toMatchObject(
    [{ field: '/features/extra', message: /^No plan names extra\. Write/ }].map((one) => ({
      ...one,
      message: expect.stringMatching(one.message),
    })),
  );
});

test('what is used of a shared feature is sold by the plans of one product', () => {
  const overage = "{ limit: 100, enforcement: overage, price: { USD: { unit: '0.01' }, JPY: { unit: 1 } } }";
  const sold = whole.replace(/(revenueShare: 12\.50[\s\S]*?)api_calls: 0/, `$1api_calls: ${overage}`);
  expect(faults(sold)).toEqual([]);
  const other = overage.replace(', JPY: { unit: 1 }', '');
  const twice = sold.replace('features: { pairs: unlimited }', `features: { pairs: unlimited, api_calls: ${other} }`);
  expect(faults(twice)).toMatchObject([
    {
      field: '/plans/bots/basic/features/api_calls',
      code: 'sold_twice',
      message: expect.stringMatching(/^Remove the price: plans of monitoring sell api_calls beyond its limit/),
    },
  ]);
  // The other product may give some of it.
  expect(faults(sold.replace('{ pairs: unlimited }', '{ pairs: unlimited, api_calls: 500 }'))).toEqual([]);
});
