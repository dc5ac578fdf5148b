import type Stripe from 'stripe';
import type { Clock } from './clock.ts';
import { description, type Json } from './description.ts';
import { Idempotency } from './idempotency.ts';
import type { Random } from './random.ts';
import { DoubleFault } from './refusal.ts';
import { type Includable, render } from './render.ts';
import { type KindName, type Kinds, type RelatedObject, Store, type StoredEvent, type ThinEvent } from './store.ts';
import type { Fresh } from './stored.ts';
import { blank, checkObjects } from './validation.ts';

/** What an account's owner sets in the dashboard. */
export interface Settings {
  /** Days from one attempt to collect an invoice to the next; after the last one `whenUncollected` happens. */
  retryDays: number[];
  whenUncollected: 'cancel' | 'unpaid' | 'past_due';
  /** Seconds for which a renewal's invoice stays a draft. */
  finalisationGrace: number;
  /** Per cent that automatic tax adds; not what Stripe Tax would. */
  taxPercent: number;
  livemode: boolean;
}

/** One account of Stripe: its objects, its clock and what it tells about itself. Code here never waits. */
export class Account {
  readonly idempotency: Idempotency;
  /** The request that is being served; events name it. */
  request: StoredEvent['request'] = null;
  /** Whether the account's servers took the event about the object. */
  answered: (type: string, object: string) => boolean = () => true;
  private readonly listeners: ((event: StoredEvent | ThinEvent) => void)[] = [];

  constructor(
    readonly settings: Settings,
    readonly clock: Clock,
    readonly random: Random,
    readonly includable: Includable,
    /** Where the double's pages stand: `http://127.0.0.1:port`. */
    readonly origin: () => string,
    readonly store = new Store(),
  ) {
    this.idempotency = new Idempotency(clock);
  }

  now(): number {
    return this.clock.now();
  }

  id(prefix: string, length = 24): string {
    return `${prefix}_${this.random.text(length)}`;
  }

  /** Fields that are not given are null or empty, as far as the description allows. */
  create<K extends KindName>(kind: K, fields: Fresh<Kinds[K]>): Kinds[K] {
    return this.store.add(kind, this.draft(kind, fields));
  }

  draft<K extends KindName>(kind: K, fields: Fresh<Kinds[K]>): Kinds[K] {
    return { ...structuredClone(blank(kind)), ...fields } as unknown as Kinds[K];
  }

  onEvent(listener: (event: StoredEvent | ThinEvent) => void): void {
    this.listeners.push(listener);
  }

  emit(type: Stripe.Event.Type, object: object, previous?: Record<string, unknown>): void {
    if (!description().eventTypes.includes(type)) throw new DoubleFault(`Stripe has no event ${type}`);
    const snapshot = render(this, object, []);
    checkObjects(`the event ${type}`, snapshot as Json);
    const event = this.store.add('event', {
      id: this.id('evt'),
      object: 'event',
      api_version: description().version,
      created: this.now(),
      data: { object: snapshot as object, ...(previous ? { previous_attributes: previous } : {}) },
      livemode: this.settings.livemode,
      pending_webhooks: 0,
      request: this.request,
      type,
    });
    for (const listener of this.listeners) listener(event);
    const thinType = `v1.${type}`;
    if (description().thinEventTypes.includes(thinType)) this.emitThin(thinType, relatedTo(object), event.id);
  }

  /** An event that only names what it is about. */
  emitThin(type: string, related: RelatedObject | null, snapshot?: string): void {
    const event = this.store.add('v2.core.event', {
      id: this.id('evt'),
      object: 'v2.core.event',
      type,
      created: new Date(this.now() * 1000).toISOString(),
      livemode: this.settings.livemode,
      ...(related ? { related_object: related } : {}),
      ...(snapshot ? { snapshot_event: snapshot } : { data: {} }),
    });
    for (const listener of this.listeners) listener(event);
  }

  /** Runs the change and tells about it, with what the changed fields held before; tells nothing when nothing changed. */
  change<T extends object>(object: T, type: Stripe.Event.Type, mutate: (object: T) => void): T {
    const before = structuredClone(object);
    mutate(object);
    const previous = Object.fromEntries(
      Object.entries(before).filter(([key, value]) => !same(value, object[key as keyof T])),
    );
    const added = Object.keys(object).some((key) => !(key in before) && object[key as keyof T] !== undefined);
    if (added || Object.keys(previous).length > 0) this.emit(type, object, previous);
    return object;
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function relatedTo(object: object): RelatedObject {
  const { id, object: type } = object as { id: string; object: string };
  const [family, member] = type.split('.');
  const path = member ? `${family}/${member}s` : `${family}s`;
  return { id, type, url: `/v1/${path}/${id}` };
}
