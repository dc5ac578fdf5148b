import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { BillingConfig } from '../billing.config.ts';
import { expireKeptInvoices } from './kept-invoice.rows.ts';

const AT_ONCE = 1_000;

/** Once a day: invoices of deleted organisations that no law wants kept any longer. */
@Injectable()
export class ExpireKeptInvoices {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: BillingConfig,
  ) {}

  @Loop({ name: 'expire-kept-invoices', everyMs: 86_400_000 })
  async turn(): Promise<TurnResult> {
    const years = this.config.INVOICE_KEEP_YEARS;
    const expired = await this.tenants.system('billing', (tx) => expireKeptInvoices(tx, years, AT_ONCE));
    return expired === AT_ONCE ? 'again' : undefined;
  }
}
