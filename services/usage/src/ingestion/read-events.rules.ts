import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { Id } from '@tidegate/contracts/kernel/types';
import { PLATFORM_METERS, type UsageEvent } from '@tidegate/contracts/usage/event';
import { stepsOf, wantedQuantity } from '@tidegate/contracts/usage/quantity';
import type { NewUsageEvent, RejectionCode } from '@tidegate/contracts/usage/usage';
import { type Labels, readLabels, unknownDimension } from '../meters/dimensions.rules.ts';
import { unknownMeter } from './admission.rules.ts';
import { isCloudEvent, readCloudEvent } from './cloud-event.rules.ts';
import { firstIssue } from './first-issue.rules.ts';
import { isPlainId, parseReport, plainCloudEvent } from './plain-event.rules.ts';

export interface Placed {
  index: number;
  event: ReportedEvent;
}

/**
 * Its quantity is in the smallest steps of the meter. `said`: what the event says where that is not the quantity that it
 * adds, so that its content is still recognised.
 */
export type ReportedEvent = UsageEvent & {
  said?: string | number | undefined;
  /** What it says of the dimensions of its meter, if that has some. */
  labels?: Labels | undefined;
  /** Under which combination it counts, where that is another one. */
  counted?: Labels | undefined;
  /** Of a correction: who reported what it corrects. */
  reporter?: string | undefined;
  /** Of meters that are weighted by time: whose value it is, and when that ends. */
  series?: string | undefined;
  until?: string | undefined;
};

export interface Rejected {
  index: number;
  code: RejectionCode;
  message: string;
}

/**
 * Separates the identities of customers' events from those of our own services, and those of the operator's backend from
 * both: no customer can use up an id under which the operator will report.
 */
export const reportedBy = (kind: Caller['kind'], source: string): string =>
  `${kind === 'service_key' ? 'service' : 'api'}:${source}`;

/** Reads events of both forms; what cannot be read is added to `rejected`. */
export function readEvents(
  given: readonly unknown[],
  { caller, definitions, now }: { caller: Caller; definitions: ReadonlyMap<string, MeterDefinition>; now: number },
  rejected: Rejected[],
): Placed[] {
  const plain = new Set([...definitions].flatMap(([meter, one]) => (isPlain(meter, one) ? [meter] : [])));
  const sources = new Map<string, string>();
  const asText = new Date(now).toISOString();
  const read: Placed[] = [];
  given.forEach((one, index) => {
    const event = plainly(one, { caller, plain, sources, asText });
    if (event) read.push({ index, event });
    else read.push(...readOne(one, index, { caller, definitions, now }, rejected));
  });
  return read;
}

/** A meter of whole units that are added up, without anything else. */
const isPlain = (meter: string, { aggregate, decimals, groupBy, value }: MeterDefinition): boolean =>
  aggregate === 'sum' && decimals === 0 && groupBy.length === 0 && !value && !PLATFORM_METERS.has(meter);

/** Nearly every event of a backend that reports for many: read at once, without any step in between. */
function plainly(
  given: unknown,
  of: { caller: Caller; plain: ReadonlySet<string>; sources: Map<string, string>; asText: string },
): ReportedEvent | undefined {
  const said = plainCloudEvent(given);
  if (!said || !of.plain.has(said.type)) return undefined;
  const org = organisationOf(of.caller, said.subject);
  if (typeof org !== 'string') return undefined;
  let source = of.sources.get(said.source);
  if (source === undefined) {
    source = reportedBy(of.caller.kind, said.source);
    of.sources.set(said.source, source);
  }
  const event = { id: said.id, org, meter: said.type, quantity: said.quantity, at: said.time ?? of.asText, source };
  const apiKey = apiKeyOf(of.caller);
  return apiKey === undefined ? event : { ...event, apiKey };
}

/** The key of the organisation that reports; service keys belong to the operator. */
export const apiKeyOf = ({ kind, keyId }: Caller): string | undefined => (kind === 'api_key' ? keyId : undefined);

