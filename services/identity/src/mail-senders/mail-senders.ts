import { Controller } from '@nestjs/common';
import {
  findMailSender,
  getMailSender,
  type MailSender,
  setMailSender,
} from '@tidegate/contracts/identity/mail-senders';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { hasProved } from '../domains/domain.rows.ts';
import { namesAbove, plainDomain } from '../domains/domain.rules.ts';
import { findMailSender as findRow, saveMailSender } from './mail-sender.rows.ts';

const NONE: MailSender = { name: null, address: null, replyTo: null };

/** Who an organisation's mails are from. An address is used for as long as its domain is proven. */
@Controller()
export class MailSenders {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
  ) {}

  @Handles(getMailSender)
  async get({ tx }: OperationContext<typeof getMailSender>): Promise<MailSender> {
    return (await findRow(tx)) ?? NONE;
  }

  @Handles(setMailSender)
  async set({ input, tx }: OperationContext<typeof setMailSender>): Promise<MailSender> {
    await this.entitlements.feature(tx, 'white_label');
    const { name = null, address = null, replyTo = null } = input;
    if (address && !(await isProven(tx, address)))
      throw invalid('/address', 'domain_unproven', 'Prove its domain first: POST /api/v1/organisation/domains.');
    const sender = { name, address, replyTo };
    await saveMailSender(tx, sender);
    return sender;
  }

  @Handles(findMailSender)
  async find({ input: { organisationId: orgId } }: OperationContext<typeof findMailSender>): Promise<MailSender> {
    const reader = this.tenants.reader({ orgId });
    const sender = await findRow(reader);
    if (!sender || !(await this.entitlements.has(reader, 'white_label'))) return NONE;
    return { ...sender, address: sender.address && (await isProven(reader, sender.address)) ? sender.address : null };
  }
}

/** Its domain, or one above. */
async function isProven(tx: Tx, address: string): Promise<boolean> {
  const domain = plainDomain(address.slice(address.lastIndexOf('@') + 1));
  return domain !== undefined && hasProved(tx, namesAbove(domain));
}
