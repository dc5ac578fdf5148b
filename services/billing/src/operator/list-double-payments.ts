import { Controller } from '@nestjs/common';
import { listDoublePayments } from '@tidegate/contracts/billing/operator';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Metrics } from '@tidegate/telemetry/metrics';
import { countDoublePayments, listDoublePayments as list } from '../kernel/double-payment.rows.ts';

/** Products for which somebody pays twice: an operator decides which subscription ends, and what is refunded. */
@Controller()
export class ListDoublePayments {
  constructor(tenants: TenantDatabase, metrics: Metrics) {
    metrics.watched(
      'tidegate_billing_double_payments',
      'Products that an organisation pays for by two subscriptions at once',
      { service: 'billing' },
      () => countDoublePayments(tenants.reader({ system: 'catalogue' })),
    );
  }

  @Handles(listDoublePayments)
  async handle({ input: { limit, cursor }, tx }: OperationContext<typeof listDoublePayments>) {
    const after = readCursor(cursor, 'time', 'uuid', 'text');
    const rows = await list(tx.as({ system: 'catalogue' }), limit + 1, after);
    return pageOf(
      rows,
      limit,
      (row) => ({
        organisationId: row.org_id,
        product: row.product,
        subscriptionId: row.subscription_id,
        foundAt: row.found_at.toISOString(),
      }),
      (row) => [row.found, row.org_id, row.subscription_id],
    );
  }
}
