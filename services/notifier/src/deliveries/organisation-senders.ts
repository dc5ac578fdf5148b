import { Injectable } from '@nestjs/common';
import { findMailSender, type MailSenderInUse } from '@tidegate/contracts/identity/mail-senders';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

const FRESH_MS = 60_000;
const MOST = 1_000;
/** An alarm does not wait long for how it looks. */
const DEADLINE_MS = 3_000;
const OPERATOR: MailSenderInUse = { name: null, address: null, replyTo: null };

/** Who the mails of an organisation are from, as identity knows it. While identity is away: as before, or the operator. */
@Injectable()
export class OrganisationSenders {
  private readonly known = new Map<string, { sender: MailSenderInUse; until: number }>();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async of(organisationId: string): Promise<MailSenderInUse> {
    const known = this.known.get(organisationId);
    if (known && known.until > performance.now()) return known.sender;
    const sender = await this.ask(organisationId, known?.sender ?? OPERATOR);
    if (!known && this.known.size >= MOST) this.known.clear();
    this.known.set(organisationId, { sender, until: performance.now() + FRESH_MS });
    return sender;
  }

  private async ask(organisationId: string, before: MailSenderInUse): Promise<MailSenderInUse> {
    try {
      return await this.bus.call(findMailSender, { organisationId }, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      this.log.warn({ orgId: organisationId, error }, 'Who a mail is from could not be asked; it is sent all the same');
      return before;
    }
  }
}
