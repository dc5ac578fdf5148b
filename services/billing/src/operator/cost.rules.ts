import { exponentOf } from '@tidegate/contracts/billing/currencies';
import { SCALE as PRICE_SCALE, scaled } from '../prices/usage-price.rules.ts';
import type { Fact } from './revenue.rules.ts';

/** Unit costs have twelve digits behind the point, and quantities six at most: nothing is rounded. */
const MOST_DECIMALS = 6;
const SCALE = PRICE_SCALE + MOST_DECIMALS;

/** A feature whose use costs the operator something. */
export interface Costing {
  meter: string;
  /** null: of all products. */
  product: string | null;
  unitCost: string;
  /** A quantity is so many powers of ten smaller. */
  decimals: number;
}

/** What an organisation had at the end of the month, and what it used in it. */
export interface Used {
  organisationId: string;
  /** The newest of each product. */
  facts: readonly Fact[];
  /** By meter. */
  quantities: ReadonlyMap<string, number>;
  /** What its use and packages were charged for in the month, by product; null: of all products. */
  charged: ReadonlyMap<string | null, number>;
}

export interface Balance {
  mrrMinor: number;
  usageMinor: number;
  cost: bigint;
}

const NOTHING = { organisations: 0, mrrMinor: 0, usageMinor: 0, cost: 0n };

/** Cost of the use in a month against what recurs in it and what use was charged for, by organisation, by plan and by meter, in one currency. */
export function costFigures(costing: readonly Costing[], all: readonly Used[], currency: string) {
  const plans = new Map<string, Balance & { organisations: number; product: string | null; plan: string | null }>();
  const meters = new Map(costing.map((one) => [one.meter, { quantity: 0n, cost: 0n }]));
  const organisations = all.map(({ organisationId, facts, quantities, charged }) => {
    let cost = 0n;
    const ofProduct = new Map<string | null, bigint>();
    for (const one of costing) {
      const quantity = BigInt(quantities.get(one.meter) ?? 0);
      const amount = quantity * scaled(one.unitCost) * 10n ** BigInt(MOST_DECIMALS - one.decimals);
      const meter = meters.get(one.meter);
      if (meter) meters.set(one.meter, { quantity: meter.quantity + quantity, cost: meter.cost + amount });
      cost += amount;
      ofProduct.set(one.product, (ofProduct.get(one.product) ?? 0n) + amount);
    }
    const paid = (fact: Fact) => (fact.currency === currency ? fact.mrrMinor : 0);
    // What all products share belongs to no plan of one.
    for (const product of new Set([...facts.map((fact) => fact.product), ...ofProduct.keys(), ...charged.keys()])) {
      const fact = facts.find((one) => one.product === product);
      const key = `${product ?? ''} ${fact?.plan ?? ''}`;
      const row = plans.get(key) ?? { ...NOTHING, product, plan: fact?.plan ?? null };
      const own = ofProduct.get(product) ?? 0n;
      const usageMinor = charged.get(product) ?? 0;
      if (!fact && own === 0n && usageMinor === 0) continue;
      plans.set(key, {
        ...row,
        organisations: row.organisations + 1,
        mrrMinor: row.mrrMinor + (fact ? paid(fact) : 0),
        usageMinor: row.usageMinor + usageMinor,
        cost: row.cost + own,
      });
    }
    const mrrMinor = facts.reduce((sum, fact) => sum + paid(fact), 0);
    const usageMinor = [...charged.values()].reduce((sum, one) => sum + one, 0);
    const having = facts.map(({ product, plan }) => `${product}.${plan}`).sort();
    return { organisationId, plans: having, mrrMinor, usageMinor, cost };
  });
  const shown = <T extends Balance>({ cost, ...row }: T) => ({
    ...row,
    cost: text(cost),
    margin: text(margin({ ...row, cost }, currency)),
  });
  return {
    meters: costing.map(({ meter, unitCost, decimals }) => {
      const { quantity, cost } = meters.get(meter) ?? { quantity: 0n, cost: 0n };
      return { meter, unitCost, quantity: text(quantity * 10n ** BigInt(SCALE - decimals)), cost: text(cost) };
    }),
    plans: [...plans.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => shown(row)),
    organisations: organisations
      .sort(
        (a, b) => compare(margin(a, currency), margin(b, currency)) || (a.organisationId < b.organisationId ? -1 : 1),
      )
      .map(shown),
  };
}

const major = (minor: number, currency: string): bigint => BigInt(minor) * 10n ** BigInt(SCALE - exponentOf(currency));
const margin = ({ mrrMinor, usageMinor, cost }: Balance, currency: string): bigint =>
  major(mrrMinor + usageMinor, currency) - cost;
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Exact, without zeros at its end. */
function text(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction && `.${fraction}`}`;
}
