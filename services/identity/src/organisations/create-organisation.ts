import { Injectable } from '@nestjs/common';
import { createOrganisation, type Organisation } from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { FoundOrganisation } from './found-organisation.ts';
import { FoundersLimits } from './ownership-limits.ts';

@Injectable()
export class CreateOrganisation {
  constructor(
    private readonly organisations: FoundOrganisation,
    private readonly limits: FoundersLimits,
  ) {}

  @Handles(createOrganisation)
  async handle({ input, caller, tx }: OperationContext<typeof createOrganisation>): Promise<Organisation> {
    const { userId } = caller;
    if (caller.kind !== 'user' || !userId) throw forbidden({}, 'Only a person creates an organisation, not a key.');
    const orgId = newId();
    const founding = tx.as({ orgId, userId });
    await this.limits.refuseOwning(founding, userId);
    const createdAt = await this.organisations.found(founding, { orgId, name: input.name, userId });
    return { id: orgId, name: input.name, createdAt: createdAt.toISOString() };
  }
}
