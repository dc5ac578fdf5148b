import { Injectable } from '@nestjs/common';
import type { ChannelRow } from '../channels/channel.rows.ts';
import { ChannelSecrets } from '../channels/channel-secrets.ts';
import type { DeliveryRow } from './delivery.rows.ts';
import { MailSender } from './mail-sender.ts';
import { NotificationQuota } from './notification-quota.ts';
import type { Outcome } from './retry.rules.ts';
import { WebhookSender } from './webhook-sender.ts';

/** One attempt over whatever channel it is, within the organisation's quota. */
@Injectable()
export class DeliverySenders {
  constructor(
    private readonly mail: MailSender,
    private readonly webhooks: WebhookSender,
    private readonly secrets: ChannelSecrets,
    private readonly quota: NotificationQuota,
  ) {}

  async send(orgId: string, delivery: DeliveryRow, channel: ChannelRow): Promise<Outcome | 'exhausted'> {
    const lease = await this.quota.take(orgId, `${delivery.id}:${delivery.attempts}`);
    if (lease === 'exhausted') return lease;
    try {
      const { id: deliveryId, body, created_at: createdAt } = delivery;
      if (channel.kind === 'email') return await this.mail.send({ deliveryId, to: channel.target, body, createdAt });
      return await this.webhooks.send({
        deliveryId,
        url: channel.target,
        body,
        secrets: this.secrets.open(orgId, channel),
      });
    } finally {
      await this.quota.giveBack(orgId, lease);
    }
  }
}
