import { Injectable } from '@nestjs/common';
import { addressOf } from '@tidegate/contracts/identity/passwords';
import { emailUnverified } from '@tidegate/contracts/identity/sessions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { Locale } from '@tidegate/contracts/kernel/locale';
import { type Refuse, rateLimited } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Wakes } from '@tidegate/runtime/wakes';
import { z } from 'zod';
import { DELIVER, insertDelivery } from '../queue/delivery.rows.ts';
import { type ChannelRow, setConfirmation } from './channel.rows.ts';
import { ChannelSecrets, hashOf, newToken } from './channel-secrets.ts';
import { countConfirmationMail } from './confirmation-mail.rows.ts';

/**
 * Confirmation mails a day: from one person to one address, from everybody to one address, from one organisation, and
 * from one person over all their organisations. The limit for everybody does not apply to the address's owner, so that
 * others cannot use it up for them.
 */
const A_DAY = { each: 3, address: 10, organisation: 20, person: 30 };

/** What is queued; in English where an earlier version queued it. */
export const Confirmation = z.object({
  type: z.literal('channel.confirmation'),
  timestamp: z.string(),
  locale: Locale.default('en'),
});

/** Who adds an address. */
export interface Sender {
  userId: string | undefined;
  /** Their verified address, in lower case. */
  ownAddress: string | undefined;
  /** Their language. */
  locale?: Locale | undefined;
}

/** Asks an address whether it wants notifications. The person who adds it has no influence on what the mail says. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly secrets: ChannelSecrets,
    private readonly wakes: Wakes,
    private readonly bus: Bus,
  ) {}

  /** Calls identity, so call it before the first query. Throws while the person's own address is not verified. */
  async sender(refuse: Refuse<typeof emailUnverified>, { userId }: Caller): Promise<Sender> {
    if (!userId) return { userId: undefined, ownAddress: undefined };
    const { email, verified, locale, mayReachOthers } = await this.bus.call(addressOf, { userId });
    if (!mayReachOthers) {
      throw refuse(emailUnverified, {}, 'Verify your own e-mail address first: POST /api/v1/me/email/verify.');
    }
    return { userId, ownAddress: verified ? email.toLowerCase() : undefined, locale: locale ?? undefined };
  }

  /** A mail with a new token; the old one is no longer valid. */
  async send(
    tx: Tx,
    channel: Pick<ChannelRow, 'id' | 'target'>,
    { userId, ownAddress, locale = 'en' }: Sender,
  ): Promise<void> {
    const address = channel.target.toLowerCase();
    const who = userId ?? tx.orgId;
    await count(tx, `each:${hashOf(`${who} ${address}`)}`, A_DAY.each, 'from you to this address');
    if (address !== ownAddress) await count(tx, `address:${hashOf(address)}`, A_DAY.address, 'to this address');
    await count(tx, `organisation:${tx.orgId}`, A_DAY.organisation, 'from this organisation');
    if (userId) await count(tx, `person:${userId}`, A_DAY.person, 'of yours');
    const token = newToken();
    const sealed = await this.secrets.seal(tx, channel.id, 'confirmation', token);
    await setConfirmation(tx, channel.id, { sealed, hash: hashOf(token) });
    const asked: z.output<typeof Confirmation> = {
      type: 'channel.confirmation',
      timestamp: new Date().toISOString(),
      locale,
    };
    await insertDelivery(tx, {
      id: newId(),
      channelId: channel.id,
      event: 'channel.confirmation',
      body: JSON.stringify(asked),
    });
    tx.onCommit(() => this.wakes.wake(DELIVER));
  }
}

/** Counts one more or refuses it; a refused one is not counted, because the transaction is rolled back. */
async function count(
  tx: Tx,
  subject: string,
  most: number,
  whose: 'from you to this address' | 'to this address' | 'from this organisation' | 'of yours',
): Promise<void> {
  const { sent, left } = await countConfirmationMail(tx, subject);
  if (sent <= most) return;
  throw rateLimited(
    { retryAfterSeconds: Math.max(1, left) },
    `At most ${most} confirmation mails ${whose} are sent a day.`,
  );
}
