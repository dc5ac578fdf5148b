import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import { CloudEvent } from '@tidegate/contracts/usage/usage';
import { firstIssue } from './first-issue.rules.ts';

/* CloudEvents 1.0 as they are: `type` is the meter, and `id` and `source` identify the event. */

export const isCloudEvent = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null && Object.hasOwn(given, 'specversion');

export interface ReadEvent {
  /** What a plain event would say. */
  event: {
    id: string;
    source: string;
    meter: string;
    quantity?: unknown;
    value?: string;
    time?: string;
    lease?: string;
    series?: string;
    until?: string;
    dimensions?: Record<string, unknown>;
  };
  subject: string | undefined;
}

/** What the event says about usage, or why it cannot be understood. */
export function readCloudEvent(
  given: Record<string, unknown>,
  definitionOf: (meter: string) => MeterDefinition | undefined,
): ReadEvent | { malformed: string } {
  const parsed = CloudEvent.safeParse(given);
  if (!parsed.success) return { malformed: firstIssue(parsed.error) };
  if (Object.hasOwn(given, 'data_base64')) return { malformed: 'data_base64: send JSON in `data`' };
  const { id, source, type: meter, time, subject, lease, series, until } = parsed.data;
  const definition = definitionOf(meter);
  const path = definition?.value;
  const quantity = at(given, path ?? 'data.quantity');
  if (path && quantity === undefined) return { malformed: `${path} is missing: ${meter} takes its value from there` };
  if (typeof quantity === 'object') return { malformed: `${path ?? 'data.quantity'} is no single value` };
  const said = definition?.aggregate === 'unique' ? { value: String(quantity) } : { quantity };
  const event = {
    ...{ id, source, meter },
    ...(quantity === undefined ? {} : said),
    ...(series === undefined ? {} : { series }),
    ...(until === undefined ? {} : { until }),
    ...(definition?.groupBy.length ? { dimensions: dimensionsIn(parsed.data.data, definition.groupBy) } : {}),
  };
  return { event: { ...event, ...(time ? { time } : {}), ...(lease ? { lease } : {}) }, subject };
}

/** The fields of `data` that have the names of dimensions. */
function dimensionsIn(data: Record<string, unknown> = {}, groupBy: readonly string[]): Record<string, unknown> {
  const said = groupBy.filter((name) => Object.hasOwn(data, name) && data[name] !== null);
  return Object.fromEntries(said.map((name) => [name, data[name]]));
}

/** The value at a path such as `data.usage.tokens`. */
function at(event: unknown, path: string): unknown {
  let value = event;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
