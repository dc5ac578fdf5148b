import { MAX_QUANTITY, type UsageEvent } from '@tidegate/contracts/usage/event';
import { CloudEvent, NewUsageEvent } from '@tidegate/contracts/usage/usage';
import type { z } from 'zod';

/*
 * Nearly all events look alike, and the schema costs several times as much as reading the JSON. What is surely right is
 * taken at a glance, whatever is not is left to the schema: these functions may say no to a good event, and never yes to
 * one that the schema would refuse or read otherwise.
 */
const METER = /^[a-z][a-z0-9_]{0,62}$/;
const LOWER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KEY_ID = /^[0-9A-Za-z]{10}$/;
const TEXT = /^[ -~]+$/;
/** The 29th of February is left to the schema, which knows when it exists. */
const DAY =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
const INSTANT = new RegExp(`^2\\d{3}-${DAY}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,3})?Z$`);

const isText = (given: unknown, max: number): given is string =>
  typeof given === 'string' && given.length <= max && TEXT.test(given);

/** Whose events a message carries, and of which meter, by its subject. */
export interface Owner {
  org: string;
  meter: string;
  /** Whether both look as nearly all do. */
  plain: boolean;
}

const MAX_OWNERS = 50_000;
const owners = new Map<string, Owner>();

/** One object for each subject, so that nothing about it is found out, or stored, once for every event. */
export function ownerOf(subject: string): Owner {
  let owner = owners.get(subject);
  if (!owner) {
    const [, org = '', meter = ''] = subject.split('.');
    owner = { org, meter, plain: LOWER_UUID.test(org) && METER.test(meter) };
    if (owners.size >= MAX_OWNERS) owners.clear();
    owners.set(subject, owner);
  }
  return owner;
}

/** An event of the stream, as its owner sends it. */
export function plainEvent(given: unknown, { org, meter, plain }: Owner): UsageEvent | undefined {
  if (!plain || typeof given !== 'object' || given === null) return undefined;
  const { id, org: owner, meter: of, quantity, at, source, lease, apiKey } = given as Record<string, unknown>;
  if (owner !== org || of !== meter || !isText(id, 200) || !isText(source, 100)) return undefined;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity)) return undefined;
  if (quantity === 0 || quantity > MAX_QUANTITY || quantity < -MAX_QUANTITY) return undefined;
  if (typeof at !== 'string' || !INSTANT.test(at)) return undefined;
  const event: UsageEvent = { id, org, meter, quantity, at, source };
  if (lease !== undefined) {
    if (typeof lease !== 'string' || !LOWER_UUID.test(lease)) return undefined;
    event.lease = lease;
  }
  if (apiKey !== undefined) {
    if (typeof apiKey !== 'string' || !KEY_ID.test(apiKey)) return undefined;
    event.apiKey = apiKey;
  }
  return event;
}

type Parsed<Schema extends z.ZodType> = { success: true; data: z.infer<Schema> } | z.ZodSafeParseError<z.infer<Schema>>;

const isInstant = (given: unknown): given is string => typeof given === 'string' && INSTANT.test(given);
const isMeter = (given: unknown): given is string => typeof given === 'string' && METER.test(given);

export const isPlainId = (given: string): boolean => LOWER_UUID.test(given);

const PLAIN_KEYS: ReadonlySet<string> = new Set(['id', 'source', 'meter', 'quantity', 'time']);

/** An event as it is reported to POST /api/v1/usage/events. */
export function parseReport(given: unknown): Parsed<typeof NewUsageEvent> {
  return plainReport(given) ?? NewUsageEvent.safeParse(given);
}

function plainReport(given: unknown): { success: true; data: NewUsageEvent } | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  for (const key in given) if (!PLAIN_KEYS.has(key)) return undefined;
  const { id, source = 'default', meter, quantity = 1, time } = given as Record<string, unknown>;
  if (!isText(id, 200) || !isText(source, 250) || !isMeter(meter)) return undefined;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity)) return undefined;
  if (quantity < 0 || quantity > MAX_QUANTITY) return undefined;
  if (time === undefined) return { success: true, data: { id, source, meter, quantity } };
  return isInstant(time) ? { success: true, data: { id, source, meter, quantity, time } } : undefined;
}

/** Attributes that only few events have. */
const RARE = ['lease', 'series', 'until'] as const;

export function parseCloudEvent(given: Record<string, unknown>): Parsed<typeof CloudEvent> {
  return isPlainCloudEvent(given) ? { success: true, data: given } : CloudEvent.safeParse(given);
}

function isPlainCloudEvent(given: Record<string, unknown>): given is z.infer<typeof CloudEvent> {
  const { specversion, id, source, type, time, subject, datacontenttype, data } = given;
  if (specversion !== '1.0' || !isText(id, 200) || !isText(source, 250) || !isMeter(type)) return false;
  if (time !== undefined && !isInstant(time)) return false;
  if (subject !== undefined && !isText(subject, 250)) return false;
  if (datacontenttype !== undefined && datacontenttype !== 'application/json') return false;
  if (data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data))) return false;
  return RARE.every((name) => given[name] === undefined);
}

/** What a plain CloudEvent says of a meter that adds up whole units; the definition is looked at by the caller. */
export interface PlainCloudEvent {
  id: string;
  source: string;
  type: string;
  time?: string | undefined;
  subject?: string | undefined;
  quantity: number;
}

/** Undefined: not surely plain. */
export function plainCloudEvent(given: unknown): PlainCloudEvent | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const event = given as Record<string, unknown>;
  // An own member: what says its version is a CloudEvent, what does not is a report.
  if (!Object.hasOwn(event, 'specversion') || !isPlainCloudEvent(event)) return undefined;
  if ('data_base64' in event) return undefined;
  const { id, source, type, time, subject, data } = event as z.infer<typeof CloudEvent>;
  const quantity = data === undefined ? 1 : quantityIn(data);
  return quantity === undefined ? undefined : { id, source, type, time, subject, quantity };
}

function quantityIn(data: Record<string, unknown>): number | undefined {
  if (!Object.hasOwn(data, 'quantity')) return undefined;
  const { quantity } = data;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity)) return undefined;
  return quantity > 0 && quantity <= MAX_QUANTITY ? quantity : undefined;
}
