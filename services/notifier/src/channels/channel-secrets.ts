import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import { Vault } from '@tidegate/vault/vault';
import type { ChannelRow } from './channel.rows.ts';

/** Signing secrets of webhooks, sealed for the row that they belong to. */
@Injectable()
export class ChannelSecrets {
  constructor(private readonly vault: Vault) {}

  seal(tx: Tx, channelId: string, secret: string): Promise<string> {
    return this.vault.seal(tx, place(tx, channelId), secret);
  }

  /** The secrets that sign now: the current one, and the one before while its overlap lasts. */
  open(tx: Tx, row: ChannelRow, now = new Date()): Promise<string[]> {
    const until = row.previous_secret_until;
    const sealed = [row.secret, until && until > now ? row.previous_secret : null].filter((one) => one !== null);
    return Promise.all(sealed.map((one) => this.vault.open(tx, place(tx, row.id), one)));
  }
}

const place = (tx: Tx, channelId: string) => ({
  orgId: tx.orgId as string,
  table: 'channels',
  column: 'secret',
  recordId: channelId,
});
