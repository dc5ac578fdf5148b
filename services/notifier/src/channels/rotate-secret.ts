import { Injectable } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { notAWebhook, rotateSecret } from '@tidegate/contracts/notifier/channels';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { newWebhookSecret } from '../deliveries/webhook-signature.ts';
import { lockChannel, replaceSecret } from './channel.rows.ts';
import { ChannelSecrets } from './channel-secrets.ts';

const HOUR_MS = 3_600_000;

@Injectable()
export class RotateSecret {
  constructor(private readonly secrets: ChannelSecrets) {}

  @Handles(rotateSecret)
  async handle({ input, tx }: Call<typeof rotateSecret>) {
    const channel = await lockChannel(tx, input.channelId);
    if (!channel) throw notFound();
    if (!channel.secret) throw notAWebhook();
    const secret = newWebhookSecret();
    const until = new Date(Date.now() + input.overlapHours * HOUR_MS);
    const previous = input.overlapHours > 0 ? { secret: channel.secret, until } : undefined;
    await replaceSecret(tx, channel.id, await this.secrets.seal(tx, channel.id, 'secret', secret), previous);
    return { secret, previousSecretValidUntil: until.toISOString() };
  }
}
