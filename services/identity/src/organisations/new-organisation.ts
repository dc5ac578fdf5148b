import { Injectable } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { type Organisation, organisationCreated } from '@tidegate/contracts/identity/organisations';
import type { Role } from '@tidegate/contracts/identity/roles';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { insertMember } from '../kernel/member.rows.ts';
import { insertOrganisation, toWire } from './organisation.rows.ts';

@Injectable()
export class NewOrganisation {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Creates an organisation with its first owner, and emits the events about both. `tx` is a transaction of the new
   * organisation and its owner. A demo has nobody who may do more than look.
   */
  async create(tx: Tx, name: string, userId: string, { demo = false } = {}): Promise<Organisation> {
    const orgId = tx.orgId as string;
    const role: Role = demo ? 'viewer' : 'owner';
    const row = await insertOrganisation(tx, { name, createdBy: userId, demo });
    await insertMember(tx, userId, role);
    await this.outbox.emit(tx, organisationCreated, { orgId, name, ownerUserId: userId, ...(demo && { demo }) }, orgId);
    await this.outbox.emit(tx, memberChanged, { orgId, userId, role }, orgId);
    return toWire(row);
  }
}
