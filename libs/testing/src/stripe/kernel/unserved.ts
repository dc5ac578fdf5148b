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
    const passedOver = Object.keys(params).filter((key) => !read.has(key) && !WITHOUT_EFFECT.has(key));
    if (passedOver.length > 0) throw new DoubleFault(`${operation} does not serve ${passedOver.join(', ')}`);
  };
  return { params: proxy, check };
}

/** The same for an object inside the parameters. */
export function onlyServed(given: object, served: readonly string[], where: string): void {
  const other = Object.keys(given).find((key) => !served.includes(key) && !WITHOUT_EFFECT.has(key));
  if (other) throw new DoubleFault(`${where}[${other}] is not served by the double`);
}
