import { Injectable } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { createOrganisation, type Organisation, organisationCreated } from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { insertMember } from '../kernel/member.rows.ts';
import { insertOrganisation, toWire } from './organisation.rows.ts';
import { OwnershipLimits } from './ownership-limits.ts';

@Injectable()
export class CreateOrganisation {
  constructor(
    private readonly outbox: Outbox,
    private readonly limits: OwnershipLimits,
  ) {}

  @Handles(createOrganisation)
  async handle({ input, caller, tx }: OperationContext<typeof createOrganisation>): Promise<Organisation> {
    const { userId } = caller;
    if (caller.kind !== 'user' || !userId) throw forbidden({}, 'Only a person creates an organisation, not a key.');
    const own = tx.as({ orgId: newId(), userId });
    await this.limits.requireRoom(own, userId);
    return this.create(own, input.name, userId);
  }

  /** With its first owner, and the events about both. `tx` is a transaction of the new organisation and its owner. */
  async create(tx: Tx, name: string, userId: string): Promise<Organisation> {
    const orgId = tx.orgId as string;
    const row = await insertOrganisation(tx, name, userId);
    await insertMember(tx, userId, 'owner');
    await this.outbox.emit(tx, organisationCreated, { orgId, name, ownerUserId: userId }, orgId);
    await this.outbox.emit(tx, memberChanged, { orgId, userId, role: 'owner' }, orgId);
    return toWire(row);
  }
}
