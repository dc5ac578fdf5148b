import { type Discount, discountAmounts } from '../prices/discount.rules.ts';
import { smaller } from '../prices/rounding.rules.ts';

export interface InvoiceTotals {
  subtotal: bigint;
  /** By line, none below zero. */
  discounts: bigint[];
  discount: bigint;
  /** Never below zero: what is left over goes to the balance. */
  total: bigint;
  /** Taken from the balance; below zero, it is what the credits on the invoice leave over and the balance gets. */
  fromBalance: bigint;
  due: bigint;
}

/**
 * subtotal − discounts = total, of which the balance pays what it can. Credits beyond the charges are not paid out: they go
 * to the balance, and the total is zero.
 */
export function totals(amounts: readonly bigint[], discounts: readonly Discount[], balance: bigint): InvoiceTotals {
  const taken = discountAmounts(amounts, discounts);
  const byLine = amounts.map((_, index) => taken.reduce((sum, one) => sum + (one[index] as bigint), 0n));
  const subtotal = amounts.reduce((sum, amount) => sum + amount, 0n);
  const discount = byLine.reduce((sum, amount) => sum + amount, 0n);
  const net = subtotal - discount;
  if (net < 0n) return { subtotal, discounts: byLine, discount, total: 0n, fromBalance: net, due: 0n };
  const fromBalance = balance > 0n ? smaller(balance, net) : 0n;
  return { subtotal, discounts: byLine, discount, total: net, fromBalance, due: net - fromBalance };
}

export interface Owed {
  total: bigint;
  credited: bigint;
  due: bigint;
}

/**
 * A credit note takes from what is still owed first; the rest was paid before and is returned. Undefined when the invoice
 * does not have so much left.
 */
export function credit({ total, credited, due }: Owed, amount: bigint): { due: bigint; returned: bigint } | undefined {
  if (amount > total - credited) return undefined;
  const fromDue = smaller(amount, due);
  return { due: due - fromDue, returned: amount - fromDue };
}
