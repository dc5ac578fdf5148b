import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { Log } from '@tidegate/telemetry/log';
import type { ChannelRow } from '../channels/channel.rows.ts';
import { ChannelSecrets } from '../channels/channel-secrets.ts';
import type { DeliveryRow } from './delivery.rows.ts';
import { MailSender } from './mail-sender.ts';
import type { Outcome } from './retry.rules.ts';
import { WebhookSender } from './webhook-sender.ts';

/** One attempt over whatever channel it is. Never throws: a fault of ours is an outcome like any other. */
@Injectable()
export class DeliverySenders {
  constructor(
    private readonly mail: MailSender,
    private readonly webhooks: WebhookSender,
    private readonly secrets: ChannelSecrets,
    private readonly tenants: Tenants,
    private readonly log: Log,
  ) {}

  async send(orgId: string, { delivery, channel }: { delivery: DeliveryRow; channel: ChannelRow }): Promise<Outcome> {
    const { id: deliveryId, body, created_at: createdAt } = delivery;
    const { target } = channel;
    try {
      if (channel.kind === 'email') return await this.mail.send({ deliveryId, to: target, body, createdAt });
      const secrets = await this.tenants.read(orgId, (tx) => this.secrets.open(tx, channel));
      return await this.webhooks.send({ deliveryId, url: target, body, secrets });
    } catch (error) {
      this.log.error({ error, orgId, deliveryId }, 'A message could not be made');
      return { kind: 'retry', error: 'internal_error' };
    }
  }
}
