import { Controller } from '@nestjs/common';
import { type Dispute, listAllDisputes, listDisputes, settleDispute } from '@tidegate/contracts/billing/disputes';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { recordChange } from '../kernel/change.rows.ts';
import { disputeToWire, listDisputeRows, settleDispute as settle } from '../kernel/dispute.rows.ts';
import { changedBy, lockBilling } from '../kernel/subscription.rows.ts';

/** Disputed payments. What a lost one restricts, an operator ends; nothing of it is asked of the payment provider. */
@Controller()
export class ManageDisputes {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @Handles(listDisputes)
  async list({ input: { limit, cursor }, caller, tx }: OperationContext<typeof listDisputes>) {
    const rows = await listDisputeRows(
      tx,
      limit + 1,
      { orgId: caller.orgId as string },
      readCursor(cursor, 'time', 'text'),
    );
    return pageOf(rows, limit, disputeToWire, (row) => [row.opened, row.id]);
  }

  @Handles(listAllDisputes)
  async listAll({ input: { state, limit, cursor }, tx }: OperationContext<typeof listAllDisputes>) {
    const before = readCursor(cursor, 'time', 'text');
    const rows = await listDisputeRows(tx.as({ system: 'catalogue' }), limit + 1, { state }, before);
    return pageOf(rows, limit, disputeToWire, (row) => [row.opened, row.id]);
  }

  @Handles(settleDispute)
  async settle({ input, caller, tx: operator, emit }: OperationContext<typeof settleDispute>): Promise<Dispute> {
    const { organisationId: orgId, disputeId: id, reason } = input;
    const tx = operator.as({ orgId });
    await lockBilling(tx, orgId);
    const by = changedBy(caller);
    const { row, isNew } = await settle(tx, { orgId, id, by, reason });
    const dispute = disputeToWire(orNotFound(row));
    if (isNew) {
      await recordChange(tx, { orgId, product: null, action: 'dispute_settled', by, reason, after: { dispute: id } });
      await this.entitlements.announce(tx, emit, orgId);
    }
    return dispute;
  }
}
