import { type Customer, expectSoon } from './customer.ts';

export interface Counted {
  meter: string;
  /** By the platform, and by us. */
  used: number;
  expected: number;
  limit: number | null;
}

/** Waits until the meters say, to the event, what the customer did. */
export async function countUsage(
  customer: Customer,
  did: { bot_orders: number; backtest_runs: number },
): Promise<Counted[]> {
  let counted: Counted[] = [];
  await expectSoon(
    'Usage is counted to the event',
    async () => {
      // The call that asks is counted after it was answered.
      const expected: Record<string, number> = { ...did, api_calls: customer.calls };
      const { items } = await customer.usageCurrent();
      counted = items
        .filter(({ meter }) => meter in expected)
        .map(({ meter, used, limit }) => ({ meter, used, expected: expected[meter] as number, limit }));
      return counted;
    },
    (meters) => meters.length === 3 && meters.every(({ used, expected }) => used === expected),
  );
  return counted;
}
