import { Injectable } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';

/** An organisation with its first owner, and the events that tell of both. */
@Injectable()
export class FoundOrganisation {
  constructor(private readonly outbox: Outbox) {}

  async found(tx: Tx, { orgId, name, userId }: { orgId: string; name: string; userId: string }): Promise<Date> {
    const row = await tx.one<{ created_at: Date }>(
      'insert into organisations (org_id, name, founded_by) values ($1, $2, $3) returning created_at',
      [orgId, name, userId],
    );
    await tx.query("insert into members (org_id, user_id, role) values ($1, $2, 'owner')", [orgId, userId]);
    await this.outbox.emit(tx, organisationCreated, { orgId, name, ownerUserId: userId }, orgId);
    await this.outbox.emit(tx, memberChanged, { orgId, userId, role: 'owner' }, orgId);
    return row?.created_at ?? new Date();
  }
}
