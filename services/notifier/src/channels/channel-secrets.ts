import { Injectable } from '@nestjs/common';
import { Vault } from '@tidegate/vault/vault';
import type { ChannelRow } from './channel.rows.ts';

/** Signing secrets of webhooks, sealed for the row that they belong to. */
@Injectable()
export class ChannelSecrets {
  constructor(private readonly vault: Vault) {}

  seal(orgId: string, channelId: string, secret: string): string {
    return this.vault.seal(this.place(orgId, channelId), secret);
  }

  /** The secrets that sign now: the current one, and the one before while its overlap lasts. */
  open(orgId: string, row: ChannelRow, now = new Date()): string[] {
    const until = row.previous_secret_until;
    const sealed = [row.secret, until && until > now ? row.previous_secret : null];
    return sealed.filter((one) => one !== null).map((one) => this.vault.open(this.place(orgId, row.id), one));
  }

  private place(orgId: string, channelId: string) {
    return { orgId, table: 'channels', column: 'secret', recordId: channelId };
  }
}
