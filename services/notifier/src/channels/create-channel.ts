import { Injectable } from '@nestjs/common';
import { type CreatedChannel, createChannel, webhookHostNotAllowed } from '@tidegate/contracts/notifier/channels';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { newWebhookSecret } from '../deliveries/webhook-signature.ts';
import { NotifierConfig, requireSmtp } from '../notifier.config.ts';
import { countChannels, insertChannel, toWire } from './channel.rows.ts';
import { ChannelSecrets } from './channel-secrets.ts';
import { WebhookHosts } from './webhook-hosts.ts';
import { webhookUrl } from './webhook-url.rules.ts';

@Injectable()
export class CreateChannel {
  constructor(
    private readonly config: NotifierConfig,
    private readonly entitlements: Entitlements,
    private readonly secrets: ChannelSecrets,
    private readonly hosts: WebhookHosts,
  ) {}

  @Handles(createChannel)
  async handle({ input, tx }: Call<typeof createChannel>): Promise<CreatedChannel> {
    const target = input.kind === 'email' ? input.address : await this.checkedUrl(input.url);
    if (input.kind === 'email') requireSmtp(this.config);
    else await this.entitlements.feature(tx, 'webhook_channels');
    await this.entitlements.claim(tx, 'channels', () => countChannels(tx));
    const id = newId();
    const secret = input.kind === 'webhook' ? newWebhookSecret() : undefined;
    const row = await insertChannel(tx, {
      id,
      kind: input.kind,
      name: input.name ?? (input.kind === 'email' ? input.address : new URL(target).host),
      target,
      events: input.events,
      secret: secret ? await this.secrets.seal(tx, id, secret) : null,
    });
    return { ...toWire(row), ...(secret ? { secret } : {}) };
  }

  /** Told at once, although each delivery checks again: the name may point elsewhere by then. */
  private async checkedUrl(text: string): Promise<string> {
    const url = webhookUrl(text);
    if (!(await this.hosts.mayBeCalled(url))) {
      throw webhookHostNotAllowed({ host: url.hostname }, 'Use a host that is public and has an address.');
    }
    return url.href;
  }
}
