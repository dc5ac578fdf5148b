import { Injectable } from '@nestjs/common';
import type { emailUnverified } from '@tidegate/contracts/identity/sessions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { normalAddress } from '../kernel/address.rules.ts';
import { VerifiedAddresses } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';
import { AccountMails, DAY } from '../mails/account-mails.ts';

const BY_ORGANISATION = { most: 20, minutes: DAY };
/** Of all organisations, so that many of them fill nobody's mailbox in our name. */
const TO_ADDRESS = { most: 5, minutes: DAY };

/** Asks an address whether it wants the answers to an organisation's mails, so that nobody gets other people's. */
@Injectable()
export class ReplyAddresses {
  constructor(
    private readonly addresses: VerifiedAddresses,
    private readonly mails: AccountMails,
  ) {}

  /**
   * Without a mail: whoever sets their own address; throws while that has to be verified first. Where no mails are sent nobody
   * answers any, and nothing is proven: the address is asked once they are.
   */
  async provenBy(
    refuse: Refuse<typeof emailUnverified>,
    tx: Tx,
    { userId }: Caller,
    address: string,
  ): Promise<Date | null> {
    if (!this.mails.areSent) return null;
    const { email } = await this.addresses.require(refuse, tx, userId);
    return normalAddress(email) === normalAddress(address) ? new Date() : null;
  }

  async ask(tx: Tx, address: string): Promise<void> {
    if (!this.mails.areSent) return;
    await this.mails.count(tx, `answers-to ${hashOf(normalAddress(address))}`, TO_ADDRESS);
    await this.mails.count(tx, `answers-of ${tx.orgId}`, BY_ORGANISATION);
    await this.mails.queue(tx, { kind: 'reply-address', email: address, details: { orgId: tx.orgId as string } });
  }
}
