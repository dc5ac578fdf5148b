import { Controller } from '@nestjs/common';
import { forbidden, invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import { leaseClosed, returnLease } from '@tidegate/contracts/usage/leases';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { closeLease, lockLease } from './lease.rows.ts';

/** Spent units stay reserved until their usage events arrive; the rest is free for others at once. */
@Controller()
export class ReturnLease {
  @Handles(returnLease)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof returnLease>) {
    if (!caller.orgId) throw forbidden({}, 'A lease belongs to an organisation: call with one.');
    const lease = await lockLease(tx, caller.orgId, input.leaseId, { hold: false });
    if (!lease) throw notFound(undefined, 'There is no such lease.');
    if (PLATFORM_METERS.has(lease.meter) && caller.kind !== 'service') {
      throw forbidden({}, `${lease.meter} is counted by the platform itself. Return leases of meters of your own.`);
    }
    if (input.spent > lease.granted) {
      throw invalid('/spent', 'too_big', 'The lease granted {granted}. Usage beyond it needs another lease.', lease);
    }
    if (lease.spent === null) await closeLease(tx, caller.orgId, lease.id, input.spent);
    else if (lease.spent !== input.spent) throw refuse(leaseClosed, { leaseId: lease.id, spent: lease.spent });
    return { leaseId: lease.id, granted: lease.granted, spent: input.spent, released: lease.granted - input.spent };
  }
}
