/** What is stored of an event: which it is, and whose state it says has changed. */
export interface IncomingEvent {
  id: string;
  type: string;
  created: Date;
  livemode: boolean;
  apiVersion: string | null;
  /** What changed; its owner has to be asked for where the event does not name one. */
  objectId: string | null;
  customerId: string | null;
  /** Why nothing follows from it. */
  ignored: string | null;
}

/** What a customer's state here is made of. Of anything else nothing depends. */
const OF_A_CUSTOMER =
  /^(v1\.)?(customer|invoice|invoice_payment|subscription_schedule|checkout\.session|charge|refund|credit_note|payment_method|setup_intent|payment_intent)\./;
/** Objects that name their customer when they are fetched. */
export const RESOLVABLE = /^(sub|sub_sched|in|ch|py|pi|seti|cs|pm|cn|dp|du)_/;
const ID = /^[A-Za-z0-9_]{1,255}$/;

type Json = Record<string, unknown>;

/** Undefined when it is no event. */
export function readEvent(text: string, livemode: boolean): IncomingEvent | undefined {
  try {
    return eventOf(JSON.parse(text), livemode);
  } catch {
    return undefined;
  }
}

/** Reads a snapshot (the object is inside) or a thin event (only its name is). Undefined when it is neither. */
export function eventOf(value: unknown, livemode: boolean): IncomingEvent | undefined {
  const event = asObject(value);
  const read = event && (event['object'] === 'v2.core.event' ? readThin(event) : readSnapshot(event));
  if (!read || !ID.test(read.id) || Number.isNaN(read.created.getTime())) return undefined;
  return { ...read, ignored: whyIgnored(read, event as Json, livemode) };
}

type Read = Omit<IncomingEvent, 'ignored'>;

function readSnapshot(event: Json): Read | undefined {
  const { id, type, created, livemode, api_version } = event;
  if (event['object'] !== 'event' || typeof id !== 'string' || typeof type !== 'string') return undefined;
  if (typeof created !== 'number' || typeof livemode !== 'boolean') return undefined;
  const object = asObject(asObject(event['data'])?.['object']) ?? {};
  return {
    id,
    type,
    created: new Date(created * 1_000),
    livemode,
    apiVersion: typeof api_version === 'string' ? api_version : null,
    // Of refunds and payments of invoices: what they belong to, whose customer can be asked for.
    objectId: (object['object'] === 'dispute' ? null : belongsTo(object)) ?? idOf(object),
    customerId: object['object'] === 'customer' ? idOf(object) : idOf(object['customer']),
  };
}

const belongsTo = (object: Json): string | null => idOf(object['charge']) ?? idOf(object['invoice']);

/** A thin event about an object of v1 belongs to a snapshot: both are one event, whichever comes first. */
function readThin(event: Json): Read | undefined {
  const { id, type, created, livemode, snapshot_event } = event;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof created !== 'string') return undefined;
  if (typeof livemode !== 'boolean') return undefined;
  const related = asObject(event['related_object']) ?? {};
  const objectId = idOf(related);
  return {
    id: idOf(snapshot_event) ?? id,
    type,
    created: new Date(created),
    livemode,
    apiVersion: null,
    objectId,
    customerId: related['type'] === 'customer' ? objectId : null,
  };
}

function whyIgnored({ type, livemode, customerId, objectId }: Read, event: Json, ours: boolean): string | null {
  if (livemode !== ours) return `it is of ${livemode ? 'live' : 'test'} mode, and the key here is not`;
  if (event['account'] || event['context']) return 'it is of another account';
  if (/\bbilling\.meter\./.test(type))
    return 'usage that Stripe could not count is reported again by the daily comparison';
  if (!OF_A_CUSTOMER.test(type)) return 'nothing here depends on it';
  return customerId || RESOLVABLE.test(objectId ?? '') ? null : 'it is about no customer';
}

const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** Of an object, or of its id alone. */
function idOf(value: unknown): string | null {
  const id = typeof value === 'string' ? value : asObject(value)?.['id'];
  return typeof id === 'string' && ID.test(id) ? id : null;
}
