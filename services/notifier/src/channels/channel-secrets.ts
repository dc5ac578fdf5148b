import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import { Vault } from '@tidegate/vault/vault';
import type { ChannelRow } from './channel.rows.ts';

/** What a channel keeps sealed, each for its own column of its own row. */
type Column = 'secret' | 'url_sealed' | 'confirmation';

/** Signing secrets and addresses of webhooks, and tokens that e-mail addresses confirm themselves with. */
@Injectable()
export class ChannelSecrets {
  constructor(private readonly vault: Vault) {}

  seal(tx: Tx, channelId: string, column: Column, secret: string): Promise<string> {
    return this.vault.seal(tx, place(tx, channelId, column), secret);
  }

  /** The secrets that sign now: the current one, and the one before while its overlap lasts. */
  signing(tx: Tx, row: ChannelRow, now = new Date()): Promise<string[]> {
    const until = row.previous_secret_until;
    const sealed = [row.secret, until && until > now ? row.previous_secret : null].filter((one) => one !== null);
    return Promise.all(sealed.map((one) => this.vault.open(tx, place(tx, row.id, 'secret'), one)));
  }

  /** The whole address of a webhook. */
  async url(tx: Tx, row: ChannelRow): Promise<string> {
    return row.url_sealed ? this.vault.open(tx, place(tx, row.id, 'url_sealed'), row.url_sealed) : row.target;
  }

  /** Undefined when it was confirmed meanwhile. */
  async confirmation(tx: Tx, row: ChannelRow): Promise<string | undefined> {
    return row.confirmation ? this.vault.open(tx, place(tx, row.id, 'confirmation'), row.confirmation) : undefined;
  }
}

const place = (tx: Tx, channelId: string, column: Column) => ({
  orgId: tx.orgId as string,
  table: 'channels',
  column,
  recordId: channelId,
});
