import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { lookupKeyOf, readLookupKey } from '../prices/lookup-key.rules.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});
const changes = async (input: { dryRun?: boolean } = {}) => {
  const answer = await world.ask(publishPrices, input);
  return answer.changes
    .filter(({ change }) => change !== 'unchanged')
    .map(({ kind, name, change }) => `${change} ${kind} ${name}`);
};
const totals = async (org: string) =>
  (await world.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor);

test('coupons and their codes are there once, and are taken on the way to the page in every currency that they have', async () => {
  expect(await changes()).toEqual([]);
  const codes = (await world.dashboard.promotionCodes.list({ active: true })).data.map(({ code }) => code);
  expect(codes.sort()).toEqual(['FIVE', 'FIVER', 'LAUNCH20']);
  const buy = async (order: Parameters<StripeWorld['buy']>[1]) => {
    const org = await world.organisation();
    await world.buy(org, order);
    return totals(org);
  };
  expect(await buy({ promotionCode: 'launch20' })).toEqual([2_320]);
  expect(await buy({ promotionCode: 'FIVE' })).toEqual([2_400]);
  expect(await buy({ promotionCode: 'FIVER', currency: 'EUR' })).toEqual([2_300]);
  // Two were the most.
  const third = world.checkout(await world.organisation(), { promotionCode: 'FIVE' });
  await expect(third).rejects.toMatchObject({ status: expect.toSatisfy((status) => status === 422 || status === 402) });
  await expect(world.checkout(await world.organisation(), { promotionCode: 'NOTHING' })).rejects.toMatchObject({
    code: 'promotion_code_invalid',
  });
});

test('a coupon with other terms is another one, to which its code is moved; whoever has the old one keeps it', async () => {
  const org = await world.organisation();
  await world.buy(org, { promotionCode: 'LAUNCH20' });
  const yaml = CATALOGUE.replace('percent: 20', 'percent: 50');
  await world.call(applyPlans, { yaml });
  const wanted = [expect.stringMatching(/^create coupon tidegate_launch_/), 'replace promotion_code LAUNCH20'];
  expect(await changes({ dryRun: true })).toEqual(wanted);
  expect(await changes()).toEqual(wanted);
  expect(await changes()).toEqual([]);
  const other = await world.organisation();
  await world.buy(other, { promotionCode: 'LAUNCH20' });
  expect(await totals(other)).toEqual([1_450]);
  await world.sync.sync(await world.customerOf(org));
  expect(await totals(org)).toEqual([2_320]);
});

test('a package has a price that is paid once', async () => {
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['package.calls_1k.usd.once'] });
  expect(data).toMatchObject([{ unit_amount: 1_000, recurring: null, product: 'tidegate.package.calls_1k' }]);
  const sold = { kind: 'package', product: '', package: 'calls_1k', currency: 'USD' } as const;
  expect(readLookupKey(lookupKeyOf(sold))).toEqual(sold);
});
