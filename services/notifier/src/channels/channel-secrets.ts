import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import { Vault } from '@tidegate/vault/vault';
import { type ChannelRow, lockChannel, setUnsubscribe } from './channel.rows.ts';
import { listEarlierSecrets } from './earlier-secret.rows.ts';

/** Columns that are sealed, each for its own row. */
type Column = 'secret' | 'url_sealed' | 'confirmation' | 'unsubscribe';

/** 192 random bits. */
export const newToken = (): string => randomBytes(24).toString('base64url');

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Signing secrets and addresses of webhooks, and the tokens that confirm e-mail addresses. */
@Injectable()
export class ChannelSecrets {
  constructor(private readonly vault: Vault) {}

  seal(tx: Tx, channelId: string, column: Column, secret: string): Promise<string> {
    return this.vault.seal(tx, place(tx, channelId, column), secret);
  }

  /** The secrets that sign now, newest first: the current one, and those before while their overlaps last. */
  async signing(tx: Tx, row: ChannelRow): Promise<string[]> {
    const earlier = await listEarlierSecrets(tx, row.id);
    const sealed = [row.secret, ...earlier.map((one) => one.secret)].filter((one) => one !== null);
    // They stay sealed for the column that they were created in.
    return Promise.all(sealed.map((one) => this.vault.open(tx, place(tx, row.id, 'secret'), one)));
  }

  /** The whole address of a webhook. */
  async url(tx: Tx, row: ChannelRow): Promise<string> {
    return row.url_sealed ? this.vault.open(tx, place(tx, row.id, 'url_sealed'), row.url_sealed) : row.target;
  }

  /** The token that ends an e-mail channel, made with the first mail that contains it. */
  async unsubscribe(tx: Tx, row: ChannelRow): Promise<string> {
    if (row.unsubscribe) return this.vault.open(tx, place(tx, row.id, 'unsubscribe'), row.unsubscribe);
    const locked = await lockChannel(tx, row.id);
    if (locked?.unsubscribe) return this.vault.open(tx, place(tx, row.id, 'unsubscribe'), locked.unsubscribe);
    const token = newToken();
    await setUnsubscribe(tx, row.id, {
      sealed: await this.seal(tx, row.id, 'unsubscribe', token),
      hash: hashOf(token),
    });
    return token;
  }

  /** Undefined when it has been confirmed in the meantime. */
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
