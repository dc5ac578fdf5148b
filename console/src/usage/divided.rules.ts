import type { HistoryGroup, UsageHistoryInput } from '@tidegate/client';

/** What a group is of: of a key or source that can be asked for, of none, or of all that are not listed. */
export type Share = { kind: 'named'; value: string; name: string } | { kind: 'none' } | { kind: 'others' };

export const KEY = 'key';
export const SOURCE = 'source';

/** The question for a division: by key, by source, or by a dimension, whose name stands behind a tilde in the address. */
export function askedBy(split: string | undefined): Pick<UsageHistoryInput, 'by' | 'groupBy'> {
  if (split === undefined) return {};
  return split === KEY || split === SOURCE ? { by: split } : { groupBy: [dimensionIn(split)] };
}

/** Only the events of one share. */
export function eventsOf(split: string | undefined, of: string | undefined) {
  if (split === undefined || of === undefined) return {};
  if (split === KEY) return { key: of };
  return split === SOURCE ? { source: of } : { filter: [`${dimensionIn(split)}:${of}`] };
}

export const splitOf = (dimension: string): string => `~${dimension}`;
const dimensionIn = (split: string): string => split.slice(1);

export function shareOf(split: string, { key, source, dimensions, others }: HistoryGroup): Share {
  if (others) return { kind: 'others' };
  if (split === KEY) {
    return key ? { kind: 'named', value: key.id, name: key.name ?? key.prefix } : { kind: 'none' };
  }
  const value = split === SOURCE ? source : dimensions[dimensionIn(split)];
  return value ? { kind: 'named', value, name: value } : { kind: 'none' };
}

const COLORS = ['--series-1', '--series-3', '--series-2', '--series-5', '--series-6', '--series-4'];

/** The largest groups apart and the rest together, each with a value for each step. */
export function seriesOf(
  groups: readonly HistoryGroup[],
  starts: readonly string[],
  { nameOf, rest }: { nameOf: (group: HistoryGroup) => string; rest: string },
) {
  const at = new Map(starts.map((start, index) => [start, index]));
  const sum = (some: readonly HistoryGroup[]) => {
    const values = new Array<number>(starts.length).fill(0);
    for (const { items } of some) {
      for (const { start, quantity } of items) {
        const index = at.get(start);
        if (index !== undefined) values[index] = (values[index] ?? 0) + quantity;
      }
    }
    return values;
  };
  // What is negative is a correction of another day: it cannot be stacked.
  const apart = groups.filter(({ others, total }) => !others && total > 0).slice(0, COLORS.length);
  const together = groups.filter((group) => !apart.includes(group));
  const series = apart.map((group, index) => ({
    ...{ label: nameOf(group), color: COLORS[index] ?? '--others', values: sum([group]) },
  }));
  return together.length === 0 ? series : [...series, { label: rest, color: '--others', values: sum(together) }];
}
