import type { OneOffPrice, Price, PriceTier, UsagePrice } from '@tidegate/contracts/billing/prices';
import { z } from 'zod';
import type { Faults, Path } from './catalogue-faults.rules.ts';
import type { PriceList } from './catalogue-syntax.rules.ts';
import { decimalPrice, minorUnits, wholeBetween } from './catalogue-values.rules.ts';

type Written = Record<string, z.infer<typeof PriceList>>;

/** Prices of what is paid for every month or year, and what is paid once at its beginning. */
export function readPrices(
  faults: Faults,
  path: Path,
  written: Written,
  currency: string,
): { prices: Price[]; setup: OneOffPrice[] } {
  const prices: Price[] = [];
  const setup: OneOffPrice[] = [];
  requireCurrency(faults, path, written, currency, '{ month: 0 }');
  for (const [code, list] of Object.entries(written)) {
    if (!Object.hasOwn(list, 'month') && !Object.hasOwn(list, 'year')) {
      faults.add([...path, code], 'missing', 'Write month: or year: and a price. A price of nothing is month: 0.');
    }
    for (const interval of ['month', 'year'] as const) {
      if (!Object.hasOwn(list, interval)) continue;
      const amountMinor = faults.read(minorUnits(code), list[interval], [...path, code, interval]);
      if (amountMinor !== undefined) prices.push({ currency: code, interval, amountMinor });
    }
    if (!Object.hasOwn(list, 'setup')) continue;
    const amountMinor = faults.read(minorUnits(code), list.setup, [...path, code, 'setup']);
    if (amountMinor !== undefined) setup.push({ currency: code, amountMinor });
  }
  return { prices, setup };
}

export function readOneOffPrices(
  faults: Faults,
  path: Path,
  written: Record<string, { once?: unknown }>,
  currency: string,
): OneOffPrice[] {
  requireCurrency(faults, path, written, currency, '{ once: 1000 }');
  return Object.entries(written).flatMap(([code, { once }]) => {
    const amountMinor = faults.read(minorUnits(code), once, [...path, code, 'once']);
    return amountMinor === undefined ? [] : [{ currency: code, amountMinor }];
  });
}

function requireCurrency(faults: Faults, path: Path, written: object, currency: string, example: string): void {
  if (Object.hasOwn(written, currency)) return;
  faults.add(
    path,
    'missing',
    `Write a price in ${currency}, by which the catalogue compares: ${currency}: ${example}.`,
  );
}

const SHAPE =
  "Write { unit: '0.01' }, { package: { size: 1000, price: 1000 } }, or graduated: or volume: and a list of tiers such as " +
  "[{ upTo: 1000, unit: '0.01' }, { unit: '0.005' }].";

const Shape = z
  .strictObject(
    {
      unit: z.unknown(),
      package: z.strictObject({ size: wholeBetween(1, Number.MAX_SAFE_INTEGER), price: z.unknown().optional() }),
      graduated: z.array(z.unknown(), { error: SHAPE }).min(1, SHAPE),
      volume: z.array(z.unknown(), { error: SHAPE }).min(1, SHAPE),
    },
    { error: SHAPE },
  )
  .partial()
  .refine((given) => Object.keys(given).length === 1, SHAPE);

/** What usage beyond the limit costs in a currency. */
export function readUsagePrice(faults: Faults, path: Path, written: unknown, currency: string): UsagePrice | undefined {
  const shape = faults.read(Shape, written, path);
  if (shape === undefined) return undefined;
  if (shape.package) {
    const amountMinor = faults.read(minorUnits(currency), shape.package.price, [...path, 'package', 'price']);
    return amountMinor === undefined ? undefined : { model: 'package', size: shape.package.size, amountMinor };
  }
  for (const model of ['graduated', 'volume'] as const) {
    const tiers = shape[model];
    if (tiers) return { model, tiers: readTiers(faults, [...path, model], tiers, currency) };
  }
  const unit = faults.read(decimalPrice(currency), shape.unit, [...path, 'unit']);
  return unit === undefined ? undefined : { model: 'unit', unit };
}

const TIER = "Write a tier such as { upTo: 1000, unit: '0.01', flat: 0 }.";
const upTo = wholeBetween(1, Number.MAX_SAFE_INTEGER).optional();
const Tier = z.strictObject({ upTo, unit: z.unknown().optional(), flat: z.unknown().optional() }, { error: TIER });

function readTiers(faults: Faults, path: Path, written: unknown[], currency: string): PriceTier[] {
  const tiers: PriceTier[] = [];
  for (const [index, one] of written.entries()) {
    const at = [...path, index];
    const tier = faults.read(Tier, one, at);
    if (tier === undefined) continue;
    const last = index === written.length - 1;
    const before = tiers.at(-1)?.upTo ?? 0;
    if (last && tier.upTo !== undefined) {
      faults.add(
        [...at, 'upTo'],
        'tiers',
        'Remove upTo: the last tier has no end, else nobody knows what comes after it.',
      );
    } else if (!last && tier.upTo === undefined) {
      faults.add(at, 'tiers', 'Write upTo: and the last unit of this tier. Only the last tier has none.');
    } else if (tier.upTo !== undefined && tier.upTo <= before) {
      faults.add([...at, 'upTo'], 'tiers', `Write a number above ${before}: tiers rise.`);
    }
    const unit = faults.read(decimalPrice(currency), tier.unit, [...at, 'unit']);
    const flat = Object.hasOwn(tier, 'flat') ? tier.flat : '0';
    const flatMinor = faults.read(minorUnits(currency), flat, [...at, 'flat']);
    tiers.push({ upTo: tier.upTo ?? null, unit: unit ?? '0', flatMinor: flatMinor ?? 0 });
  }
  return tiers;
}
