import { Controller } from '@nestjs/common';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Vault } from '@tidegate/vault/vault';

/** In every service that declares `secrets`: what was sealed for a deleted organisation can never be read again. */
@Controller()
export class ShredSecrets {
  constructor(private readonly vault: Vault) {}

  @On(organisationDeleted)
  async handle({ data, tx }: EventContext<typeof organisationDeleted>): Promise<void> {
    await this.vault.shred(tx, data.orgId);
  }
}
