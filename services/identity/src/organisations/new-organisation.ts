import { Injectable } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { type Organisation, organisationCreated } from '@tidegate/contracts/identity/organisations';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { insertMember } from '../kernel/member.rows.ts';
import { insertOrganisation, toWire } from './organisation.rows.ts';

@Injectable()
export class NewOrganisation {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Creates an organisation with its first owner, and emits the events about both. `tx` is a transaction of the new
   * organisation and its owner.
   */
  async create(tx: Tx, name: string, userId: string): Promise<Organisation> {
    const orgId = tx.orgId as string;
    const row = await insertOrganisation(tx, name, userId);
    await insertMember(tx, userId, 'owner');
    await this.outbox.emit(tx, organisationCreated, { orgId, name, ownerUserId: userId }, orgId);
    await this.outbox.emit(tx, memberChanged, { orgId, userId, role: 'owner' }, orgId);
    return toWire(row);
  }
}
