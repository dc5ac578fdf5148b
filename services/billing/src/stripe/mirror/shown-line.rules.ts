import { readLookupKey, type Sold } from '../prices/lookup-key.rules.ts';
import type { InvoiceLine } from './invoice-state.rules.ts';

/** A line as it is shown beside those of our own invoices. */
export interface ShownLine {
  product: string | null;
  /** `plan:pro`, `addon:explain_pro`, or `charge` for what was charged by hand at Stripe. */
  item: string;
  description: string;
  /** A number, or exact decimal text. */
  quantity: number | string;
  amount: number;
  discount: number;
  periodStart: number;
  periodEnd: number;
}

/** `keys`: lookup keys by price. */
export function shownLine(
  { priceId, description, amount, discount, quantity, exactQuantity, periodStart, periodEnd }: InvoiceLine,
  keys: ReadonlyMap<string, string>,
): ShownLine {
  const sold = readLookupKey(keys.get(priceId ?? '') ?? '');
  return {
    product: sold?.product || null,
    item: itemOf(sold),
    description,
    quantity: exactQuantity ?? quantity ?? 1,
    amount,
    discount,
    periodStart,
    periodEnd,
  };
}

function itemOf(sold: Sold | undefined): string {
  if (!sold) return 'charge';
  if (sold.kind === 'addon') return `addon:${sold.addon}`;
  if (sold.kind === 'package') return `package:${sold.package}`;
  return sold.kind === 'usage' ? `usage:${sold.feature}` : `${sold.kind}:${sold.plan}`;
}
