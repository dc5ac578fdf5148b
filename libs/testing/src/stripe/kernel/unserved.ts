import type { JsonObject } from './description.ts';
import { DoubleFault } from './refusal.ts';

/** Parameters that change nothing which billing could see here. */
const WITHOUT_EFFECT = new Set([
  'automatic_payment_methods',
  'billing_address_collection',
  'billing_mode',
  'consent_collection',
  'custom_text',
  'customer_update',
  'email_type',
  'invoice_settings',
  'mandate_data',
  'off_session',
  'payment_intent_data',
  'payment_method_options',
  'payment_settings',
  'phone_number_collection',
  'return_url',
  'saved_payment_method_options',
  'statement_descriptor',
  'submit_type',
  'tax_id_collection',
  'ui_mode',
  'use_stripe_sdk',
]);

const CHANGE = ['payment_behavior', 'proration_behavior', 'proration_date'];
/** Parameters that an operation serves and reads only when the state of things asks for them. */
const WHEN_NEEDED: Record<string, string[]> = {
  'DELETE /v1/subscription_items/{id}': CHANGE,
  'DELETE /v1/subscriptions/{id}': ['cancellation_details', 'invoice_now', 'prorate'],
  'POST /v1/invoices/create_preview': ['automatic_tax', 'customer', 'discounts', 'preview_mode'],
  'POST /v1/invoices/{id}/finalize': ['auto_advance'],
  'POST /v1/invoices/{id}/pay': ['paid_out_of_band', 'payment_method'],
  'POST /v1/subscription_items': CHANGE,
  'POST /v1/subscription_items/{id}': CHANGE,
  'POST /v1/subscription_schedules/{id}': ['proration_behavior'],
  'POST /v1/subscriptions': CHANGE,
  'POST /v1/subscriptions/{id}': CHANGE,
  'POST /v1/subscriptions/{id}/resume': CHANGE,
};

/** Parameters whose handler has to read all of them: one that it passes over would be taken without its effect. */
export function watched(params: JsonObject): { params: JsonObject; check: (operation: string) => void } {
  const read = new Set<string>();
  const proxy = new Proxy(params, {
    get: (target, key) => {
      read.add(String(key));
      return Reflect.get(target, key) as unknown;
    },
  });
  const check = (operation: string) => {
    const later = WHEN_NEEDED[operation] ?? [];
    const passedOver = Object.keys(params).filter(
      (key) => !read.has(key) && !WITHOUT_EFFECT.has(key) && !later.includes(key),
    );
    if (passedOver.length > 0) throw new DoubleFault(`${operation} does not serve ${passedOver.join(', ')}`);
  };
  return { params: proxy, check };
}

/** The same for an object inside the parameters. */
export function onlyServed(given: object, served: readonly string[], where: string): void {
  const other = Object.keys(given).find((key) => !served.includes(key) && !WITHOUT_EFFECT.has(key));
  if (other) throw new DoubleFault(`${where}[${other}] is not served by the double`);
}
