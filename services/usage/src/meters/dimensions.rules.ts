import { PLAIN_TEXT } from '@tidegate/contracts/kernel/types';

/** What an event says of the dimensions of its meter, in the order of `groupBy`; '' where it says nothing. */
export type Labels = readonly string[];

export const MAX_LABEL = 100;

/** Combinations that a meter of an organisation counts apart on one day (UTC); what comes after them is `other`. */
export const MAX_COMBINATIONS = 1_000;

/** How combinations beyond the first are stored: none of them is called so. */
export const OVERFLOW: Labels = [];
const OTHER = 'other';

/** The labels of an event, or why they cannot be counted. */
export function readLabels(groupBy: readonly string[], given: Record<string, unknown> = {}): Labels | string {
  const labels: string[] = [];
  for (const name of groupBy) {
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? '';
    if (typeof value === 'object' || typeof value === 'function') return `dimensions/${name}: no single value`;
    const label = String(value);
    if (label.length > MAX_LABEL) return `dimensions/${name}: at most ${MAX_LABEL} characters`;
    if (!PLAIN_TEXT.test(label) || !label.isWellFormed())
      return `dimensions/${name}: a text without control characters`;
    labels.push(label);
  }
  return labels;
}

/** Why an event names dimensions that its meter does not have. */
export function unknownDimension(groupBy: readonly string[], given: Record<string, unknown> = {}): string | undefined {
  const foreign = Object.keys(given).find((name) => !groupBy.includes(name));
  if (foreign === undefined) return undefined;
  return groupBy.length === 0
    ? 'dimensions: this meter has none'
    : `dimensions: this meter has ${groupBy.join(', ')} and no others`;
}

export const isOverflow = (labels: Labels | null): boolean => labels?.length === 0;

/** As customers see them: null where an event said nothing, `other` where there were too many. */
export function dimensionsOf(names: readonly string[], labels: Labels | null): Record<string, string | null> {
  const of = (at: number) => (isOverflow(labels) ? OTHER : labels?.[at] || null);
  return Object.fromEntries(names.map((name, at) => [name, of(at)]));
}
