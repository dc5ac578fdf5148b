import type Stripe from 'stripe';
import { missing } from './refusal.ts';
import type * as Kind from './stored.ts';

/** Objects of an account, by their type on the wire. */
export interface Kinds {
  'billing.meter': Kind.Meter;
  'billing_portal.configuration': Kind.PortalConfiguration;
  'billing_portal.session': Kind.PortalSession;
  charge: Kind.Charge;
  'checkout.session': Kind.Session;
  coupon: Kind.Coupon;
  credit_note: Kind.CreditNote;
  customer: Kind.Customer;
  discount: Kind.Discount;
  dispute: Dispute;
  event: StoredEvent;
  invoice: Kind.Invoice;
  invoice_payment: Kind.InvoicePayment;
  invoiceitem: Kind.InvoiceItem;
  payment_intent: Kind.PaymentIntent;
  payment_method: Kind.PaymentMethod;
  price: Kind.Price;
  product: Kind.Product;
  promotion_code: Kind.PromotionCode;
  refund: Kind.Refund;
  setup_intent: Kind.SetupIntent;
  subscription: Kind.Subscription;
  subscription_schedule: Kind.Schedule;
  tax_id: Kind.TaxId;
  'v2.core.event': ThinEvent;
  webhook_endpoint: Kind.WebhookEndpoint;
}
export type KindName = keyof Kinds;

/** Disputes are not in the description of the API: as far as billing reads them. */
export interface Dispute {
  id: string;
  object: 'dispute';
  amount: number;
  charge: string;
  created: number;
  currency: string;
  is_charge_refundable: boolean;
  livemode: boolean;
  metadata: Record<string, string>;
  payment_intent: string | null;
  reason: string;
  status: 'needs_response' | 'under_review' | 'won' | 'lost' | 'warning_closed';
}
export interface StoredEvent {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: object };
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null } | null;
  type: Stripe.Event.Type;
}
export interface ThinEvent {
  id: string;
  object: 'v2.core.event';
  type: string;
  created: string;
  livemode: boolean;
  related_object?: RelatedObject;
  snapshot_event?: string;
  data?: Record<string, unknown>;
}
export interface RelatedObject {
  id: string;
  type: string;
  url: string;
}

const NAMES: Partial<Record<KindName, string>> = {
  'billing.meter': 'billing meter',
  'billing_portal.configuration': 'configuration',
  'checkout.session': 'checkout session',
};

interface Content {
  tables: Map<KindName, Map<string, Kinds[KindName]>>;
  byId: Map<string, object>;
  gone: Map<string, { id: string; object: string; deleted: true }>;
  added: number;
}

export class Store {
  private readonly tables: Content['tables'];
  private readonly byId: Content['byId'];
  private readonly gone: Content['gone'];
  private added: number;

  constructor(content: Content = { tables: new Map(), byId: new Map(), gone: new Map(), added: 0 }) {
    this.tables = content.tables;
    this.byId = content.byId;
    this.gone = content.gone;
    this.added = content.added;
  }

  /** The same objects once more, as if all of them had been made at that instant. */
  copy(created: number): Store {
    const { tables, byId, gone, added } = this;
    const content = structuredClone({ tables, byId, gone, added });
    for (const object of content.byId.values() as Iterable<{ created: number | string }>)
      object.created = typeof object.created === 'number' ? created : new Date(created * 1_000).toISOString();
    return new Store(content);
  }

  add<K extends KindName>(kind: K, object: Kinds[K]): Kinds[K] {
    this.added += 1;
    this.table(kind).set(object.id, object);
    this.byId.set(object.id, object);
    return object;
  }

  find<K extends KindName>(kind: K, id: string | null | undefined): Kinds[K] | undefined {
    return id ? this.table(kind).get(id) : undefined;
  }

  /** `param` is where the request names it. */
  get<K extends KindName>(kind: K, id: string, param = 'id'): Kinds[K] {
    const found = this.find(kind, id);
    if (!found) throw missing(NAMES[kind] ?? kind.replaceAll('_', ' '), id, param);
    return found;
  }

  /** Oldest first. */
  all<K extends KindName>(kind: K, where: (object: Kinds[K]) => boolean = () => true): Kinds[K][] {
    return [...this.table(kind).values()].filter(where);
  }

  /** Whatever has this id: what `expand` puts in its place. */
  anything(id: string): object | undefined {
    return this.byId.get(id) ?? this.gone.get(id);
  }

  remove<K extends KindName>(kind: K, object: Kinds[K]): { id: string; object: string; deleted: true } {
    const stub = { id: object.id, object: kind as string, deleted: true as const };
    this.table(kind).delete(object.id);
    this.byId.delete(object.id);
    this.gone.set(object.id, stub);
    return stub;
  }

  removed(id: string): { id: string; object: string; deleted: true } | undefined {
    return this.gone.get(id);
  }

  /** How many objects there ever were. */
  get size(): number {
    return this.added;
  }

  private table<K extends KindName>(kind: K): Map<string, Kinds[K]> {
    const known = this.tables.get(kind);
    if (known) return known as unknown as Map<string, Kinds[K]>;
    const table = new Map<string, Kinds[K]>();
    this.tables.set(kind, table as unknown as Map<string, Kinds[KindName]>);
    return table;
  }
}
