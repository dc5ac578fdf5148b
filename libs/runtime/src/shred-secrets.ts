import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { type EventContext, On } from '@tidegate/messaging/handler';
import type { Vault } from '@tidegate/vault/vault';

/** In every service that declares `secrets`: what was sealed for a deleted organisation can never be read again. */
export class ShredSecrets {
  private readonly vault: Vault;

  constructor(vault: Vault) {
    this.vault = vault;
  }

  @On(organisationDeleted)
  async handle({ data, tx }: EventContext<typeof organisationDeleted>): Promise<void> {
    await this.vault.shred(tx, data.orgId);
  }
}
