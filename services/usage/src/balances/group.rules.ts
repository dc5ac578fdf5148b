import { invalid } from '@tidegate/contracts/kernel/problem';
import type { HistoryGroup } from '@tidegate/contracts/usage/dimensions';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import type { Meter } from '@tidegate/contracts/usage/usage';
import { dimensionsOf } from '../meters/dimensions.rules.ts';

export interface GroupRow {
  /** null: combinations that are not listed, or that were not counted apart. */
  labels: string[] | null;
  /** Which step, from 1. */
  n: number;
  quantity: string;
  events: string;
}

interface Asked {
  groupBy?: string[] | undefined;
  filter?: string[] | undefined;
}

/** Which dimensions of a meter are asked for, by their places. */
export function readGrouping(meter: Meter, { groupBy = [], filter = [] }: Asked) {
  const placeOf = (name: string, field: string) => {
    const place = meter.groupBy.indexOf(name) + 1;
    if (place > 0) return place;
    if (meter.groupBy.length === 0)
      throw invalid(field, 'unknown_dimension', '{meter} has no dimensions.', { meter: meter.meter });
    const known = meter.groupBy.join(', ');
    throw invalid(field, 'unknown_dimension', '{meter} has {known}.', { meter: meter.meter, known });
  };
  const having = filter.map((text, at) => {
    const colon = text.indexOf(':');
    return { place: placeOf(text.slice(0, colon), `/filter/${at}`), value: text.slice(colon + 1) };
  });
  return { names: groupBy, by: groupBy.map((name, at) => placeOf(name, `/groupBy/${at}`)), having };
}

/** An answer holds so many figures and stays well below what the bus carries. */
const MOST_FIGURES = 5_000;
const MOST_GROUPS = 100;

/** How many combinations fit into an answer with so many steps. */
export const groupsFor = (steps: number): number =>
  Math.min(MOST_GROUPS, Math.max(1, Math.floor(MOST_FIGURES / Math.max(1, steps))));

/** What was counted in a step altogether. */
export interface StepSum {
  start: string;
  quantity: bigint;
  events: number | null;
}

/**
 * The combinations as they are shown, the largest first. `steps` are what all of them add up to. What is in none is of those
 * that say nothing, as what was counted before the meter had dimensions, or of what `rest` says of a step.
 */
export function toGroups(
  {
    names,
    decimals,
    rest = () => names.map(() => ''),
  }: { names: readonly string[]; decimals: number; rest?: (start: string) => string[] },
  steps: readonly StepSum[],
  rows: readonly GroupRow[],
): HistoryGroup[] {
  const groups = new Map<
    string,
    { labels: string[] | null; sums: Map<number, { quantity: bigint; events: number }> }
  >();
  const add = (labels: string[] | null, n: number, quantity: bigint, events: number) => {
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, sums: new Map() };
    const sum = group.sums.get(n) ?? { quantity: 0n, events: 0 };
    group.sums.set(n, { quantity: sum.quantity + quantity, events: sum.events + events });
    groups.set(key, group);
  };
  for (const { labels, n, quantity, events } of rows) add(labels, n, BigInt(quantity), Number(events));
  for (const [at, step] of steps.entries()) {
    const own = rows.filter(({ n }) => n === at + 1);
    const quantity = step.quantity - own.reduce((sum, row) => sum + BigInt(row.quantity), 0n);
    const events = step.events === null ? 0 : step.events - own.reduce((sum, row) => sum + Number(row.events), 0);
    if (quantity !== 0n || events !== 0) add(rest(step.start), at + 1, quantity, events);
  }
  return [...groups.values()]
    .map(({ labels, sums }) => ({
      labels,
      total: [...sums.values()].reduce((sum, { quantity }) => sum + quantity, 0n),
      items: [...sums].sort(([a], [b]) => a - b),
    }))
    .sort((a, b) => (a.total === b.total ? 0 : a.total > b.total ? -1 : 1))
    .map(({ labels, total, items }) => ({
      dimensions: dimensionsOf(names, labels ?? []),
      others: labels === null,
      total: unitsOf(total, decimals),
      items: items.map(([n, { quantity, events }]) => ({
        start: steps[n - 1]?.start ?? '',
        quantity: unitsOf(quantity, decimals),
        events: steps[n - 1]?.events === null ? null : events,
      })),
    }));
}
