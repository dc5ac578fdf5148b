import type { Addon, Subscription } from '@tidegate/client';
import type { ChosenAddon } from './one-more.rules.ts';

type Own = Pick<Subscription, 'plan' | 'interval' | 'addons'>;

/** An add-on that can be had with a plan, or that it has. */
export interface AddonLine {
  addon: string;
  name: string;
  description: string;
  /** undefined: none is sold any more, or not in this currency. */
  price: Addon['prices'][number] | undefined;
  /** How many at most; null: any number. */
  max: number | null;
  had: number;
  /** When those that there are end; null: they go on. */
  until: string | null;
  features: readonly string[];
}

/** The price for the interval that is paid for, as far as there is one. */
export const priceIn = <P extends { currency: string; interval: string }>(
  prices: readonly P[],
  currency: string,
  interval: string,
): P | undefined => {
  const own = prices.filter((one) => one.currency === currency);
  return own.find((one) => one.interval === interval) ?? own[0];
};

/** What is on offer with the plan, then what it has besides: that was sold once and may be kept, reduced or removed. */
export function addonLines(own: Own, addons: readonly Addon[], currency: string): AddonLine[] {
  const sold = addons.filter(({ offered, plans }) => offered && plans.includes(own.plan));
  const hadOf = (addon: string) => own.addons.find((one) => one.addon === addon);
  return [
    ...sold.map(({ addon, name, description, prices, max, features }) => ({
      ...{ addon, name, description, max, price: priceIn(prices, currency, own.interval) },
      ...{ had: hadOf(addon)?.quantity ?? 0, until: hadOf(addon)?.until ?? null, features: Object.keys(features) },
    })),
    ...own.addons
      .filter(({ addon }) => !sold.some((one) => one.addon === addon))
      .map(({ addon, name, quantity, until }) => ({
        ...{ addon, name, description: '', price: undefined, max: quantity, had: quantity, until, features: [] },
      })),
  ];
}

/** So many of each as are wanted, as a choice names them; what was going to end is left to end unless it is asked for. */
export const chosenOf = (counts: Readonly<Record<string, number>>): ChosenAddon[] =>
  Object.entries(counts).flatMap(([addon, quantity]) => (quantity > 0 ? [{ addon, quantity }] : []));

/** As many as there will be if nothing is chosen. */
export const unchanged = (lines: readonly AddonLine[]): Record<string, number> =>
  Object.fromEntries(lines.map(({ addon, had, until }) => [addon, until === null ? had : 0]));

/** Whether so many of it can be asked for; `most`: of an add-on that has no limit of its own. */
export const isCountOf = ({ max }: Pick<AddonLine, 'max'>, count: unknown, most: number): count is number =>
  typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= (max ?? most);
