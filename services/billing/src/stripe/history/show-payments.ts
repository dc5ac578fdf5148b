import { Controller } from '@nestjs/common';
import {
  getPaymentMethod,
  listDrifts,
  listPayments,
  listPaymentsOf,
} from '@tidegate/contracts/billing/payment-history';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { StripeApi } from '../client/stripe-api.ts';
import {
  countFacts,
  driftToWire,
  FACT_ORDERS,
  factToWire,
  pageOfDrifts,
  pageOfFacts,
  paymentMethodOf,
} from './payment-history.rows.ts';

/** What Stripe has said of payments, from our own tables: it is shown while Stripe is away. */
@Controller()
export class ShowPayments {
  constructor(private readonly api: StripeApi) {}

  @Handles(getPaymentMethod)
  method({ caller, tx }: OperationContext<typeof getPaymentMethod>) {
    return paymentMethodOf(tx, caller.orgId as string, this.api.settings?.livemode ?? false);
  }

  @Handles(listPayments)
  list({ input, caller, tx }: OperationContext<typeof listPayments>) {
    return this.facts(tx, caller.orgId as string, input);
  }

  @Handles(listPaymentsOf)
  listOf({ input, tx }: OperationContext<typeof listPaymentsOf>) {
    const { organisationId: orgId } = input;
    return this.facts(tx.as({ orgId }), orgId, input);
  }

  @Handles(listDrifts)
  async drifts({ input, tx }: OperationContext<typeof listDrifts>) {
    const after = readCursor(input.cursor, 'time', 'uuid');
    const rows = await pageOfDrifts(tx.as({ system: 'stripe' }), input.limit + 1, input.organisationId, after);
    return pageOf(rows, input.limit, driftToWire, (row) => [row.place, row.id]);
  }

  private async facts(tx: Tx, orgId: string, input: Input<typeof listPayments>) {
    const place = FACT_ORDERS.place(input);
    const page = place.page(await pageOfFacts(tx, orgId, place), factToWire);
    return { ...page, total: input.count ? await countFacts(tx, orgId) : null };
  }
}