function readOne(
  one: unknown,
  index: number,
  { caller, definitions, now }: { caller: Caller; definitions: ReadonlyMap<string, MeterDefinition>; now: number },
  rejected: Rejected[],
): Placed[] {
  const refuse = (code: RejectionCode, message: string): [] => {
    rejected.push({ index, code, message });
    return [];
  };
  const read = isCloudEvent(one)
    ? readCloudEvent(one, (meter) => definitions.get(meter))
    : { event: one, subject: undefined };
  if ('malformed' in read) return refuse('malformed', read.malformed);
  const parsed = parseReport(read.event);
  if (!parsed.success) return refuse('malformed', firstIssue(parsed.error));
  const { time, source, value, dimensions, ...rest } = parsed.data;
  if (PLATFORM_METERS.has(rest.meter)) {
    return refuse('platform_meter', `${rest.meter} is counted by the platform itself. Report meters of your own.`);
  }
  const definition = definitions.get(rest.meter);
  if (!definition) return refuse('unknown_meter', unknownMeter(rest.meter));
  const { aggregate, decimals } = definition;
  const steps = stepsOf(rest.quantity, decimals);
  if (steps === undefined) return refuse('malformed', `quantity: ${wantedQuantity(decimals)}`);
  const unfit = unfitFor(definition, parsed.data, { steps, now });
  if (unfit) return refuse('malformed', unfit);
  const { groupBy } = definition;
  const labels = groupBy.length === 0 ? undefined : readLabels(groupBy, dimensions);
  const wrong = typeof labels === 'string' ? labels : unknownDimension(groupBy, dimensions);
  if (wrong || typeof labels === 'string') return refuse('malformed', wrong ?? '');
  const org = organisationOf(caller, read.subject);
  if (typeof org !== 'string') return refuse('malformed', org.malformed);
  const quantity = aggregate === 'count' || aggregate === 'unique' ? 1 : steps;
  const event = {
    ...rest,
    quantity,
    said: value,
    ...(labels ? { labels } : {}),
    source: reportedBy(caller.kind, source),
    apiKey: apiKeyOf(caller),
    org,
    at: time ?? new Date(now).toISOString(),
  };
  return [{ index, event }];
}

/** Why an event says nothing that its meter counts. */
function unfitFor(
  { aggregate, decimals }: MeterDefinition,
  { value, lease, series, until, time }: NewUsageEvent,
  { steps, now }: { steps: number; now: number },
): string | undefined {
  if (aggregate === 'unique' && value === undefined) return 'value: this meter counts unique values';
  if (aggregate !== 'unique' && value !== undefined) return 'value: this meter counts no unique values';
  if (aggregate !== 'time_weighted' && (series ?? until) !== undefined) {
    return `${series === undefined ? 'until' : 'series'}: only for meters that are weighted by time`;
  }
  if (until && Date.parse(until) <= (time ? Date.parse(time) : now)) return 'until: an instant after that of the event';
  const isSum = aggregate === 'sum' || aggregate === 'count';
  if (lease && (!isSum || decimals > 0)) return 'lease: only for meters that add up whole units';
  return isSum && steps === 0 ? 'quantity: a number above 0' : undefined;
}

/**
 * Only a service key can name an organisation: the subject of everybody else's events is theirs to use. Where the request
 * names one too, both must be the same.
 */
function organisationOf({ kind, orgId }: Caller, subject: string | undefined): string | { malformed: string } {
  if (kind !== 'service_key') return orgId ?? '';
  const named = subject === undefined ? undefined : organisationIn(subject);
  if (orgId && named && named !== orgId) return { malformed: 'subject: the request names another organisation' };
  return (
    orgId ??
    named ?? { malformed: 'subject: name the organisation by its id, here or in the header Tidegate-Organisation' }
  );
}

function organisationIn(subject: string): string | undefined {
  if (isPlainId(subject)) return subject;
  return Id.safeParse(subject).success ? subject.toLowerCase() : undefined;
}
