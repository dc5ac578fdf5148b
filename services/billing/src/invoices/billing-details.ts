import { Controller } from '@nestjs/common';
import { getBillingDetails, setBillingDetails } from '@tidegate/contracts/billing/invoices';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findDetails, saveDetails } from './billing-details.rows.ts';

/** What stands on own invoices that are issued from now on. */
@Controller()
export class BillingDetails {
  @Handles(getBillingDetails)
  get({ caller, tx }: OperationContext<typeof getBillingDetails>) {
    return findDetails(tx, caller.orgId as string);
  }

  @Handles(setBillingDetails)
  async set({ input, caller, tx }: OperationContext<typeof setBillingDetails>) {
    const orgId = caller.orgId as string;
    await saveDetails(tx, orgId, { ...input, taxId: input.taxId ?? null });
    return findDetails(tx, orgId);
  }
}
