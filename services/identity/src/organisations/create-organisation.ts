import { Controller } from '@nestjs/common';
import { createOrganisation, type Organisation } from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { NewOrganisation } from './new-organisation.ts';
import { OwnershipLimits } from './ownership-limits.ts';

@Controller()
export class CreateOrganisation {
  constructor(
    private readonly organisation: NewOrganisation,
    private readonly limits: OwnershipLimits,
  ) {}

  @Handles(createOrganisation)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof createOrganisation>): Promise<Organisation> {
    const { userId } = caller;
    if (caller.kind !== 'user' || !userId)
      throw forbidden({}, 'Organisations are created by people, not by API keys: log in.');
    const own = tx.as({ orgId: newId(), userId });
    await this.limits.requireRoom(refuse, own, userId);
    return this.organisation.create(own, input.name, userId);
  }
}
