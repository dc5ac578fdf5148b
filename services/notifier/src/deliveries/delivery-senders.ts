import { Injectable } from '@nestjs/common';
import { Notice } from '@tidegate/contracts/notifier/notices';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import type { ChannelRow } from '../channels/channel.rows.ts';
import { ChannelSecrets } from '../channels/channel-secrets.ts';
import { Confirmation } from '../channels/confirmations.ts';
import type { DeliveryRow } from '../queue/delivery.rows.ts';
import { MailSender } from './mail-sender.ts';
import type { Outcome } from './retry.rules.ts';
import { WebhookSender } from './webhook-sender.ts';

interface Work {
  delivery: DeliveryRow;
  channel: ChannelRow;
}

/** One attempt over any kind of channel. Never throws: an error of ours is an outcome like any other. */
@Injectable()
export class DeliverySenders {
  constructor(
    private readonly mail: MailSender,
    private readonly webhooks: WebhookSender,
    private readonly secrets: ChannelSecrets,
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  async send(orgId: string, work: Work): Promise<Outcome> {
    const { id: deliveryId, body, created_at: createdAt } = work.delivery;
    try {
      if (work.delivery.event === 'channel.confirmation') return await this.askToConfirm(orgId, work);
      if (work.channel.kind === 'email') {
        const notice = Notice.parse(JSON.parse(body));
        const token = await this.tenants.run(orgId, (tx) => this.secrets.unsubscribe(tx, work.channel));
        return await this.mail.sendNotice({ orgId, deliveryId, to: work.channel.target, createdAt, notice, token });
      }
      const { url, secrets } = await this.tenants.read(orgId, async (tx) => ({
        url: await this.secrets.url(tx, work.channel),
        secrets: await this.secrets.signing(tx, work.channel),
      }));
      return await this.webhooks.send({ deliveryId, url, body, secrets });
    } catch (error) {
      this.log.error({ error, orgId, deliveryId }, 'A message could not be built');
      return { kind: 'retry', error: 'internal_error' };
    }
  }

  private async askToConfirm(orgId: string, { delivery, channel }: Work): Promise<Outcome> {
    const token = await this.tenants.read(orgId, (tx) => this.secrets.confirmation(tx, channel));
    // Already confirmed with the token of another mail: there is nothing left to ask.
    if (token === undefined) return { kind: 'failed', error: 'channel_unconfirmed' };
    const asked = Confirmation.parse(JSON.parse(delivery.body));
    return this.mail.askToConfirm({
      deliveryId: delivery.id,
      to: channel.target,
      createdAt: delivery.created_at,
      token,
      locale: asked.locale,
    });
  }
}
