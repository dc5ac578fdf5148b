import { Controller } from '@nestjs/common';
import {
  findMailSender,
  getMailSender,
  type MailSender,
  type MailSenderInUse,
  setMailSender,
} from '@tidegate/contracts/identity/mail-senders';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { hasProved } from '../domains/domain.rows.ts';
import { namesAbove, plainDomain } from '../domains/domain.rules.ts';
import { findMailSender as findRow, lockMailSender, type MailSenderRow, saveMailSender } from './mail-sender.rows.ts';
import { ReplyAddresses } from './reply-addresses.ts';

const NONE: MailSender = { name: null, address: null, replyTo: null, replyToState: null };

/** Who an organisation's mails are from. An address is used for as long as its domain is proven. */
@Controller()
export class MailSenders {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    private readonly replies: ReplyAddresses,
  ) {}

  @Handles(getMailSender)
  async get({ tx }: OperationContext<typeof getMailSender>): Promise<MailSender> {
    return senderOf(tx, await findRow(tx));
  }

  @Handles(setMailSender)
  async set({ input, caller, tx, refuse }: OperationContext<typeof setMailSender>): Promise<MailSender> {
    await this.entitlements.feature(tx, 'white_label');
    const { name = null, address = null, replyTo = null } = input;
    if (address && !(await isProven(tx, address)))
      throw invalid('/address', 'domain_unproven', 'Prove its domain first: POST /api/v1/organisation/domains.');
    const before = await lockMailSender(tx);
    const stays = before?.reply_to === replyTo;
    const row = { name, address, reply_to: replyTo, reply_proven_at: stays ? before.reply_proven_at : null };
    const asks = replyTo !== null && !stays && !(await isProven(tx, replyTo));
    if (asks) row.reply_proven_at = await this.replies.provenBy(refuse, tx, caller, replyTo);
    await saveMailSender(tx, row);
    if (asks && !row.reply_proven_at) await this.replies.ask(tx, replyTo);
    return senderOf(tx, row);
  }

  @Handles(findMailSender)
  async find({ input: { organisationId: orgId } }: OperationContext<typeof findMailSender>): Promise<MailSenderInUse> {
    const reader = this.tenants.reader({ orgId });
    const row = await findRow(reader);
    if (!row || !(await this.entitlements.has(reader, 'white_label')))
      return { name: null, address: null, replyTo: null };
    const { name, address, replyTo, replyToState } = await senderOf(reader, row);
    return {
      name,
      address: address && (await isProven(reader, address)) ? address : null,
      replyTo: replyToState === 'proven' ? replyTo : null,
    };
  }
}

/** Whoever controls a domain has agreed for its addresses. */
export async function senderOf(tx: Tx, row: MailSenderRow | undefined): Promise<MailSender> {
  if (!row) return NONE;
  const { name, address, reply_to: replyTo } = row;
  if (replyTo === null) return { name, address, replyTo, replyToState: null };
  const agreed = row.reply_proven_at !== null || (await isProven(tx, replyTo));
  return { name, address, replyTo, replyToState: agreed ? 'proven' : 'waiting' };
}

/** Its domain, or one above. */
async function isProven(tx: Tx, address: string): Promise<boolean> {
  const domain = plainDomain(address.slice(address.lastIndexOf('@') + 1));
  return domain !== undefined && hasProved(tx, namesAbove(domain));
}
