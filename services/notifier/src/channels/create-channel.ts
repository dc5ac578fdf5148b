import { Controller } from '@nestjs/common';
import { type CreatedChannel, createChannel, webhookHostNotAllowed } from '@tidegate/contracts/notifier/channels';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { newWebhookSecret } from '../messages/webhook-signature.ts';
import { NotifierConfig, requireSmtp } from '../notifier.config.ts';
import { countChannels, findChannel, insertChannel, type NewChannelRow, toWire } from './channel.rows.ts';
import { ChannelSecrets } from './channel-secrets.ts';
import { Confirmations } from './confirmations.ts';
import { WebhookHosts } from './webhook-hosts.ts';
import { maskedUrl, webhookUrl } from './webhook-url.rules.ts';

type Asked = OperationContext<typeof createChannel>;

@Controller()
export class CreateChannel {
  constructor(
    private readonly config: NotifierConfig,
    private readonly entitlements: Entitlements,
    private readonly secrets: ChannelSecrets,
    private readonly hosts: WebhookHosts,
    private readonly confirmations: Confirmations,
  ) {}

  @Handles(createChannel)
  handle(asked: Asked): Promise<CreatedChannel> {
    const { input } = asked;
    return input.kind === 'email' ? this.addAddress(asked, input) : this.addWebhook(asked, input);
  }

  private async addAddress(
    { caller, tx, refuse }: Asked,
    input: { address: string; name?: string | undefined } & Wanted,
  ) {
    requireSmtp(refuse, this.config);
    const sender = await this.confirmations.sender(refuse, caller);
    await this.entitlements.claim(tx, 'channels', () => countChannels(tx));
    const { address, name = address, events } = input;
    const own = { urlSealed: null, receiver: 'smtp', secret: null };
    const row = await insertChannel(tx, { id: newId(), kind: 'email', name, target: address, events, ...own });
    await this.confirmations.send(tx, row, sender);
    return toWire((await findChannel(tx, row.id)) ?? row);
  }

  private async addWebhook({ caller, tx, refuse }: Asked, input: { url: string; name?: string | undefined } & Wanted) {
    const url = await this.checked(refuse, input.url);
    await this.confirmations.sender(refuse, caller);
    await this.entitlements.feature(tx, 'webhook_channels');
    await this.entitlements.claim(tx, 'channels', () => countChannels(tx));
    const [id, secret] = [newId(), newWebhookSecret()];
    const row = await insertChannel(tx, {
      id,
      kind: 'webhook',
      name: input.name ?? url.host,
      target: maskedUrl(url),
      urlSealed: await this.secrets.seal(tx, id, 'url_sealed', url.href),
      receiver: url.host,
      events: input.events,
      secret: await this.secrets.seal(tx, id, 'secret', secret),
    });
    return { ...toWire(row), secret };
  }

  /** Refused here already; each delivery checks again, because the name may resolve differently by then. */
  private async checked(refuse: Asked['refuse'], text: string): Promise<URL> {
    const url = webhookUrl(text);
    if (!(await this.hosts.mayBeCalled(url))) {
      throw refuse(
        webhookHostNotAllowed,
        { host: url.hostname },
        'Use a public host name that resolves to an address.',
      );
    }
    return url;
  }
}

type Wanted = Pick<NewChannelRow, 'events'>;
