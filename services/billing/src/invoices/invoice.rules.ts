import type { InvoiceTax } from '@tidegate/contracts/billing/invoice-tax';
import type { InvoiceCustomer, InvoiceStatus } from '@tidegate/contracts/billing/invoices';
import { smaller } from '../prices/rounding.rules.ts';

/** What is stored of an invoice itself. Amounts are text, so that none becomes a float on its way. */
export interface StoredInvoice {
  provider: 'manual' | 'stripe' | 'demo';
  number: string | null;
  status: InvoiceStatus;
  currency: string;
  subtotal_minor: string;
  discount_minor: string;
  tax_minor: string;
  total_minor: string;
  from_balance_minor: string;
  credited_minor: string;
  due_minor: string;
  period_start: Date;
  period_end: Date;
  issued_at: Date | null;
  due_at: Date | null;
  paid_at: Date | null;
  created_at: Date;
  customer: InvoiceCustomer | null;
  tax: InvoiceTax | null;
}

export interface InvoiceTotals {
  subtotal: bigint;
  discount: bigint;
  /** Of charges and credits: below zero where credits prevail. */
  tax: bigint;
  /** Never below zero: what is left over goes to the balance. */
  total: bigint;
  /** Taken from the balance; below zero, it is what the credits on the invoice leave over and the balance gets. */
  fromBalance: bigint;
  due: bigint;
}

export interface Line {
  amount: bigint;
  /** What a coupon takes, not below zero. */
  discount: bigint;
  tax: bigint;
}

/**
 * subtotal − discounts + tax = total, of which the balance pays what it can. Credits beyond the charges are not paid out: they go
 * to the balance, and the total is zero.
 */
export function totals(lines: readonly Line[], balance: bigint): InvoiceTotals {
  const subtotal = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const discount = lines.reduce((sum, line) => sum + line.discount, 0n);
  const tax = lines.reduce((sum, line) => sum + line.tax, 0n);
  const sum = subtotal - discount + tax;
  if (sum < 0n) return { subtotal, discount, tax, total: 0n, fromBalance: sum, due: 0n };
  const fromBalance = balance > 0n ? smaller(balance, sum) : 0n;
  return { subtotal, discount, tax, total: sum, fromBalance, due: sum - fromBalance };
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
