import { isDeepStrictEqual } from 'node:util';
import { Controller } from '@nestjs/common';
import { getBillingDetails, setBillingDetails } from '@tidegate/contracts/billing/billing-details';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { recordChange } from '../kernel/change.rows.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
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
    const before = await findDetails(tx, orgId);
    await saveDetails(tx, orgId, { ...input, taxId: input.taxId ?? null, country: input.country ?? null });
    const after = await findDetails(tx, orgId);
    if (!isDeepStrictEqual(before, after)) {
      const by = changedBy(caller);
      await recordChange(tx, { orgId, product: null, action: 'billing_details_set', by, reason: '', before, after });
    }
    return after;
  }
}
