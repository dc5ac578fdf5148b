import { Injectable } from '@nestjs/common';
import { createOrganisation, type Organisation } from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { FoundOrganisation } from './found-organisation.ts';
import { FoundersLimits } from './founders-limits.ts';

@Injectable()
export class CreateOrganisation {
  constructor(
    private readonly tenants: Tenants,
    private readonly organisations: FoundOrganisation,
    private readonly limits: FoundersLimits,
  ) {}

  @Handles(createOrganisation)
  async handle({ input, caller }: Call<typeof createOrganisation>): Promise<Organisation> {
    const { userId } = caller;
    if (caller.kind !== 'user' || !userId) throw forbidden({}, 'Only a person creates an organisation, not a key.');
    const freePlans = await this.limits.freePlans();
    const orgId = newId();
    return this.tenants.as({ orgId, userId }, async (tx) => {
      await this.limits.refuseTooMany(tx, userId, freePlans);
      const createdAt = await this.organisations.found(tx, { orgId, name: input.name, userId });
      return { id: orgId, name: input.name, createdAt: createdAt.toISOString() };
    });
  }
}
