import type { Account } from '../kernel/account.ts';
import { amountOf } from './amounts.rules.ts';
import type { LineDraft } from './invoice-lines.ts';
import { usageIn } from './usage.ts';

/** The line with the usage of its period as it is known now; undefined for a line of something else. */
export function usageLine(account: Account, customer: string, line: LineDraft): LineDraft | undefined {
  const meter = account.store.find('billing.meter', line.price?.recurring?.meter);
  if (!meter || !line.price || !line.item || line.proration) return undefined;
  const used = usageIn(account, meter, customer, line.period.start, line.period.end);
  return {
    ...line,
    amount: amountOf(line.price, used),
    quantity: Number(used / 10n ** 12n),
    quantityDecimal: decimalOf(used),
  };
}

function decimalOf(used: bigint): string {
  const sign = used < 0n ? '-' : '';
  const digits = String(used < 0n ? -used : used).padStart(13, '0');
  const fraction = digits.slice(-12).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -12)}${fraction ? `.${fraction}` : ''}`;
}
