import { Controller } from '@nestjs/common';
import { type Refuse } from '@tidegate/contracts/kernel/problem';
import { channelDisabled, channelUnconfirmed } from '@tidegate/contracts/notifier/channels';
import { type Delivery, testChannel } from '@tidegate/contracts/notifier/deliveries';
import { newId } from '@tidegate/database/ids';
import { orNotFound } from '@tidegate/database/paging';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { type ChannelRow, findChannel, isUnconfirmed } from '../channels/channel.rows.ts';
import { requireUsable } from '../channels/restrict-channels.ts';
import { NotifierConfig, requireSmtp } from '../notifier.config.ts';
import { DELIVER, insertDelivery } from '../queue/delivery.rows.ts';
import { deliveryOf } from './read-deliveries.ts';

export function requireReady(
  refuse: Refuse<typeof channelDisabled | typeof channelUnconfirmed>,
  channel: ChannelRow,
): void {
  if (channel.state === 'disabled') {
    throw refuse(channelDisabled, {}, `Enable it first: PATCH /api/v1/channels/${channel.id} {"state":"active"}`);
  }
  if (!isUnconfirmed(channel)) return;
  throw refuse(
    channelUnconfirmed,
    {},
    'Its mail contains the token for POST /api/v1/channels/confirm; …/resend-confirmation sends another one.',
  );
}

@Controller()
export class TestChannel {
  constructor(
    private readonly config: NotifierConfig,
    private readonly wakes: Wakes,
    private readonly entitlements: Entitlements,
  ) {}

  @Handles(testChannel)
  async handle({ input, tx, refuse }: OperationContext<typeof testChannel>): Promise<Delivery> {
    const channel = orNotFound(await findChannel(tx, input.channelId));
    requireReady(refuse, channel);
    await requireUsable(this.entitlements, tx, channel.restricted);
    if (channel.kind === 'email') requireSmtp(refuse, this.config);
    const id = newId();
    const notice = {
      type: 'channel.test',
      timestamp: new Date().toISOString(),
      data: { channelId: channel.id, name: channel.name },
    };
    await insertDelivery(tx, { id, channelId: channel.id, event: 'channel.test', body: JSON.stringify(notice) });
    tx.onCommit(() => this.wakes.wake(DELIVER));
    return deliveryOf(tx, id);
  }
}
