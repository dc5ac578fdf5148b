import { Controller } from '@nestjs/common';
import type { Input } from '@tidegate/contracts/kernel/operation';
import {
  type Channel,
  deleteChannel,
  getChannel,
  listChannels,
  updateChannel,
} from '@tidegate/contracts/notifier/channels';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { cancelDeliveries } from '../queue/delivery.rows.ts';
import {
  CHANNEL_ORDERS,
  type ChannelRow,
  countListed,
  deleteChannel as deleteRow,
  disableChannel,
  enableChannel,
  findChannel,
  listChannels as listRows,
  lockChannel,
  toWire,
  updateChannel as updateRow,
} from './channel.rows.ts';
import { requireUsable } from './restrict-channels.ts';

@Controller()
export class ManageChannels {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(listChannels)
  async list({ input, tx }: OperationContext<typeof listChannels>) {
    const place = CHANNEL_ORDERS.place(input);
    const page = place.page(await listRows(tx, place, input.search), toWire);
    return { ...page, total: input.count ? await countListed(tx, input.search) : null };
  }

  @Handles(getChannel)
  async get({ input, tx }: OperationContext<typeof getChannel>): Promise<Channel> {
    return channelOf(tx, input.channelId);
  }

  @Handles(updateChannel)
  async update({ input, tx }: OperationContext<typeof updateChannel>): Promise<Channel> {
    const before = orNotFound(await lockChannel(tx, input.channelId));
    await requireInUse(this.entitlements, tx, before, input);
    await updateRow(tx, before.id, input);
    if (input.state === 'active' && before.state === 'disabled') await enableChannel(tx, before.id);
    if (input.state === 'disabled' && before.state === 'active') {
      await disableChannel(tx, before.id, 'by_member');
      await cancelDeliveries(tx, before.id);
    }
    return channelOf(tx, before.id);
  }

  @Handles(deleteChannel)
  delete({ input, tx }: OperationContext<typeof deleteChannel>) {
    return this.entitlements.removing(tx, () => this.remove(tx, input.channelId));
  }

  private async remove(tx: Tx, channelId: string) {
    const channel = orNotFound(await lockChannel(tx, channelId));
    // Cancelling removes them from the queue; their rows are deleted with the channel.
    await cancelDeliveries(tx, channel.id);
    await deleteRow(tx, channel.id);
    return {};
  }
}

/** One that gets nothing can only be switched off. */
async function requireInUse(
  entitlements: Entitlements,
  tx: Tx,
  { restricted }: ChannelRow,
  { name, events, state }: Pick<Input<typeof updateChannel>, 'name' | 'events' | 'state'>,
): Promise<void> {
  if (state === 'disabled' && name === undefined && events === undefined) return;
  await requireUsable(entitlements, tx, restricted);
}

/** As it stands now. */
export async function channelOf(tx: Tx, id: string): Promise<Channel> {
  const row = orNotFound(await findChannel(tx, id));
  return toWire(row);
}
