import { MAX_QUANTITY, type UsageEvent } from '@tidegate/contracts/usage/event';

/*
 * Nearly all events look alike, and the schema costs several times as much as reading the JSON. What is surely right is
 * taken at a glance, whatever is not is left to the schema: these functions may say no to a good event, and never yes to
 * one that the schema would refuse or read otherwise.
 */
const METER = /^[a-z][a-z0-9_]{0,62}$/;
const LOWER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
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
  const { id, org: owner, meter: of, quantity, at, source, lease } = given as Record<string, unknown>;
  if (owner !== org || of !== meter || !isText(id, 200) || !isText(source, 100)) return undefined;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity)) return undefined;
  if (quantity === 0 || quantity > MAX_QUANTITY || quantity < -MAX_QUANTITY) return undefined;
  if (typeof at !== 'string' || !INSTANT.test(at)) return undefined;
  if (lease === undefined) return { id, org, meter, quantity, at, source };
  return typeof lease === 'string' && LOWER_UUID.test(lease)
    ? { id, org, meter, quantity, at, source, lease }
    : undefined;
}
