import type Stripe from 'stripe';

/**
 * A type of the `stripe` package as it goes over the wire: what may be expanded is its id, decimals are text. Objects
 * are kept in this form, and parameters arrive in it.
 */
export type Stored<T> = T extends Stripe.Decimal
  ? string
  : T extends (infer Item)[]
    ? Field<Item>[]
    : T extends object
      ? { [K in keyof T]: Field<T[K]> }
      : T;
type Field<V> = string extends V ? Text<Extract<V, string>> | Extract<V, null | undefined> : Stored<V>;
/** Known values stay the only ones: the package's types let any other text pass beside them. */
type Text<V> = [Known<V>] extends [never] ? V : Known<V>;
type Known<V> = V extends string ? (string extends V ? never : V) : never;

/** What a handler has to say about a new object: fields that may be null or empty lists may be left out. */
export type Fresh<T> = Partial<T> & Pick<T, Said<T>>;
type Said<T> = {
  [K in keyof T]-?: undefined extends T[K] ? never : null extends T[K] ? never : T[K] extends unknown[] ? never : K;
}[keyof T];

export type Params<T> = Omit<Stored<T>, 'expand'>;

export type Address = Stored<Stripe.Address>;
export type Charge = Stored<Stripe.Charge>;
export type Coupon = Stored<Stripe.Coupon>;
export type CreditNote = Stored<Stripe.CreditNote>;
export type Customer = Stored<Stripe.Customer>;
export type Discount = Stored<Stripe.Discount>;
export type Invoice = Stored<Stripe.Invoice>;
export type InvoiceItem = Stored<Stripe.InvoiceItem>;
export type InvoiceLine = Stored<Stripe.InvoiceLineItem>;
export type InvoicePayment = Stored<Stripe.InvoicePayment>;
export type LineItem = Stored<Stripe.LineItem>;
export type Meter = Stored<Stripe.Billing.Meter>;
export type PaymentIntent = Stored<Stripe.PaymentIntent>;
export type PaymentMethod = Stored<Stripe.PaymentMethod>;
export type PortalConfiguration = Stored<Stripe.BillingPortal.Configuration>;
export type PortalSession = Stored<Stripe.BillingPortal.Session>;
export type Price = Stored<Stripe.Price>;
export type Product = Stored<Stripe.Product>;
export type PromotionCode = Stored<Stripe.PromotionCode>;
export type Refund = Stored<Stripe.Refund>;
export type Schedule = Stored<Stripe.SubscriptionSchedule>;
export type Session = Stored<Stripe.Checkout.Session>;
export type SetupIntent = Stored<Stripe.SetupIntent>;
export type Subscription = Stored<Stripe.Subscription>;
export type SubscriptionItem = Stored<Stripe.SubscriptionItem>;
export type TaxId = Stored<Stripe.TaxId>;
export type WebhookEndpoint = Stored<Stripe.WebhookEndpoint>;
